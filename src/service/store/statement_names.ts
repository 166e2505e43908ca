const names = new Map<string, string>()

/** Gives a statement a name, by which PostgreSQL keeps it parsed and planned. Only for a fixed number of texts. */
export function nameStatement(sql: string): void {
  if (!names.has(sql)) names.set(sql, `countersign_${names.size + 1}`)
}

export function statementName(sql: string): string | undefined {
  return names.get(sql)
}
