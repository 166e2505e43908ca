import { StoreError } from '../store/store_error.ts'

/** Waits before each repetition: all connections may be lost at once, and the pool must notice. */
const repeatDelaysMs = [25, 100, 400]

/**
 * Begins a sign-in, and again up to three times if the connection to the database is lost during its commit.
 *
 * `begin` is the same request to the database as a retransmission: if the commit arrived, it finds the request's
 * fingerprint and returns the first outcome; if not, the sign-in begins now. Without a fingerprint a repetition
 * would find its own passcode used, and deny.
 *
 * @throws {StoreError} `STORE_OUTCOME_UNKNOWN` if the connection is lost each time, or at once without a fingerprint.
 */
export async function repeatUnknown<Answer>(
  fingerprint: string | undefined,
  begin: () => Promise<Answer>,
): Promise<Answer> {
  if (fingerprint === undefined) return await begin()
  for (const delayMs of repeatDelaysMs) {
    try {
      return await begin()
    } catch (error) {
      if (!isUnknown(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
  return await begin()
}

function isUnknown(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'STORE_OUTCOME_UNKNOWN'
}
