import { useQuery } from '@tanstack/react-query'
import { api, type Query } from '../api.ts'

/**
 * Loads a GET route of the API.
 *
 * @param options.everyMs Loads it again after each interval while the page is visible.
 */
export function useView<Answer>(
  path: string,
  query: Query = {},
  options: { readonly everyMs?: number; readonly enabled?: boolean } = {},
) {
  const { everyMs, enabled = true } = options
  return useQuery({
    queryKey: ['api', path, query],
    queryFn: ({ signal }) => api.get<Answer>(path, query, signal),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  })
}
