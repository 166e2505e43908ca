import type { ApiProblem } from '../../src/manager/editor/page_api.ts'

const proofKey = 'manager-proof'
const proofHeader = 'x-manager-proof'

/** A request that the command refused; the message is for the user. */
export class ApiError extends Error {
  readonly problem: ApiProblem

  constructor(problem: ApiProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** The command has ended, or can't be reached any more. */
class Unreachable extends Error {
  constructor() {
    super('The Proxy Manager does not answer. Its command may have been ended.')
  }
}

/** What failed requests show. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether this tab was opened with a link before. */
export function hasProof(): boolean {
  return sessionStorage.getItem(proofKey) !== null
}

/** Exchanges the token of a link for a session. */
export async function openSession(token: string): Promise<void> {
  const { proof } = await post<{ readonly proof: string }>('session', { token })
  // unlike a cookie, this storage belongs to this port alone
  sessionStorage.setItem(proofKey, proof)
}

export function forgetSession(): void {
  sessionStorage.removeItem(proofKey)
}

export async function get<Answer>(path: string): Promise<Answer> {
  return await readJson<Answer>(await send(path, {}))
}

export async function post<Answer>(path: string, body: unknown): Promise<Answer> {
  return await readJson<Answer>(await send(path, jsonRequest(body)))
}

/** Reads a stream of events, one JSON object per line, until it ends or the signal is aborted. */
export async function* stream<Event>(
  path: string,
  { body, signal }: { readonly body?: unknown; readonly signal: AbortSignal },
): AsyncGenerator<Event> {
  const response = await send(path, {
    ...(body === undefined ? {} : jsonRequest(body)),
    signal,
  })
  if (!response.ok || response.body === null) await readJson(response)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Unreachable()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line)
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof TypeError ? new Unreachable() : error
  } finally {
    reader.cancel().catch(() => {})
  }
}

function jsonRequest(body: unknown): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const proof = sessionStorage.getItem(proofKey)
  const headers = { ...init.headers, ...(proof === null ? {} : { [proofHeader]: proof }) }
  try {
    return await fetch(`/api/${path}`, { ...init, headers, cache: 'no-store' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new Unreachable()
  }
}

async function readJson<Answer>(response: Response): Promise<Answer> {
  const answer = await response.json().catch(() => {
    throw new Unreachable()
  })
  if (!response.ok) throw new ApiError(answer.problem)
  return answer
}
