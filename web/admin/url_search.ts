/** What the URL's query holds: filters, sort, page and tab. Values are plain text. */
export type UrlSearch = Readonly<Record<string, string>>

/** Reads a query string; a repeated name keeps its last value. */
export function parseSearch(text: string): UrlSearch {
  return Object.fromEntries(new URLSearchParams(text))
}

/** Writes a query string; empty values are left out. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters}`
}
