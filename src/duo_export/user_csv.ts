const single = ['username', 'realname', 'firstname', 'lastname', 'email', 'status', 'notes']
/** Numbered columns that belong together, in the order of the file. */
const numbered = [['alias'], ['phone', 'platform'], ['group'], ['token', 'type']] as const

/** Spreadsheets compute a cell that begins with one of these. */
const formula = /^[=+\-@\t\r]/

/** The file of users (RFC 4180) that `countersign user import` reads. */
export function userCsv(users: readonly ReadonlyMap<string, string>[]): string {
  const columns = [...single, ...numbered.flatMap((kinds) => numberedColumns(kinds, users))]
  const rows = users.map((cells) => columns.map((column) => cells.get(column) ?? ''))
  return [columns, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('')
}

/** As many as the user with the most of them needs. */
function numberedColumns(
  kinds: readonly string[],
  users: readonly ReadonlyMap<string, string>[],
): string[] {
  let most = 0
  for (const cells of users) {
    while (kinds.some((kind) => (cells.get(`${kind}${most + 1}`) ?? '') !== '')) most++
  }
  const numbers = Array.from({ length: most }, (_, index) => index + 1)
  return numbers.flatMap((number) => kinds.map((kind) => `${kind}${number}`))
}

/** The import removes the apostrophe again. */
function quote(cell: string): string {
  const defused = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused
}
