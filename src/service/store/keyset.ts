import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { findDialect } from './dialect.ts'
import type { StoreDb } from './store.ts'
import { StoreError } from './store_error.ts'

/** Which page of a list is read. */
export interface PageRequest<SortKey extends string = string> {
  /** Entries on a page, at least 1. */
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** Entries to skip, for clients that page by number. */
  readonly offset?: number | undefined
  readonly sort?: Sort<SortKey> | undefined
}

export interface Sort<SortKey extends string> {
  readonly by: SortKey
  readonly descending?: boolean | undefined
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Opaque cursor for `after`; `null` on the last page. */
  readonly next: string | null
}

/** A total order: by an expression that is never null, then by a unique key in the same direction. */
export interface Keyset {
  /** Binds a cursor to its list and order. */
  readonly name: string
  readonly by: RawBuilder<string | number>
  readonly key: RawBuilder<string | number>
  readonly descending: boolean
}

type SortValue = string | number
/** What a row was sorted by. */
export interface SortedRow {
  readonly sort_value: SortValue
  readonly sort_key: SortValue
}

/**
 * Reads one page. An index over the two expressions of the order finds its first row, however far
 * into the list it is.
 *
 * @throws {StoreError} `STORE_CURSOR` if `after` is not a cursor of this list and order.
 */
export async function readPage<Tables, From extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, From, Row>,
  keyset: Keyset,
  request: PageRequest,
): Promise<Page<Row & SortedRow>> {
  const { by, key, descending } = keyset
  const { limit } = request
  const direction = descending ? 'desc' : 'asc'
  let sorted = query
    .select([by.as('sort_value'), key.as('sort_key')])
    .orderBy(by, direction)
    .orderBy(key, direction)
    .limit(limit + 1)
  let from: readonly [SortValue, SortValue] | undefined
  if (request.after !== undefined) {
    from = readCursor(request.after, keyset)
  } else if (request.offset !== undefined && request.offset > 0) {
    // reads only the index, so that the skipped rows themselves are not read
    const skipped = await query
      .clearSelect()
      .select([by.as('sort_value'), key.as('sort_key')])
      .orderBy(by, direction)
      .orderBy(key, direction)
      .limit(1)
      .offset(request.offset - 1)
      .$castTo<SortedRow>()
      .executeTakeFirst()
    if (skipped === undefined) return { items: [], next: null }
    from = [skipped.sort_value, skipped.sort_key]
  }
  if (from !== undefined) {
    const [value, last] = from
    const beyond = sql.raw(descending ? '<' : '>')
    sorted = sorted.where(sql<boolean>`(${by}, ${key}) ${beyond} (${value}, ${last})`)
  }
  const rows = await sorted.$castTo<Row & SortedRow>().execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last !== undefined ? writeCursor(last, keyset) : null
  return { items, next }
}

/** An item with what it was sorted by. */
export interface Sorted<Item> extends SortedRow {
  readonly item: Item
}

/**
 * Merges the pages of several tables that were read with the same request and order.
 *
 * @param lists Each was read without `offset`, up to the last entry of the merged page.
 */
export function mergePages<Item>(
  lists: readonly Page<Sorted<Item>>[],
  { limit, offset = 0 }: Pick<PageRequest, 'limit' | 'offset'>,
  keyset: Pick<Keyset, 'name' | 'descending'>,
): Page<Item> {
  const sign = keyset.descending ? -1 : 1
  const merged = lists
    .flatMap(({ items }) => items)
    .sort((one, other) => sign * compare(one, other))
  const items = merged.slice(offset, offset + limit)
  const last = items.at(-1)
  const more = merged.length > offset + limit || lists.some(({ next }) => next !== null)
  return {
    items: items.map(({ item }) => item),
    next: more && last !== undefined ? writeCursor(last, keyset) : null,
  }
}

/** Every page of a list in turn. */
export async function* pages<Item>(
  read: (after: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
  let after: string | undefined
  do {
    const page = await read(after)
    yield page.items
    after = page.next ?? undefined
  } while (after !== undefined)
}

/** A text column in byte order, which is the same in both databases. */
export function byteOrder(db: StoreDb, column: string): RawBuilder<string> {
  return findDialect(db) === 'postgres'
    ? sql<string>`${sql.ref(column)} collate "C"`
    : sql.ref<string>(column)
}

/** As `byteOrder`, with A to Z in lower case. */
export function lowerCase(db: StoreDb, column: string): RawBuilder<string> {
  return sql<string>`lower(${byteOrder(db, column)})`
}

/** Whether a text in byte order begins with a prefix; an index over the text finds it. */
export function startsWith(text: RawBuilder<string>, prefix: string): RawBuilder<boolean> {
  return sql<boolean>`(${text} >= ${prefix} and ${text} < ${`${prefix}\u{10ffff}`})`
}

/** Whether a text contains another; reads every row, so only for tables of a few hundred. */
export function contains(text: RawBuilder<string>, part: string): RawBuilder<boolean> {
  const pattern = `%${part.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql<boolean>`${text} like ${pattern} escape '\\'`
}

/** A search as it is compared, with A to Z in lower case. */
export function searchText(typed: string): string {
  // PostgreSQL rejects NUL in text with an error
  return typed
    .trim()
    .normalize('NFC')
    .replaceAll('\0', '')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .toWellFormed()
}

function compare(one: SortedRow, other: SortedRow): number {
  return (
    compareValues(one.sort_value, other.sort_value) || compareValues(one.sort_key, other.sort_key)
  )
}

function compareValues(one: SortValue, other: SortValue): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}

/**
 * What the last entry of the page before was sorted by.
 *
 * @throws {StoreError} `STORE_CURSOR`
 */
export function cursorValue(after: string, keyset: Keyset): string | number {
  return readCursor(after, keyset)[0]
}

function writeCursor(row: SortedRow, keyset: Pick<Keyset, 'name' | 'descending'>): string {
  const cursor = [orderName(keyset), row.sort_value, row.sort_key]
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function readCursor(text: string, keyset: Keyset): readonly [SortValue, SortValue] {
  const cursor = parseCursor(text)
  if (Array.isArray(cursor) && cursor.length === 3) {
    const [name, value, key]: readonly unknown[] = cursor
    if (name === orderName(keyset) && isSortValue(value) && isSortValue(key)) return [value, key]
  }
  throw new StoreError(
    'STORE_CURSOR',
    'the position in the list is not from this list and order; start with the first page',
  )
}

function parseCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function orderName({ name, descending }: Pick<Keyset, 'name' | 'descending'>): string {
  return descending ? `${name} desc` : name
}

function isSortValue(value: unknown): value is SortValue {
  return typeof value === 'number' || (typeof value === 'string' && !value.includes('\0'))
}
