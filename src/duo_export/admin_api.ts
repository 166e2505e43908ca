import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { authorization, isRecord, rfc2822Date, sign, signingKey } from '../duo/index.ts'
import type { Clock } from '../host/clock.ts'
import type { Secret } from '../host/secret.ts'

/** Thrown if the Admin API refuses a request or can't be reached; the message says what to do. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError'
}

export interface AdminApiOptions {
  /** Host name, with `:PORT` unless it is 443. */
  readonly host: string
  readonly ikey: string
  readonly skey: Secret
  readonly clock: Clock
  /** Reports a wait, in seconds, after which the request is repeated. */
  readonly waiting: (reason: string, secs: number) => void
}

/** The most users on a page. */
const pageLimit = 300
const maxAttempts = 8
const maxWaitSecs = 120
const answerMs = 60_000

const pageSchema = z.object({
  response: z.array(z.unknown()),
  metadata: z.object({ next_offset: z.int().positive().optional() }).optional(),
})

/** Reads all users, page by page (duo.com/docs/adminapi, "Retrieve Users"). @throws {AdminApiError} */
export async function* readUsers(options: AdminApiOptions): AsyncGenerator<readonly unknown[]> {
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { response, metadata } = pageSchema.parse(await call(options, offset))
    yield response
    offset = metadata?.next_offset
  }
}

/** Repeats a request that was rate limited or failed on the way. */
async function call(options: AdminApiOptions, offset: number): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await exchange(options, offset)
    if ('answer' in outcome) return outcome.answer
    if (attempt === maxAttempts) {
      throw new AdminApiError(`${options.host}: ${outcome.reason}, ${maxAttempts} times in a row`)
    }
    const secs = Math.min(outcome.retryAfterSecs ?? 2 ** attempt, maxWaitSecs)
    options.waiting(outcome.reason, secs)
    await setTimeout(secs * 1000)
  }
}

type Outcome =
  | { readonly answer: unknown }
  | { readonly reason: string; readonly retryAfterSecs?: number }

async function exchange(
  { host, ikey, skey, clock }: AdminApiOptions,
  offset: number,
): Promise<Outcome> {
  const path = '/admin/v1/users'
  const parameters = [
    ['limit', String(pageLimit)],
    ['offset', String(offset)],
  ] as const
  const date = rfc2822Date(clock.now())
  // the port is part of the signature unless it is 443
  const signature = sign(
    { date, method: 'GET', host, path, parameters },
    signingKey(skey.reveal()),
    5,
  )
  let status: number
  let retryAfter: string | null
  let text: string
  try {
    const answer = await fetch(`https://${host}${path}?limit=${pageLimit}&offset=${offset}`, {
      headers: { date, authorization: authorization(ikey, signature) },
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    status = answer.status
    retryAfter = answer.headers.get('retry-after')
    text = await answer.text()
  } catch (error) {
    return { reason: `can't be reached: ${reasonIn(error)}` }
  }
  if (status === 429) {
    const secs = Number(retryAfter ?? Number.NaN)
    return { reason: 'too many requests', ...(secs > 0 ? { retryAfterSecs: secs } : {}) }
  }
  if (status >= 500) return { reason: `answers with status ${status}` }
  const answer = parseJson(text)
  if (status === 200 && isRecord(answer) && answer.stat === 'OK') return { answer }
  throw new AdminApiError(`${host}: ${describeRefusal(status, answer)}`)
}

function describeRefusal(status: number, answer: unknown): string {
  if (!isRecord(answer)) return `answers with status ${status}, and is no Admin API`
  const { code, message, message_detail: detail } = answer
  const advice =
    code === 40103 || code === 40102
      ? '; check the integration key, the secret key and the host name'
      : status === 403
        ? '; the application must be of the type Admin API, with the permission to read resources'
        : ''
  return `${code} ${message}${detail === undefined ? '' : ` (${detail})`}${advice}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The reason that `fetch` hides in the cause of its error. */
function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
