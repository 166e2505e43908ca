import { useDebouncedValue } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { api, type ListPage } from '../api.ts'
import type { SearchResult } from '../page.ts'
import { pageGroups } from '../pages.ts'
import { type Session, usePermits } from '../session.ts'

interface ResultGroup {
  readonly heading: string
  readonly results: readonly SearchResult[]
}

const maxPerKind = 5
const typingPauseMs = 150

/** Finds pages and commands in the browser, and objects on the server. */
export function usePaletteResults(text: string, session: Session) {
  const permits = usePermits()
  const [query] = useDebouncedValue(text.trim(), typingPauseMs)
  const searches = pageGroups.flatMap(({ search }) =>
    search !== undefined && permits(search.permit) ? [search] : [],
  )
  const found = useQueries({
    queries: searches.map(({ path }) => ({
      queryKey: ['api', path, { q: query, limit: maxPerKind }],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        api.get<ListPage<Readonly<Record<string, unknown>>>>(
          path,
          { q: query, limit: maxPerKind },
          signal,
        ),
      enabled: query !== '',
      retry: false,
    })),
  })
  const pages = pageGroups
    .flatMap(({ nav = [] }) => nav)
    .filter(({ permit, testMode }) => permits(permit) && (testMode !== true || session.test_mode))
    .filter(({ label }) => matches(text, label))
  const commands = pageGroups
    .flatMap((group) => group.commands ?? [])
    .filter(({ permit }) => permits(permit))
    .filter(({ label, keywords = '' }) => matches(text, `${label} ${keywords}`))
  const groups: readonly ResultGroup[] = [
    ...searches.map(({ heading, toResult }, index) => ({
      heading,
      results: query === '' ? [] : (found[index]?.data?.items ?? []).map(toResult),
    })),
    { heading: 'Commands', results: text === '' ? commands.slice(0, maxPerKind) : commands },
    { heading: 'Pages', results: pages },
  ]
  return {
    groups: groups.filter(({ results }) => results.length > 0),
    isSearching: text.trim() !== query || found.some(({ isFetching }) => isFetching),
  }
}

/** Whether every typed word begins a word of the label. */
function matches(text: string, label: string): boolean {
  const words = label.toLowerCase().split(/[\s-]+/)
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((typed) => typed !== '')
    .every((typed) => words.some((word) => word.startsWith(typed)))
}
