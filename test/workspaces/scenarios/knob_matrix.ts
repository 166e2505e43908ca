import type { Knobs } from '../../../src/workspaces/knobs/knob_table.ts'

/** Values of the knobs that a scenario runs with; the others have their defaults. */
export type KnobCell = Partial<Knobs>

const resends = ['same-packet', 'new-id-same-auth', 'new-packet'] as const
const srcPorts = ['per-login', 'per-controller', 'per-packet'] as const
const schedules = ['server-major', 'round-major'] as const
const controllerPicks = ['random', 'round-robin', 'sticky-user'] as const
const messageAuthenticators = ['none', 'send', 'send-and-require', 'send-require-first'] as const
const deadlinesMs = [30_000, 40_000, 60_000, 90_000] as const

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
