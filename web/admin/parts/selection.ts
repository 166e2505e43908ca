import { useState } from 'react'
import type { List } from './list.ts'

/** The rows that a bulk act changes. */
export type Selected =
  | { readonly kind: 'rows'; readonly keys: readonly string[] }
  /** Every object that matches the filters, on all pages. */
  | {
      readonly kind: 'all'
      readonly filters: Readonly<Record<string, string>>
      readonly total: number | undefined
    }

export interface Selection {
  /** `undefined` if nothing is selected. */
  readonly selected: Selected | undefined
  readonly has: (key: string) => boolean
  readonly toggle: (key: string) => void
  /** How much of the page is selected. */
  readonly page: 'all' | 'some' | 'none'
  readonly togglePage: () => void
  readonly selectAll: () => void
  readonly clear: () => void
}

/** The selection of a table. It survives paging, and ends when the filters change. */
export function useSelection<Row>(list: List<Row>, rowKey: (row: Row) => string): Selection {
  const scope = JSON.stringify(list.filters)
  const [state, setState] = useState<State>(empty)
  const { keys, all } = state.scope === scope ? state : empty
  const set = (changed: Omit<State, 'scope'>) => setState({ ...changed, scope })
  const own = list.rows.map(rowKey)
  const chosen = own.filter((key) => all || keys.has(key)).length
  const page = chosen === 0 ? 'none' : chosen === own.length ? 'all' : 'some'
  return {
    selected: all
      ? { kind: 'all', filters: list.filters, total: list.total }
      : keys.size > 0
        ? { kind: 'rows', keys: [...keys] }
        : undefined,
    has: (key) => all || keys.has(key),
    toggle: (key) => {
      const changed = new Set(all ? own : keys)
      if (!changed.delete(key)) changed.add(key)
      set({ keys: changed, all: false })
    },
    page,
    togglePage: () => {
      const changed = new Set(all ? [] : keys)
      for (const key of own) {
        if (page === 'all') changed.delete(key)
        else changed.add(key)
      }
      set({ keys: changed, all: false })
    },
    selectAll: () => set({ keys: new Set(), all: true }),
    clear: () => set({ keys: new Set(), all: false }),
  }
}

interface State {
  /** The filters that the selection belongs to. */
  readonly scope: string
  readonly keys: ReadonlySet<string>
  readonly all: boolean
}

const empty: State = { scope: '', keys: new Set(), all: false }
