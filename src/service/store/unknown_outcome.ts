import { StoreError } from './store_error.ts'

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

/**
 * Opens something that is followed by more, such as a push that is sent. If the connection was lost while it was
 * committed, looks whether it is open: a repetition would take it for another's, and would not go on with it.
 *
 * @throws What `open` throws, if it is not open, or if the database can't be asked.
 */
export async function openedAfterAll<Answer>(
  open: () => Promise<Answer>,
  isOpen: () => Promise<boolean>,
  opened: Answer,
): Promise<Answer> {
  try {
    return await open()
  } catch (lost) {
    if (!isUnknown(lost)) throw lost
    for (const delayMs of repeatDelaysMs) {
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      const found = await isOpen().catch(() => undefined)
      if (found === true) return opened
      if (found === false) throw lost
    }
    throw lost
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'STORE_OUTCOME_UNKNOWN'
}
