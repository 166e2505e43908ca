/** How many pushes may stay unapproved, and within which time, before further ones are held back. */
export interface PushFatigueSettings {
  /** 0 for no limit. */
  readonly limit: number
  readonly windowMs: number
}

/** The limit as a policy states it. */
export function toFatigueSettings(limits: {
  readonly limit: number
  readonly minutes: number
}): PushFatigueSettings {
  return { limit: limits.limit, windowMs: limits.minutes * 60_000 }
}

/** Log reasons of pushes that the user did not approve. */
export const unapprovedPushes: readonly string[] = [
  'no_response',
  'user_mistake',
  'user_marked_fraud',
  'verification_code_incorrect',
  'verification_code_sent',
]

/**
 * Decides until when pushes of a user are held back. An attacker who has the password must not be able to
 * send so many that the user approves one to stop them (push fatigue).
 *
 * @param unapproved When the unapproved pushes since the last successful sign-in ended, in any order.
 * @returns `undefined` if a push may be sent.
 */
export function heldBackUntil(
  unapproved: readonly number[],
  { limit, windowMs }: PushFatigueSettings,
  now: number,
): number | undefined {
  if (limit === 0) return undefined
  const recent = unapproved.filter((at) => now - at < windowMs).sort((one, other) => other - one)
  const deciding = recent[limit - 1]
  return deciding === undefined ? undefined : deciding + windowMs
}
