import {
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Sealing } from './sealing.ts'
import { addSetting, readSetting } from './settings.ts'
import { StoreError } from './store_error.ts'

export const logKeyName = 'log_key'
export const logKeyPlace = 'settings:log_key'

const keyOctets = 32
const saltOctets = 6
const saltLength = 8
const macLength = 24
/** Salts that are drawn together: a draw takes twice as long as the code of a line, whatever its size. */
const saltsPerDraw = 500

/**
 * The key that authenticates the lines of the logs and their chains. It is sealed in the database, so
 * that access to the database alone is not enough to forge a line.
 */
export class LogKey {
  readonly #key: KeyObject
  #salts: Buffer = Buffer.alloc(0)
  #nextSalt = 0
  /** The highest id of each log when the key was created; lines up to it have no code. */
  readonly unchained: Readonly<Record<string, number>>

  constructor(octets: Buffer, unchained: Readonly<Record<string, number>>) {
    this.#key = createSecretKey(octets)
    this.unchained = unchained
  }

  /** HMAC-SHA-256 in base64url, 43 characters. */
  hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }

  /** A salted code for a line: two lines with the same content have different codes. */
  sign(content: string): string {
    const salt = this.#salt()
    return salt + this.#code(salt, content)
  }

  /** Whether `sign` returned the code for this content. */
  verifies(code: string, content: string): boolean {
    const expected = Buffer.from(
      code.slice(0, saltLength) + this.#code(code.slice(0, saltLength), content),
    )
    const found = Buffer.from(code)
    return expected.length === found.length && timingSafeEqual(expected, found)
  }

  #salt(): string {
    if (this.#nextSalt === this.#salts.length) {
      this.#salts = randomBytes(saltOctets * saltsPerDraw)
      this.#nextSalt = 0
    }
    const start = this.#nextSalt
    this.#nextSalt += saltOctets
    return this.#salts.toString('base64url', start, this.#nextSalt)
  }

  #code(salt: string, content: string): string {
    return this.hash(`${salt}\0${content}`).slice(0, macLength)
  }
}

const keys = new WeakMap<object, LogKey>()

/** The key of the store that `db`, which may be a transaction, belongs to. */
export function findLogKey(db: Pick<Kysely<unknown>, 'getExecutor'>): LogKey {
  const key = keys.get(db.getExecutor().adapter)
  if (key === undefined) throw new Error('the store of this connection has no log key')
  return key
}

/** Reads the key, or creates it for a database that has none. */
export async function openLogKey(db: Kysely<Schema>, sealing: Sealing): Promise<void> {
  const sealed =
    (await readSetting(logKeyName, db)) ??
    (await addSetting(logKeyName, sealing.seal(await newKey(db), logKeyPlace), db))
  const { key, unchained } = JSON.parse(sealing.open(sealed, logKeyPlace))
  const octets = Buffer.from(String(key), 'base64')
  if (octets.length !== keyOctets) {
    throw new StoreError('STORE_DAMAGED', 'the key of the logs is damaged; restore a backup')
  }
  keys.set(db.getExecutor().adapter, new LogKey(octets, unchained))
}

async function newKey(db: Kysely<Schema>): Promise<string> {
  const unchained: Record<string, number> = {}
  for (const log of ['authentication_log', 'administrator_log', 'telephony_log'] as const) {
    const row = await db
      .selectFrom(log)
      .select((select) => select.fn.max('id').as('last'))
      .executeTakeFirst()
    unchained[log] = Number(row?.last ?? 0)
  }
  return JSON.stringify({ key: randomBytes(keyOctets).toString('base64'), unchained })
}
