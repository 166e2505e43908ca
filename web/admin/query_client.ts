import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, ApprovalRequired } from './api.ts'

export const sessionKey = ['session'] as const

/** An ended session affects all pages at once: the sign-in takes their place, and their data goes. */
function onError(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'no_session') return
  queryClient.setQueryData<object>(sessionKey, (session) =>
    session === undefined ? undefined : { ...session, state: 'none', ended: true },
  )
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] })
}

function isAnswer(error: unknown): boolean {
  return error instanceof ApiError || error instanceof ApprovalRequired
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    // fail at once when offline, since a button would wait silently for a network; and forget the
    // input and the answer of an act, which can be secrets, with the page or dialog
    mutations: { networkMode: 'always', gcTime: 0 },
    queries: {
      networkMode: 'always',
      staleTime: 10_000,
      retry: (count, error) => count < 2 && !isAnswer(error),
    },
  },
})
