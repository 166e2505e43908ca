import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { LoginResult, ShownDirectory } from '../../src/workspaces/web/page_api.ts'

const refreshMs = 5000
const directoryKey = ['directory']

/** The one text that AWS shows for every failure. */
export const authenticationFailed =
  'Authentication Failed: Please check your username and password to make sure you typed them correctly'

/** What the user types into the client. */
export interface Credentials {
  readonly username: string
  readonly password: string
  readonly mfaCode: string
}

/** Follows the state of the directory, which commands and the AWS API change, too. */
export function useDirectory(): UseQueryResult<ShownDirectory> {
  return useQuery({
    queryKey: directoryKey,
    queryFn: () => getJson<ShownDirectory>('/sim/directory'),
    refetchInterval: refreshMs,
  })
}

/** @returns A function that reads the state of the directory again. */
export function useDirectoryRefresh(): () => void {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: directoryKey })
}

/** Signs in, which takes as long as the whole sign-in. A directory that does not answer denies. */
export async function signIn(credentials: Credentials): Promise<LoginResult> {
  try {
    return await sendJson<LoginResult>('POST', '/sim/login', credentials)
  } catch {
    return { loginId: '', result: 'denied', message: authenticationFailed }
  }
}

export async function getJson<Answer>(path: string): Promise<Answer> {
  return await readAnswer<Answer>(await fetch(path, { cache: 'no-store' }))
}

export async function sendJson<Answer>(
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return await readAnswer<Answer>(
    await fetch(path, { method, headers, body: JSON.stringify(body) }),
  )
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) {
    throw new Error(answer.message ?? `The directory answered with status ${response.status}.`)
  }
  return answer
}
