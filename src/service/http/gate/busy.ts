import { StoreError } from '../../store/store_error.ts'
import { TooManyRequests } from './request_limit.ts'

const retryAfterSecs = 2

/** Contention is not a failure of the service: the client should retry. */
export function busyAsTooMany(error: unknown): unknown {
  const isBusy = error instanceof StoreError && error.code === 'STORE_BUSY'
  return isBusy ? new TooManyRequests(retryAfterSecs) : error
}
