import type { AdminSession, EndedSession, Factor } from '../administrators/administrator.ts'
import { useView } from '../parts/view.ts'

export interface Profile {
  readonly admin_id: string
  readonly email: string
  readonly name: string
  readonly phone: string
  readonly role: string
  readonly factors: readonly Factor[]
  readonly sessions: readonly AdminSession[]
  readonly ended_sessions: readonly EndedSession[]
  readonly sign_ins: {
    readonly last: number | null
    readonly before: number | null
    /** Failed attempts between these two, and since the last. */
    readonly failed_before: number
    readonly failed_since: number
    readonly last_failed: number | null
  }
}

export function useProfile() {
  return useView<Profile>('profile')
}
