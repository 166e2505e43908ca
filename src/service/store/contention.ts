import { StoreError } from './store_error.ts'

/**
 * PostgreSQL: lock not available, serialization failure, deadlock, statement timeout, too many
 * connections (appendix A of its manual).
 */
const postgresBusy = new Set(['55P03', '40001', '40P01', '57014', '53300'])
/** SQLITE_BUSY and SQLITE_LOCKED, the primary result codes: the low 8 bits of an extended code. */
const sqliteBusy = new Set([5, 6])

/** Whether an error means that others use the database, so that a retry may succeed. */
function isContention(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return sqliteBusy.has(Number(error.errcode) % 256)
  return 'code' in error && typeof error.code === 'string' && postgresBusy.has(error.code)
}

export function busyError(reason: string): StoreError {
  return new StoreError('STORE_BUSY', `the database is busy (${reason}); try again in a moment`)
}

/** Contention as a `StoreError`; every other error as it is. */
export function contentionAsBusy(error: unknown): unknown {
  if (!isContention(error) || !(error instanceof Error)) return error
  return busyError(error.message)
}
