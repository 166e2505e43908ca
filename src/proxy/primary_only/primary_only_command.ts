import { errorText } from '../../host/error_text.ts'
import { formatTime, type PrimaryOnly, primaryOnlyMinutes } from './primary_only.ts'
import type { PrimaryOnlyWindow } from './window_file.ts'

/** What primary-only mode means for a section. */
export interface PrimaryOnlyEffect {
  readonly section: string
  /** Its client section. */
  readonly client: string
  /** Whether the client section checks passwords; otherwise all logins of the section are rejected. */
  readonly checksPassword: boolean
}

/** Answer to the control command `primary_only`, in the terms of the control protocol. */
export type PrimaryOnlyAnswer =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly reason: 'failed'; readonly lines: readonly string[] }

/**
 * Answers the control command `primary_only`.
 *
 * - `action: 'preview'` says what `start` would do to each section
 * - `action: 'start'` takes `minutes`, and `force: true` to start although no section checks a password
 * - `action: 'stop'`, `action: 'status'`
 */
export function answerPrimaryOnly(
  request: { readonly [argument: string]: unknown },
  mode: PrimaryOnly,
  effects: readonly PrimaryOnlyEffect[],
): PrimaryOnlyAnswer {
  const { action, minutes = primaryOnlyMinutes.default, force = false } = request
  switch (action) {
    case 'preview':
      return preview(effects, force === true)
    case 'start':
      return start(minutes, force === true, mode, effects)
    case 'stop':
      return stop(mode)
    case 'status':
      return done(...describe(mode, effects))
    default:
      return failed('the action is not preview, start, stop or status')
  }
}

function preview(effects: readonly PrimaryOnlyEffect[], isForced: boolean): PrimaryOnlyAnswer {
  const lines = effects.map(describeEffect)
  if (isForced || effects.some(({ checksPassword }) => checksPassword)) return done(...lines)
  return failed(
    ...lines,
    'no section of this proxy checks passwords, so primary-only mode would only reject every sign-in',
  )
}

function start(
  minutes: unknown,
  isForced: boolean,
  mode: PrimaryOnly,
  effects: readonly PrimaryOnlyEffect[],
): PrimaryOnlyAnswer {
  const { max } = primaryOnlyMinutes
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 1 || minutes > max) {
    return failed(`minutes must be from 1 to ${max}`)
  }
  const expected = preview(effects, isForced)
  if (!expected.ok) return expected
  try {
    mode.start(minutes)
  } catch (error) {
    const reason = errorText(error)
    return failed(`primary-only mode can't start: its end can't be saved: ${reason}`)
  }
  const { window } = mode
  return done(...(window === undefined ? [] : [describeWindow(window, effects)]))
}

function stop(mode: PrimaryOnly): PrimaryOnlyAnswer {
  try {
    return mode.stop()
      ? done('primary-only mode has ended: every sign-in needs its second factor again')
      : done('primary-only mode is not on')
  } catch (error) {
    return failed(errorText(error))
  }
}

function describe(mode: PrimaryOnly, effects: readonly PrimaryOnlyEffect[]): string[] {
  const { window, counts } = mode
  if (window === undefined) return ['primary-only mode is off']
  const { accepted, rejected } = counts
  return [
    describeWindow(window, effects),
    `sign-ins since then: ${accepted} accepted with the password alone, ${rejected} rejected`,
    ...effects.map(describeEffect),
  ]
}

function describeWindow(
  { until }: PrimaryOnlyWindow,
  effects: readonly PrimaryOnlyEffect[],
): string {
  return `primary-only mode is ON until ${formatTime(until)}: ${describeEffects(effects)}`
}

function describeEffects(effects: readonly PrimaryOnlyEffect[]): string {
  if (effects.every(({ checksPassword }) => checksPassword)) return 'passwords alone are enough'
  return effects.some(({ checksPassword }) => checksPassword)
    ? 'passwords alone are enough where the proxy checks them, and all other sign-ins are rejected'
    : 'every sign-in is rejected'
}

function describeEffect({ section, client, checksPassword }: PrimaryOnlyEffect): string {
  return checksPassword
    ? `[${section}] accepts users whose password [${client}] accepts, without a second factor`
    : `[${section}] rejects every sign-in, because [${client}] checks no password`
}

function done(...lines: readonly string[]): PrimaryOnlyAnswer {
  return { ok: true, lines }
}

function failed(...lines: readonly string[]): PrimaryOnlyAnswer {
  return { ok: false, reason: 'failed', lines }
}
