import type { Knobs } from '../../../src/workspaces/knobs/knob_table.ts'
import { completeRows } from './pairwise.ts'

/** Values of the knobs that a scenario runs with; the others have their defaults. */
export type KnobCell = Partial<Knobs>

const resends = ['same-packet', 'new-id-same-auth', 'new-packet'] as const
const srcPorts = ['per-login', 'per-controller', 'per-packet'] as const
const schedules = ['server-major', 'round-major'] as const
const controllerPicks = ['random', 'round-robin', 'sticky-user'] as const
const messageAuthenticators = ['none', 'send', 'send-and-require', 'send-require-first'] as const
const deadlinesMs = [30_000, 40_000, 60_000, 90_000] as const

/** The unknown knobs that every scenario meets, with all of their values. */
export const matrixFactors = {
  resend: resends,
  srcPort: srcPorts,
  schedule: schedules,
  deadlineMs: deadlinesMs,
  controllerPick: controllerPicks,
  messageAuthenticator: messageAuthenticators,
} as const

/**
 * Every combination of the unknown knobs that decide which packets a retry sends; the other unknown knobs take their
 * values in turn.
 *
 * @param turn Where the turn begins, so that several scenarios together meet all values.
 */
export function knobMatrix(turn = 0): readonly KnobCell[] {
  const cells = resends.flatMap((resend) =>
    srcPorts.flatMap((srcPort) => schedules.map((schedule) => ({ resend, srcPort, schedule }))),
  )
  return cells.map((cell, index) => ({
    ...cell,
    deadlineMs: pick(deadlinesMs, turn + index),
    controllerPick: pick(controllerPicks, turn + index),
    messageAuthenticator: pick(messageAuthenticators, turn + Math.floor(index / 2)),
  }))
}

/**
 * The matrix of a scenario that has parameters of its own: each of them with every kind of retry, and all pairs of
 * values of parameters and knobs.
 *
 * @returns For each row of parameters its cells.
 */
export function pairwiseMatrix(
  parameters: readonly Readonly<Record<string, unknown>>[],
): readonly (readonly KnobCell[])[] {
  const { resend, ...others } = matrixFactors
  const rows = parameters.flatMap((row, index) =>
    resend.map((value) => ({ parameters: index, row: { ...row, resend: value } })),
  )
  const complete = completeRows(
    rows.map(({ row }) => row),
    others,
  )
  const names = Object.keys(matrixFactors)
  const cells = complete.map((row): KnobCell => {
    return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))
  })
  return parameters.map((_row, index) =>
    cells.filter((_cell, place) => rows[place]?.parameters === index),
  )
}

const cellsOfValues = 6

/**
 * Few cells for a scenario without retries: every value of each unknown knob appears.
 *
 * @param turn Where the values begin, so that several scenarios together meet other pairs of them.
 */
export function valueMatrix(turn: number): readonly KnobCell[] {
  return Array.from({ length: cellsOfValues }, (_, index) => ({
    resend: pick(resends, turn + index),
    srcPort: pick(srcPorts, Math.floor(turn / 3) + index),
    schedule: pick(schedules, turn + Math.floor(index / 3)),
    deadlineMs: pick(deadlinesMs, Math.floor(turn / 2) + index),
    controllerPick: pick(controllerPicks, Math.floor(turn / 9) + index),
    messageAuthenticator: pick(messageAuthenticators, turn + index),
  }))
}

/** Four cells in which every value of the knobs of retries appears. */
export function quickMatrix(): readonly KnobCell[] {
  return [
    { resend: 'same-packet', srcPort: 'per-login', schedule: 'server-major' },
    { resend: 'new-id-same-auth', srcPort: 'per-controller', schedule: 'round-major' },
    { resend: 'new-packet', srcPort: 'per-packet', schedule: 'server-major' },
    { resend: 'new-packet', srcPort: 'per-login', schedule: 'round-major' },
  ]
}

function pick<Value>(values: readonly [Value, ...Value[]], index: number): Value {
  return values[index % values.length] ?? values[0]
}
