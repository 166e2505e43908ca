/** How many pushes may come to nothing, and within which time, before further ones are held back. */
export interface PushFatigueSettings {
  /** 0 for no limit. */
  readonly limit: number
  readonly windowMs: number
}

/** Ends of a push, in the log's words, that its user did not ask for or did not want. */
export const fruitlessPushes: readonly string[] = [
  'no_response',
  'user_mistake',
  'user_marked_fraud',
  'verification_code_incorrect',
  'verification_code_sent',
]

/**
 * Until when pushes of a user are held back: whoever has the password must not be able to send so
 * many that one of them is approved for peace and quiet.
 *
 * @param fruitless When the pushes since the last right sign-in came to nothing, in any order.
 * @returns `undefined` where a push may be sent.
 */
export function heldBackUntil(
  fruitless: readonly number[],
  { limit, windowMs }: PushFatigueSettings,
  now: number,
): number | undefined {
  if (limit === 0) return undefined
  const recent = fruitless.filter((at) => now - at < windowMs).sort((one, other) => other - one)
  const deciding = recent[limit - 1]
  return deciding === undefined ? undefined : deciding + windowMs
}
