/** The wrong passcodes of one source, or of all sources, since the last correct one. */
export interface Failures {
  readonly consecutive: number
  /** Keyed hash of the last wrong passcode, or empty. */
  readonly lastWrong: string
  /** When that one was counted, in milliseconds since 1970. */
  readonly lastWrongAt: number
  /** Until when passcodes are denied unchecked; 0 for not locked. */
  readonly lockedUntil: number
  /** Locks since the last correct passcode. */
  readonly locks: number
}

export const noFailures: Failures = {
  consecutive: 0,
  lastWrong: '',
  lastWrongAt: 0,
  lockedUntil: 0,
  locks: 0,
}

/** The threshold of the account over all sources, as a multiple of one source's. */
export const accountBudget = 5

const maxLockMs = 24 * 60 * 60_000

export interface LockoutSettings {
  /** Consecutive wrong passcodes that cause a lock. */
  readonly threshold: number
  /** Duration of the first lock. Each further lock is twice as long, up to a day. */
  readonly lockMs: number
}

/** The limits as a policy states them. */
export function toLockoutSettings(limits: {
  readonly threshold: number
  readonly minutes: number
}): LockoutSettings {
  return { threshold: limits.threshold, lockMs: limits.minutes * 60_000 }
}

export function isLocked({ lockedUntil }: Failures, now: number): boolean {
  return lockedUntil > now
}

/** Clients that resend a request do so within this time; a TOTP step is three times as long. */
const resendMs = 10_000

/**
 * Whether a repeated passcode is a resend of the same request, and not a guess. The time runs from the
 * first one, so that a stream of resends is counted too.
 */
export function isResend(firstAt: number, now: number): boolean {
  return now >= firstAt && now - firstAt <= resendMs
}

/** Whether a wrong passcode counts as a guess. */
export function isGuess({ lastWrong, lastWrongAt }: Failures, hash: string, now: number): boolean {
  return lastWrong !== hash || !isResend(lastWrongAt, now)
}

/** Counts one more guess. */
export function afterGuess(
  failures: Failures,
  hash: string,
  { threshold, lockMs }: LockoutSettings,
  now: number,
): Failures {
  const consecutive = failures.consecutive + 1
  const last = { lastWrong: hash, lastWrongAt: now }
  if (consecutive < threshold) return { ...failures, ...last, consecutive }
  const lasting = Math.min(lockMs * 2 ** Math.min(failures.locks, 20), maxLockMs)
  return {
    ...last,
    consecutive: 0,
    lockedUntil: now + lasting,
    locks: failures.locks + 1,
  }
}
