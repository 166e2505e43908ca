import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const patienceMs = 30_000
const killAfterMs = 4000
const maxKeptLength = 8000

/** One core for the clients and backends, and one for the server. */
export const core = { load: 0, server: 1 } as const

export interface Program {
  /** How messages call it. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The only core it may run on; without one, any. */
  readonly core?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A program that was started, and what it has said. */
export class Running {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<unknown>
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  #wake: (() => void) | undefined
  #said = ''

  constructor(name: string, child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`${name} could not be started`)
    this.name = name
    this.pid = child.pid
    this.#child = child
    this.exited = once(child, 'close').finally(() => this.#wake?.())
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    }
    child.stderr?.on('data', (text) => this.#keep(String(text)))
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The end of what it wrote, for messages. */
  get said(): string {
    return this.#said
  }

  /** The next line of its standard output that is JSON, parsed. */
  async answer(withinMs?: number): Promise<unknown> {
    const [line] = await this.line(/^\{.*/, withinMs)
    return JSON.parse(line)
  }

  /** Passes over lines of its standard output until one matches. */
  async line(pattern: RegExp, withinMs = patienceMs * 2): Promise<RegExpExecArray> {
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), withinMs)
    try {
      for (;;) {
        const line = this.#lines.shift()
        const match = line === undefined ? null : pattern.exec(line)
        if (match !== null) return match
        if (line !== undefined) continue
        if (!this.alive) throw new Error(`${this.name} ended too early:\n${this.#said}`)
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  kill(signal: NodeJS.Signals): void {
    if (this.alive) this.#child.kill(signal)
  }

  async stop(): Promise<void> {
    if (!this.alive) return
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), killAfterMs)
    this.#child.kill('SIGTERM')
    await this.exited
    clearTimeout(deadline)
  }

  #hear(line: string): void {
    this.#keep(`${line}\n`)
    this.#lines.push(line)
    if (this.#lines.length > 1000) this.#lines.shift()
    this.#wake?.()
  }

  #keep(text: string): void {
    this.#said = (this.#said + text).slice(-maxKeptLength)
  }
}

/** What a run has started and written; `close` leaves nothing of it, also after Ctrl-C. */
export class Workplace {
  readonly #root: string
  readonly #running = new Set<Running>()

  private constructor(root: string) {
    this.#root = root
  }

  static async open(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'countersign-bench-')))
  }

  async folder(name: string): Promise<string> {
    const path = join(this.#root, name)
    await mkdir(path, { recursive: true })
    return path
  }

  start({ name, command, args, core, env }: Program): Running {
    const pin = core !== undefined && availableParallelism() > 1 && existsSync('/usr/bin/taskset')
    const [file = command, ...rest] = pin
      ? ['/usr/bin/taskset', '-c', String(core), command, ...args]
      : [command, ...args]
    const child = spawn(file, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
    child.on('error', () => {})
    const running = new Running(name, child)
    this.#running.add(running)
    return running
  }

  /** Starts a program of ours on this Node. */
  startNode(
    name: string,
    file: string,
    args: readonly string[],
    options: { readonly core?: number; readonly flags?: readonly string[] } = {},
  ): Running {
    const { core, flags = [] } = options
    return this.start({
      name,
      command: process.execPath,
      args: [...flags, file, ...args],
      ...(core === undefined ? {} : { core }),
    })
  }

  /** Stops all that runs, and leaves what it has written. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()))
  }

  async close(): Promise<void> {
    await this.stop()
    await rm(this.#root, { recursive: true, force: true })
  }
}

/** Asks again and again until the answer is yes, or throws what the program has said. */
export async function until(yes: () => Promise<boolean>, program: Running): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await yes())) {
    if (!program.alive || Date.now() > deadline) {
      throw new Error(`${program.name} does not answer:\n${program.said}`)
    }
  }
}
