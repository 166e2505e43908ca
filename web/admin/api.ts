import { requestStepUp } from './step_up.ts'

/** Query parameters of a GET request; empty and undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A page of a list, as every list route answers. */
export interface ListPage<Row> {
  readonly items: readonly Row[]
  /** Cursor of the next page. */
  readonly next: string | null
  /** Left out where counting would be slow. */
  readonly total?: number
}

/** An act that waits for the approval of a second administrator. */
export interface Approval {
  readonly id: string
  readonly kind: string
  /** In milliseconds since 1970. */
  readonly expires: number
}

/** An error answer of the service, with a message for the administrator. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Such as `no_session`, `denied`, `not_found`, `invalid`, `conflict`, `too_many`. */
  readonly code: string
  /** The field of the form that the error belongs to. */
  readonly field: string | undefined
  /** The permit that the administrator lacks. */
  readonly permit: string | undefined

  constructor(status: number, error: Readonly<Record<string, unknown>>) {
    super(String(error.message ?? 'The service failed. Try again.'))
    this.status = status
    this.code = String(error.code ?? 'internal')
    this.field = typeof error.field === 'string' ? error.field : undefined
    this.permit = typeof error.permit === 'string' ? error.permit : undefined
  }
}

/** Thrown instead of a result when the act was not done yet: it waits for a second administrator. */
export class ApprovalRequired extends Error {
  override readonly name = 'ApprovalRequired'
  readonly approval: Approval

  constructor(approval: Approval) {
    super('This change waits for the approval of another administrator.')
    this.approval = approval
  }
}

/** The JSON API of the panel. Paths are relative to `/admin/api/`. */
export const api = {
  get: <Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> =>
    request('GET', withQuery(path, query), undefined, signal),
  post: <Answer = object>(path: string, body: object = {}): Promise<Answer> =>
    request('POST', path, body),
  put: <Answer = object>(path: string, body: object = {}): Promise<Answer> =>
    request('PUT', path, body),
  patch: <Answer = object>(path: string, body: object = {}): Promise<Answer> =>
    request('PATCH', path, body),
  delete: <Answer = object>(path: string, body: object = {}): Promise<Answer> =>
    request('DELETE', path, body),
}

/** The address of a GET route, for downloads and event streams. */
export function apiUrl(path: string, query: Query = {}): string {
  return `/admin/api/${withQuery(path, query)}`
}

/** The message to show for any error. */
export function errorMessage(error: unknown): string {
  return error instanceof ApiError || error instanceof ApprovalRequired
    ? error.message
    : unreachable
}

/** The message of an error that belongs to the form as a whole. */
export function formProblem(error: unknown): string | undefined {
  if (error === null || error === undefined || error instanceof ApprovalRequired) return undefined
  if (error instanceof ApiError && (error.field !== undefined || error.code === cancelled)) {
    return undefined
  }
  return errorMessage(error)
}

/** The message of an error that belongs to this field. */
export function fieldProblem(error: unknown, field: string): string | undefined {
  return error instanceof ApiError && error.field === field ? error.message : undefined
}

const unreachable = 'Can’t reach the service. Check your connection and try again.'
const cancelled = 'step_up_cancelled'

async function request<Answer>(
  method: Method | 'GET',
  path: string,
  body: object | undefined,
  signal?: AbortSignal,
): Promise<Answer> {
  const answer = await send(method, path, body, signal)
  const json = await readJson(answer)
  if (answer.status === 202 && isApproval(json.approval)) throw new ApprovalRequired(json.approval)
  // the service decides the shape of a successful answer
  if (answer.ok) return json as Answer
  const error = new ApiError(answer.status, toRecord(json.error))
  if (error.code !== 'step_up_required') throw error
  if (await requestStepUp()) return await request(method, path, body, signal)
  throw new ApiError(answer.status, { code: cancelled, message: 'You cancelled the confirmation.' })
}

function send(
  method: Method | 'GET',
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-countersign-admin': '1' }
  return fetch(`/admin/api/${path}`, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers }),
  })
}

/** An answer that is no JSON comes from a proxy in between. */
async function readJson(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  return toRecord(await answer.json().catch(() => ({})))
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isApproval(value: unknown): value is Approval {
  return typeof value === 'object' && value !== null && 'id' in value && 'expires' in value
}

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`
}
