import type { ComponentType } from 'react'

type Icon = ComponentType<{ readonly size?: number; readonly stroke?: number }>

/** The groups of the sidebar, in order. */
export type NavSection = 'start' | 'applications' | 'people' | 'activity' | 'organisation' | 'test'

export interface NavEntry {
  readonly label: string
  readonly to: string
  readonly icon: Icon
  readonly section: NavSection
  /** Without the permit, the entry is hidden. */
  readonly permit?: string
  /** Only in test mode. */
  readonly testMode?: boolean
}

/** A page, or an act that opens as a dialog on the page that contains it. */
export interface PageRoute {
  /** Starts with `/`; `$id` is a parameter. The path of an act is relative to its page: `lock`. */
  readonly path: string
  /** Without the permit, the page says which one is missing. */
  readonly permit?: string
  readonly page: () => Promise<ComponentType>
  /** Acts and tabs; the page renders them in its `<Outlet />`. */
  readonly acts?: readonly PageRoute[]
}

/** An entry of the command palette. */
export interface Command {
  readonly label: string
  readonly to: string
  readonly permit?: string
  /** Further words that find it. */
  readonly keywords?: string
}

/** Searches one kind of object from the command palette. */
export interface ObjectSearch {
  /** Heading of the results: `Users`. */
  readonly heading: string
  readonly permit: string
  /** A list route of the API that takes `q` and `limit`. */
  readonly path: string
  readonly toResult: (row: Readonly<Record<string, unknown>>) => SearchResult
}

export interface SearchResult {
  readonly label: string
  readonly detail?: string
  readonly to: string
}

/** Everything that one folder adds to the panel. */
export interface PageGroup {
  readonly nav?: readonly NavEntry[]
  readonly routes: readonly PageRoute[]
  readonly commands?: readonly Command[]
  readonly search?: ObjectSearch
}
