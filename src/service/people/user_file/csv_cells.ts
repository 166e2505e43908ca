import { stringify } from 'csv-stringify/sync'

/** Spreadsheets compute a cell that begins with one of these. */
const formula = /^[=+\-@\t\r]/
const defused = /^'(?=[=+\-@\t\r])/

/** Lines of CSV (RFC 4180), whose cells no spreadsheet takes for a formula. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (formula.test(cell) ? `'${cell}` : cell)))
  return stringify(cells, { record_delimiter: 'windows' })
}

/** The text of a cell, without the apostrophe that `writeCsv` adds. */
export function readCell(cell: string): string {
  return cell.trim().replace(defused, '')
}
