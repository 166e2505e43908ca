/** The wrong passcodes of one source, or of all of them, since the last right one. */
export interface Failures {
  readonly consecutive: number
  /** Keyed hash of the last wrong passcode, or empty. */
  readonly lastWrong: string
  /** Until when no passcode is looked at; 0 for not locked. */
  readonly lockedUntil: number
  /** Locks since the last right passcode. */
  readonly locks: number
}

export const noFailures: Failures = { consecutive: 0, lastWrong: '', lockedUntil: 0, locks: 0 }

/** The account's budget over all sources, as a multiple of one source's. */
export const accountBudget = 5

const longestLockMs = 24 * 60 * 60_000

export interface LockoutSettings {
  /** Wrong passcodes in a row that lock. */
  readonly threshold: number
  /** How long the first lock lasts; each one after it twice as long, up to a day. */
  readonly lockMs: number
}

export function isLocked({ lockedUntil }: Failures, now: number): boolean {
  return lockedUntil > now
}

/** Whether a wrong passcode is one more guess: the same one again, as from an impatient client, is none. */
export function isGuess({ lastWrong }: Failures, hash: string): boolean {
  return lastWrong !== hash
}

/** Counts one more guess. */
export function afterGuess(
  failures: Failures,
  hash: string,
  { threshold, lockMs }: LockoutSettings,
  now: number,
): Failures {
  const consecutive = failures.consecutive + 1
  if (consecutive < threshold) return { ...failures, consecutive, lastWrong: hash }
  const lasting = Math.min(lockMs * 2 ** Math.min(failures.locks, 20), longestLockMs)
  return {
    consecutive: 0,
    lastWrong: hash,
    lockedUntil: now + lasting,
    locks: failures.locks + 1,
  }
}
