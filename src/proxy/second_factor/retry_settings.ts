import type { RetrySchedule } from '../../radius/index.ts'

/** How a RADIUS client retries a login with new packets. */
export interface RetrySettings {
  /** How long it waits for each reply; 0 if its retries are separate logins. */
  readonly timeoutSecs: number
  /** Further requests to each server after the first. */
  readonly count: number
  /** Servers that it asks in turn; 1 if it repeats a login to one server first. */
  readonly servers: number
}

/** @returns `undefined` if retries are separate logins. */
export function retrySchedule({
  timeoutSecs,
  count,
  servers,
}: RetrySettings): RetrySchedule | undefined {
  if (timeoutSecs === 0) return undefined
  return { timeoutMs: timeoutSecs * 1000, attempts: (count + 1) * servers, servers }
}

/** Whether the retries of some section join logins, so that one process must see all requests of a client. */
export function joinsRetries(sections: readonly { readonly retries: RetrySettings }[]): boolean {
  return sections.some(({ retries }) => retrySchedule(retries) !== undefined)
}
