/** The arguments of `npm run bench`. */
import { parseArgs } from 'node:util'

export const benchNames = [
  'proxy',
  'workers',
  'service',
  'nodes',
  'radius',
  'transactions',
  'waiting',
  'panel',
  'scale',
] as const
export type BenchName = (typeof benchNames)[number]

export const benchHelp = `npm run bench -- [NAME…] [options]

Measures each figure and a named peer in the same run, and compares them with the committed figures.
Names: ${benchNames.join(', ')}; without a name, all.

  --quick         checks in about a minute that everything works; the figures mean nothing
  --brief         fewer and shorter rounds
  --keep          writes bench/figures and the tables of docs/performance.md and docs/scale.md
  --json          prints JSON
  --profile       proxy: shows which code uses the CPU time
  --pending N     waiting: how many pushes wait
  --rate N        waiting: how many requests are sent a second
  --server NAME   waiting, scale: measures only this server; may be repeated
  --users N       scale: users of the largest database
  --log-rows N    scale: log lines of the largest database
  --help          prints this
`

export interface BenchOptions {
  /** In the order of `benchNames`. */
  readonly names: readonly BenchName[]
  readonly json: boolean
  readonly quick: boolean
  readonly brief: boolean
  readonly keep: boolean
  readonly profile: boolean
  readonly pending?: number
  readonly rate?: number
  readonly servers?: readonly string[]
  readonly users?: number
  readonly logRows?: number
}

/** Thrown for arguments that can't be carried out; the message says why. */
export class BenchUsageError extends Error {
  override readonly name = 'BenchUsageError'
}

/** Options that change only some benchmarks. */
const benchesOf: Readonly<Record<string, readonly BenchName[]>> = {
  profile: ['proxy'],
  pending: ['waiting'],
  rate: ['waiting'],
  server: ['waiting', 'scale'],
  users: ['scale'],
  'log-rows': ['scale'],
}

/**
 * Parses the arguments after `npm run bench --`.
 *
 * @returns `help` if it is asked for.
 * @throws {BenchUsageError}
 */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const unknown = positionals.filter((name) => !isBenchName(name))
  if (unknown.length > 0) {
    throw new BenchUsageError(
      `no benchmark is named ${unknown.join(', ')}; the names are ${benchNames.join(', ')}`,
    )
  }
  const names = benchNames.filter((name) => positionals.length === 0 || positionals.includes(name))
  for (const [option, benches] of Object.entries(benchesOf)) {
    if (option in values && !benches.some((name) => names.includes(name))) {
      throw new BenchUsageError(
        `--${option} is for ${benches.join(' and ')} only; name one of them, or leave the option out`,
      )
    }
  }
  const partial = (['quick', 'profile', 'pending', 'rate', 'server'] as const).filter(
    (option) => values[option] !== undefined,
  )
  if (values.keep && partial.length > 0) {
    throw new BenchUsageError(
      `--keep writes complete figures only: leave out --${partial.join(', --')}`,
    )
  }
  const { server, pending, rate, users } = values
  const logRows = values['log-rows']
  return {
    names,
    json: values.json ?? false,
    quick: values.quick ?? false,
    brief: values.brief ?? false,
    keep: values.keep ?? false,
    profile: values.profile ?? false,
    ...(server === undefined ? {} : { servers: server }),
    ...(pending === undefined ? {} : { pending: toCount('pending', pending) }),
    ...(rate === undefined ? {} : { rate: toCount('rate', rate) }),
    ...(users === undefined ? {} : { users: toCount('users', users) }),
    ...(logRows === undefined ? {} : { logRows: toCount('log-rows', logRows) }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        brief: { type: 'boolean' },
        keep: { type: 'boolean' },
        profile: { type: 'boolean' },
        pending: { type: 'string' },
        rate: { type: 'string' },
        server: { type: 'string', multiple: true },
        users: { type: 'string' },
        'log-rows': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    // the sentences after the first are hints for other programs
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new BenchUsageError(reason)
  }
}

function isBenchName(name: string): name is BenchName {
  return benchNames.some((known) => known === name)
}

function toCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new BenchUsageError(`--${option} is '${text}'; expected an integer from 1 to 999999999`)
  }
  return Number(text)
}
