import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { writeCsv } from '../../../people/user_file/csv_cells.ts'

type Value = string | number | boolean | null

/** A list that is sent as a file. */
export interface Export {
  /** Without its ending: `sign-ins`. */
  readonly name: string
  readonly format: 'csv' | 'json'
  readonly columns: readonly string[]
  /** The rows, page by page, so that a long list is never in memory as a whole. */
  readonly pages: AsyncIterable<readonly Readonly<Record<string, Value>>[]>
}

/**
 * Sends a list as CSV (RFC 4180) or JSON. In CSV a cell that a spreadsheet would run as a formula begins
 * with an apostrophe.
 */
export function sendExport(reply: FastifyReply, list: Export): FastifyReply {
  const { name, format } = list
  const types = { csv: 'text/csv; charset=utf-8', json: 'application/json' }
  reply
    .type(types[format])
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
  return reply.send(Readable.from(format === 'csv' ? csvParts(list) : jsonParts(list)))
}

async function* csvParts({ columns, pages }: Export): AsyncGenerator<string> {
  yield writeCsv([columns])
  for await (const rows of pages) {
    yield writeCsv(rows.map((row) => columns.map((column) => String(row[column] ?? ''))))
  }
}

async function* jsonParts({ pages }: Export): AsyncGenerator<string> {
  yield '['
  let separator = '\n'
  for await (const rows of pages) {
    for (const row of rows) {
      yield separator + JSON.stringify(row)
      separator = ',\n'
    }
  }
  yield '\n]\n'
}
