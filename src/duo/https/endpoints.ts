import { type CarriedCall, readPrompt, requestAgeText } from '../index.ts'

export type Named = Readonly<Record<string, string | undefined>>

/** One of the API's calls. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly name: 'check' | 'preauth' | 'auth' | 'auth_status'
  readonly path: string
  /** Whether it may be repeated after it may have been received. */
  readonly repeatable: boolean
  /** Whether to wait and retry after an answer 429. */
  readonly retries429: boolean
  readonly limitMs: number
  /** Its name on a message connection, if it may travel there. */
  readonly message?: CarriedCall
}

// a RADIUS client waits about 20 s, and needs its reply before that
export const shortMs = 10_000
export const waitingMs = 90_000
/** The vendor's API holds `auth_status` for about 30 s. */
const heldMs = 40_000
export const endpoints = {
  // any answer, 429 included, shows that the API is reachable
  check: {
    method: 'GET',
    name: 'check',
    path: '/auth/v2/check',
    repeatable: true,
    retries429: false,
    limitMs: 7_000,
  },
  preauth: {
    method: 'POST',
    name: 'preauth',
    path: '/auth/v2/preauth',
    repeatable: true,
    retries429: true,
    limitMs: shortMs,
    message: 'preauth',
  },
  auth: {
    method: 'POST',
    name: 'auth',
    path: '/auth/v2/auth',
    repeatable: false,
    retries429: true,
    limitMs: shortMs,
    message: 'auth',
  },
  authResponse: {
    method: 'POST',
    name: 'auth',
    path: '/auth/v2/auth_response',
    repeatable: false,
    retries429: true,
    limitMs: shortMs,
    message: 'auth_response',
  },
  authStatus: {
    method: 'GET',
    name: 'auth_status',
    path: '/auth/v2/auth_status',
    repeatable: true,
    retries429: false,
    limitMs: heldMs,
  },
} as const satisfies Record<string, Endpoint>

/** Whether a call waits for its user, as all but passcodes do; a response may be to either. */
export function waits({ path }: Endpoint, { factor, prompt = '' }: Named): boolean {
  if (path === endpoints.authResponse.path) return true
  if (path !== endpoints.auth.path || factor === 'passcode') return false
  return factor !== 'prompt' || readPrompt(prompt).kind === 'factor'
}

/** Whether the server recognises a repeated call, and joins it to the first one's transaction. */
export function isJoined({ request_fingerprint: fingerprint }: Named): boolean {
  return fingerprint !== undefined
}

/** The value of `request_age_ms`. @param requestedMs When the RADIUS request arrived, by `performance.now()`. */
export function ageText(requestedMs: number): string {
  return requestAgeText(performance.now() - requestedMs)
}
