const names = new Map<string, string>()

/** Names a statement, so that PostgreSQL prepares it once per connection. Only for a fixed number of texts. */
export function nameStatement(sql: string): void {
  if (!names.has(sql)) names.set(sql, `countersign_${names.size + 1}`)
}

export function statementName(sql: string): string | undefined {
  return names.get(sql)
}
