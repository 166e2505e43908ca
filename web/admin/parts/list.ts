import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, type ListPage, type Query } from '../api.ts'
import { useUrlState } from './url_state.ts'

/** What a table shows: one page of a list route, with the filters of the URL. */
export interface List<Row> {
  readonly rows: readonly Row[]
  readonly total: number | undefined
  readonly isPending: boolean
  /** Loads again while the previous rows are shown. */
  readonly isUpdating: boolean
  readonly error: unknown
  readonly retry: () => void
  /** The filters and search of the URL, without sort and page. */
  readonly filters: Readonly<Record<string, string>>
  readonly isFiltered: boolean
  readonly clearFilters: () => void
  /** Column name; `-` before it sorts descending. */
  readonly sort: string | undefined
  readonly sortBy: (sort: string) => void
  readonly page: number
  readonly next: (() => void) | undefined
  readonly previous: (() => void) | undefined
}

/**
 * Loads a list route page by page. Search (`q`), filters, `sort` and the page are in the URL.
 *
 * @param path The list route, such as `users`.
 * @param options.filters Names of the filters that the route takes, besides `q`.
 * @param options.fixed Query parameters that are not in the URL, such as the user whose phones are listed.
 * @param options.everyMs Loads the page again after each interval while it is visible.
 */
export function useList<Row>(
  path: string,
  options: {
    readonly filters?: readonly string[]
    readonly fixed?: Query
    readonly sort?: string
    readonly limit?: number
    readonly everyMs?: number
  } = {},
): List<Row> {
  const { values, change } = useUrlState()
  const names = ['q', ...(options.filters ?? [])]
  const filters = Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
  const sort = values.sort ?? options.sort
  const { after } = values
  const query: Query = {
    ...options.fixed,
    ...filters,
    sort,
    after,
    limit: options.limit ?? pageSize,
  }
  const loaded = useQuery({
    queryKey: ['api', path, query],
    queryFn: ({ signal }) => api.get<ListPage<Row>>(path, query, signal),
    placeholderData: keepPreviousData,
    ...(options.everyMs === undefined ? {} : { refetchInterval: options.everyMs }),
  })
  const page = after === undefined ? 1 : Math.max(2, Number(values.page ?? 2) || 2)
  const trail = useTrail(page, after)
  const next = loaded.data?.next ?? null
  return {
    rows: loaded.data?.items ?? [],
    total: loaded.data?.total,
    isPending: loaded.isPending,
    isUpdating: loaded.isPlaceholderData,
    error: loaded.error,
    retry: () => {
      loaded.refetch().catch(() => {})
    },
    filters,
    isFiltered: Object.keys(filters).length > 0,
    clearFilters: () =>
      change({
        ...Object.fromEntries(names.map((name) => [name, undefined])),
        after: undefined,
        page: undefined,
      }),
    sort,
    sortBy: (column) => change({ sort: column, after: undefined, page: undefined }),
    page,
    next: next === null ? undefined : () => change({ after: next, page: String(page + 1) }),
    previous:
      page === 1
        ? undefined
        : () => {
            const before = trail.get(page - 1)
            change({
              after: before,
              page: before === undefined ? undefined : String(page - 1),
            })
          },
  }
}

const pageSize = 50

/**
 * The cursors of the pages visited so far. A keyset knows only the next page, so the way back from a
 * page that was opened by its link leads to the first one.
 */
function useTrail(page: number, after: string | undefined): ReadonlyMap<number, string> {
  const trail = useRef(new Map<number, string>())
  useEffect(() => {
    if (after === undefined) trail.current.clear()
    else trail.current.set(page, after)
  }, [page, after])
  return trail.current
}
