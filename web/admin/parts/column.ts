import type { ReactNode } from 'react'

/** A column of a table. The first one names the row, and can't be hidden. */
export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** Name of the sort in the API; only columns with an index have one. */
  readonly sort?: string
  /** Hidden until it is chosen in the column menu. */
  readonly optional?: boolean
  /** `end` for numbers. */
  readonly align?: 'end'
}
