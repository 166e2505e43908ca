import { useQuery, useQueryClient } from '@tanstack/react-query'
import { portal, type Session } from './api.ts'

const key = ['session']

/** Who is here; everything else that the pages know hangs on it. */
export function useSession() {
  return useQuery({ queryKey: key, queryFn: portal.session, staleTime: 30_000 })
}

/** What to do when somebody has signed in or out, or came by an invitation. */
export function useSessionChange() {
  const client = useQueryClient()
  return {
    /** Asks anew, and forgets what was another session's. */
    changed: async () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] })
      await client.invalidateQueries({ queryKey: key })
    },
    is: (session: Session) => client.setQueryData(key, session),
  }
}
