/**
 * Roles of the elements of a table. On a phone the rows are cards, and the browser would no longer treat
 * them as a table.
 */
export const tableRoles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  head: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const
