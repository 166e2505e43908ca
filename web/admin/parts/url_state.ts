import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { UrlSearch } from '../url_search.ts'

/** Values of the URL's query; `undefined` or an empty text removes one. */
export type UrlChange = Readonly<Record<string, string | undefined>>

/**
 * Reads and writes the URL's query, which holds filters, sort, page and tab. Never put a secret there.
 *
 * @returns The values, and a function that changes some of them. It replaces the entry in the browser's
 *   history with `{ replace: true }`, for a field that changes with each key.
 */
export function useUrlState() {
  const values: UrlSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const change = useCallback(
    (changes: UrlChange, { replace = false }: { readonly replace?: boolean } = {}) => {
      navigate({
        to: '.',
        search: (before: UrlSearch) => ({ ...before, ...changes }),
        replace,
        resetScroll: false,
      }).catch(() => {})
    },
    [navigate],
  )
  return { values, change }
}
