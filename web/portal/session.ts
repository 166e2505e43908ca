import { useQuery, useQueryClient } from '@tanstack/react-query'
import { portal, type Session } from './api.ts'

const key = ['session']

export function useSession() {
  return useQuery({ queryKey: key, queryFn: portal.session, staleTime: 30_000 })
}

/** Updates the pages after the session has changed. */
export function useSessionChange() {
  const client = useQueryClient()
  return {
    /** Reloads the session and drops everything cached for the previous one. */
    changed: async () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] })
      await client.invalidateQueries({ queryKey: key })
    },
    is: (session: Session) => client.setQueryData(key, session),
  }
}
