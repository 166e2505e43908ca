import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './api.ts'
import { sessionKey } from './query_client.ts'

export interface Admin {
  readonly admin_id: string
  readonly name: string
  readonly email: string
  readonly role: string
  readonly permits: readonly string[]
}

export type FactorKind = 'passkey' | 'push' | 'totp'

/** A phone that can receive a push. */
export interface SessionPhone {
  readonly factor_id: string
  readonly name: string
}

export interface Session {
  /**
   * `second_factor`: the password was right; `enrol_factor`: and there is no factor yet; `signed_in`: a
   * factor was proved.
   */
  readonly state: 'none' | 'second_factor' | 'enrol_factor' | 'signed_in'
  /** Before the second factor, `name` and `email` only. */
  readonly admin?: Partial<Admin> & Pick<Admin, 'name' | 'email'>
  /** The kinds of factors that the administrator can use now. */
  readonly factors: readonly FactorKind[]
  /** Absent without a session. */
  readonly phones?: readonly SessionPhone[]
  readonly organisation: { readonly name: string; readonly logo_url: string | null }
  /** In milliseconds since 1970. */
  readonly stepped_up_until: number | null
  /** When the session ends if it is not used; 0 without one. */
  readonly expires: number
  /** The session has ended by itself, or was ended by somebody else. */
  readonly ended?: boolean
  /** The outbox keeps messages, calls and mail instead of sending them. */
  readonly test_mode: boolean
}

export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: () => api.get<Session>('session'),
    staleTime: 30_000,
    refetchOnWindowFocus: true,
  })
}

/**
 * The administrator who is signed in. Pages inside the shell always have one.
 *
 * @throws {Error} Outside the shell.
 */
export function useAdmin(): Admin {
  const admin = useSession().data?.admin
  if (admin === undefined || !isSignedIn(admin)) throw new Error('no administrator is signed in')
  return admin
}

function isSignedIn(admin: NonNullable<Session['admin']>): admin is Admin {
  return admin.permits !== undefined
}

/** Whether the administrator's role permits something, such as `users.edit`. */
export function usePermits(): (permit: string | undefined) => boolean {
  const permits = useSession().data?.admin?.permits
  return (permit) => permit === undefined || permits?.includes(permit) === true
}

/** Updates the pages after a sign-in or sign-out. */
export function useSessionChange() {
  const client = useQueryClient()
  return {
    /** Reloads the session and drops everything cached for the previous one. */
    changed: async () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] })
      await client.invalidateQueries({ queryKey: sessionKey })
    },
    is: (session: Session) => client.setQueryData(sessionKey, session),
  }
}
