import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as elapsed } from 'node:timers/promises'
import type { Cell, Figures } from './figure.ts'

const root = join(import.meta.dirname, '..')
const folder = join(import.meta.dirname, 'figures')
const significantDigits = 4
const observedMs = 1000

/** Where and how figures were measured. Git knows when. */
export interface Circumstances {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Share of the CPU time that other programs used just before: near 0 on an idle machine. */
  readonly busyBefore: number
  readonly length: 'whole' | 'brief'
}

/** Figures as they are committed, a file for each benchmark. */
export interface KeptFigures {
  readonly circumstances: Circumstances
  readonly figures: Figures
}

export async function observeCircumstances(
  length: Circumstances['length'],
): Promise<Circumstances> {
  const before = cpuTimes()
  await elapsed(observedMs)
  const after = cpuTimes()
  const idleShare = (after.idle - before.idle) / (after.all - before.all)
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    busyBefore: Number((1 - idleShare).toFixed(2)),
    length,
  }
}

/** Of all cores together since the machine started, in milliseconds. */
function cpuTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times)
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0)
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((each) => Object.values(each))),
  }
}

/** The figures in the working tree, in the order of their names. */
export function readKeptFigures(): ReadonlyMap<string, KeptFigures> {
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => file.endsWith('.json'))
    : []
  return new Map(
    files
      .sort()
      .map((file) => [
        file.slice(0, -'.json'.length),
        parse(readFileSync(join(folder, file), 'utf8')),
      ]),
  )
}

/** The figures of the last commit; those of the working tree where there is no Git. */
export function readCommittedFigures(name: string): KeptFigures | undefined {
  const path = `bench/figures/${name}.json`
  const shown = spawnSync('git', ['show', `HEAD:${path}`], { cwd: root, encoding: 'utf8' })
  if (shown.status === 0) return parse(shown.stdout)
  return existsSync(join(root, '.git')) ? undefined : readKeptFigures().get(name)
}

/** Writes `bench/figures/NAME.json`, formatted as the rest of the project. */
export function keepFigures(kept: KeptFigures): void {
  const path = join(folder, `${kept.figures.name}.json`)
  const figures = { ...kept.figures, rows: kept.figures.rows.map((row) => row.map(roundCell)) }
  writeFileSync(path, `${JSON.stringify({ ...kept, figures }, roundNumbers, 2)}\n`)
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', path], {
    cwd: root,
    stdio: 'ignore',
  })
}

function parse(text: string): KeptFigures {
  return JSON.parse(text)
}

/** JSON has neither `undefined` nor `NaN`: they become an empty text. */
function roundCell(cell: Cell): Cell {
  if (typeof cell === 'string') return cell
  return cell === undefined || !Number.isFinite(cell) ? '' : round(cell)
}

function roundNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? round(value) : value
}

function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(significantDigits))
}
