import { StoreError } from './store_error.ts'

/**
 * SQLSTATEs of a connection that the server or a pooler ends: connection exceptions (class 08), shutdown,
 * crash, starting up, and idle for too long (appendix A of PostgreSQL's manual).
 */
const lostStates = /^(08...|57P0[1235]|25P03)$/
const lostErrnos = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
/** The errors of `pg` itself, which have no code. A connection that could not be made in time was never there. */
const lostMessages =
  /^(Connection terminated(?! due to connection timeout)|The primary has changed|Client (has encountered a connection error|was closed))/

/**
 * `feature_not_supported` has many causes, and the text of the error may be translated: the server's function that
 * reports it tells this cause from the others.
 */
const outdated = { code: '0A000', routine: 'RevalidateCachedQuery' }

/**
 * Whether PostgreSQL refuses a prepared statement because its columns have changed. It works again without a
 * name, on another connection.
 */
export function isOutdated(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('routine' in error)) return false
  return error.code === outdated.code && error.routine === outdated.routine
}

/** Whether an error means that the connection to PostgreSQL was lost, or is of no more use. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (lostMessages.test(error.message) || isOutdated(error)) return true
  if (!('code' in error) || typeof error.code !== 'string') return false
  return lostStates.test(error.code) || lostErrnos.has(error.code)
}

/** Nothing was committed, so a retry is safe. */
export function connectionLost(cause: unknown): StoreError {
  return new StoreError(
    'STORE_CONNECTION_LOST',
    `the connection to the database was lost before the commit (${reason(cause)}); try again`,
  )
}

/** A COMMIT or a single write was in flight. A retry may apply it twice. */
export function outcomeUnknown(cause: unknown): StoreError {
  return new StoreError(
    'STORE_OUTCOME_UNKNOWN',
    `the connection to the database was lost during the commit (${reason(cause)}); the change may or may not be saved`,
  )
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
