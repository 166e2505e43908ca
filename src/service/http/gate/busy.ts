import { StoreError } from '../../store/store_error.ts'
import { TooManyRequests } from './request_limit.ts'
import { ApplicationBusy } from './work_limit.ts'

const retryAfterSecs = 2

/** Contention is not a failure of the service: the client should retry. */
export function busyAsTooMany(error: unknown): unknown {
  const isBusy = error instanceof StoreError && error.code === 'STORE_BUSY'
  return isBusy ? new TooManyRequests(retryAfterSecs) : error
}

/** Whether a call fails because there is too much to do, and not because of what it asks. */
export function isBusy(error: unknown): boolean {
  return error instanceof ApplicationBusy || busyAsTooMany(error) !== error
}
