import { StoreError } from './store_error.ts'

/** Waits before each retry, in ms: all connections may be lost at once, and the pool must notice. */
const retryDelaysMs = [25, 100, 400]

/**
 * Runs `work` again, three times at most, if its connection was lost before the commit. A commit in flight
 * (`STORE_OUTCOME_UNKNOWN`) is never repeated.
 */
export async function retryLostConnection<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const delayMs of retryDelaysMs) {
    try {
      return await work()
    } catch (error) {
      if (!isLost(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
  return await work()
}

function isLost(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'STORE_CONNECTION_LOST'
}
