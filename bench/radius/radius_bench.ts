import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Figures, formatRounds } from '../figure.ts'
import { type LoadResult, radiusLoad } from '../load/load.ts'
import { median } from '../statistic.ts'
import { core, type Running, type Workplace } from '../workplace.ts'

const secret = 'testing123testing123testing123'

interface Contender {
  readonly name: string
  readonly echo: boolean
  readonly port: number
  readonly server: Running
  readonly results: LoadResult[]
}

/** The RADIUS codec and server, without anything behind them, beside UDP servers that only echo. */
export async function radiusBench(
  place: Workplace,
  options: { readonly rounds: number; readonly warmSecs: number; readonly secs: number },
): Promise<Figures> {
  const contenders: Contender[] = []
  const add = async (name: string, echo: boolean, server: Running): Promise<void> => {
    const { port } = (await server.answer()) as { port: number }
    contenders.push({ name, echo, port, server, results: [] })
  }
  const compiled = await compiledEcho(place)
  if (compiled !== undefined) {
    const program = { name: 'echo in C', command: compiled, args: [], core: core.server }
    await add('UDP echo in C', true, place.start(program))
  }
  const program = (file: string): string => join(import.meta.dirname, file)
  const pinned = { core: core.server }
  await add(
    'UDP echo on Node',
    true,
    place.startNode('echo', program('echo_server.ts'), [], pinned),
  )
  await add(
    'RADIUS server, all accepted',
    false,
    place.startNode('RADIUS server', program('accepting_server.ts'), [secret], pinned),
  )
  for (let round = 0; round < options.rounds; round++) {
    for (const { port, echo, server, results } of contenders) {
      const { warmSecs, secs } = options
      const load = { port, secret, flows: 16, outstanding: 256, warmSecs, secs, echo }
      results.push(await radiusLoad(place, { ...load, watch: [server.pid] }))
    }
  }
  const base = contenders.findLast(({ echo }) => echo)
  return {
    name: 'radius',
    method:
      'requests answered per CPU second of the server on one core, 256 in flight; median and ' +
      `best of ${options.rounds} interleaved rounds; the load generator is the slower side`,
    columns: ['server', 'per CPU s', 'best', 'x Node echo', 'µs CPU each', 'answered/s', 'p99 ms'],
    rows: contenders.map((contender) => row(contender, base)),
    better: {
      ...{ 'per CPU s': 'more', 'x Node echo': 'more', 'answered/s': 'more' },
      ...{ 'µs CPU each': 'less', 'p99 ms': 'less' },
    },
    targets: [],
    remarks: [
      'every RADIUS request is signed, and its reply verified; an echo is only counted',
      ...(compiled === undefined ? ['gcc is not installed: the echo in C is left out'] : []),
    ],
    verified: contenders.map(({ results }) =>
      results.reduce((sum, { accepts }) => sum + accepts, 0),
    ),
  }
}

function row(contender: Contender, base: Contender | undefined): (number | string)[] {
  const { name, results } = contender
  const rates = formatRounds(perCpuSec(contender))
  return [
    name,
    rates.median,
    rates.best,
    rates.median / (base === undefined ? Number.NaN : median(perCpuSec(base))),
    1e6 / rates.median,
    median(results.map(({ accepts, secs }) => accepts / secs)),
    median(results.map(({ latency }) => latency.p99)),
  ]
}

function perCpuSec({ results }: Contender): number[] {
  return results.map(({ accepts, cpuSecs: [cpu = 0] }) => accepts / cpu)
}

async function compiledEcho(place: Workplace): Promise<string | undefined> {
  const output = join(await place.folder('echo'), 'echo')
  const source = join(import.meta.dirname, 'echo.c')
  const { status } = spawnSync('gcc', ['-O2', '-o', output, source])
  return status === 0 ? output : undefined
}
