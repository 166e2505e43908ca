import { Secret } from '../../../host/secret.ts'
import { DirectoryError } from '../../people/user.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { byteOrder, type Page, readPage, type Sorted, startsWith } from '../../store/keyset.ts'
import { type Bound, prepared } from '../../store/prepared.ts'
import { yubikeyPlace } from '../../store/rotation.ts'
import { isUniqueViolation, type Store, type StoreDb } from '../../store/store.ts'
import {
  type Imported,
  type ImportOptions,
  importListed,
  portions,
  serialTaken,
} from '../token_files/token_import.ts'
import {
  type TokenCounts,
  type TokenFilter,
  type TokenPageRequest,
  tokenOrder,
} from '../token_list.ts'
import { readModhex } from './modhex.ts'

/** A YubiKey that types passcodes of its AES mode ("Yubico OTP"). */
export interface Yubikey {
  /** `DH…` */
  readonly tokenId: string
  readonly userId: string | null
  readonly serial: string
  /**
   * Twelve modhex letters at the beginning of each of its passcodes. Empty until the first passcode of a
   * key that the Admin API created, which does not know them.
   */
  readonly publicId: string
}

export interface NewYubikey {
  readonly serial: string
  /** Empty if the first passcode tells it. */
  readonly publicId: string
  /** 6 bytes in hex. */
  readonly privateId: Secret
  /** 16 bytes in hex. */
  readonly aesKey: Secret
}

/** A YubiKey with its secrets. */
export interface KeyedYubikey {
  readonly yubikey: Yubikey
  readonly keys: YubikeyKeys
}

export interface YubikeyRow {
  readonly token_id: string
  readonly user_id: string | null
  readonly serial: string
  readonly public_id: string
  readonly sealed_key: string
}

export interface YubikeyKeys {
  readonly privateId: Buffer
  readonly aesKey: Buffer
}

/** Counters of an unused key; those of any passcode are higher. */
const unused = { session_counter: 0, use_counter: -1 }

export const yubikeysOfUser = prepared((db, user: { readonly userId: Bound<string> }) =>
  db
    .selectFrom('yubikeys')
    .selectAll()
    .where('user_id', '=', user.userId)
    .orderBy('created')
    .orderBy('token_id'),
)

/** The table of YubiKeys. */
export class Yubikeys {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async ofUser(userId: string, db: StoreDb): Promise<Yubikey[]> {
    return (await yubikeysOfUser(db, { userId })).map(toYubikey)
  }

  /** Those of several users, oldest first. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<Yubikey[]> {
    if (userIds.length === 0) return []
    const rows = await db
      .selectFrom('yubikeys')
      .selectAll()
      .where('user_id', 'in', userIds)
      .orderBy('created')
      .orderBy('token_id')
      .execute()
    return rows.map(toYubikey)
  }

  /** A page of YubiKeys, by serial; `HardwareTokens` lists them together with OATH tokens. */
  async page(request: TokenPageRequest, db: StoreDb): Promise<Page<Sorted<Yubikey>>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      tokenOrder(request, db),
      request,
    )
    return {
      items: items.map((row) => ({
        item: toYubikey(row),
        sort_value: row.sort_value,
        sort_key: row.sort_key,
      })),
      next,
    }
  }

  async counts(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, TokenCounts>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('yubikeys')
      .where('user_id', 'in', userIds)
      .select('user_id')
      .select((select) => select.fn.countAll().as('all'))
      .groupBy('user_id')
      .execute()
    return new Map(
      rows.map(({ user_id, all }) => [
        user_id ?? '',
        { all: Number(all), standalone: Number(all) },
      ]),
    )
  }

  async total(filter: TokenFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** The one with a serial or an identifier. */
  async named(name: string, db: StoreDb): Promise<Yubikey[]> {
    const rows = await db
      .selectFrom('yubikeys')
      .selectAll()
      .where((where) => where.or([where('serial', '=', name), where('token_id', '=', name)]))
      .execute()
    return rows.map(toYubikey)
  }

  async create(
    userId: string | null,
    yubikey: NewYubikey,
    now: number,
    db: StoreDb,
  ): Promise<Yubikey> {
    const row = { ...this.#newRow(yubikey, now), user_id: userId }
    await insert([row], db)
    return toYubikey(row)
  }

  /**
   * Imports the YubiKeys of a file of the personalisation tool. One that is replaced stays with its
   * user, and its counters are reset only with a new key, so that no passcode works twice.
   */
  async import(
    yubikeys: readonly NewYubikey[],
    options: ImportOptions,
    now: number,
    db: StoreDb,
  ): Promise<Imported> {
    const before = await this.#bySerials(yubikeys, db)
    return await importListed(
      yubikeys,
      {
        what: 'YubiKeys',
        isKnown: ({ serial }) => before.has(serial),
        add: async (portion) => {
          const rows = portion.map((yubikey) => this.#newRow(yubikey, now))
          await insert(rows, db)
        },
        replace: async (yubikey) => {
          const row = before.get(yubikey.serial)
          if (row !== undefined) await this.#replace(row, yubikey, now, db)
        },
      },
      options,
    )
  }

  /** A user's YubiKey with a public identity. */
  async keyed(userId: string, publicId: string, db: StoreDb): Promise<KeyedYubikey | undefined> {
    const row = await db
      .selectFrom('yubikeys')
      .selectAll()
      .where('user_id', '=', userId)
      .where('public_id', '=', publicId)
      .executeTakeFirst()
    return row === undefined ? undefined : { yubikey: toYubikey(row), keys: this.#keys(row) }
  }

  /** The user that a token is assigned to; `null` if there is none. */
  async holder(tokenId: string, db: StoreDb): Promise<string | null> {
    const row = await db
      .selectFrom('yubikeys')
      .select('user_id')
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return row?.user_id ?? null
  }

  /** A user's YubiKeys whose public identity is not known yet, with their secrets. */
  async withoutPublicId(userId: string, db: StoreDb): Promise<KeyedYubikey[]> {
    const rows = await db
      .selectFrom('yubikeys')
      .selectAll()
      .where('user_id', '=', userId)
      .where('public_id', 'like', `${unknownPublicId('%')}`)
      .execute()
    return rows.map((row) => ({ yubikey: toYubikey(row), keys: this.#keys(row) }))
  }

  /** Stores the public identity of a key that has none. @returns Whether no other key has it. */
  async learnPublicId(tokenId: string, publicId: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('yubikeys')
      .set({ public_id: publicId })
      .where('token_id', '=', tokenId)
      .where('public_id', '=', unknownPublicId(tokenId))
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('yubikeys as other')
              .select('other.token_id')
              .where('other.public_id', '=', publicId),
          ),
        ),
      )
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async assign(tokenId: string, userId: string | null, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('yubikeys')
      .set({ user_id: userId, assigned: userId === null ? null : now })
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async remove(tokenId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('yubikeys')
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  async #replace(row: YubikeyRow, yubikey: NewYubikey, now: number, db: StoreDb): Promise<void> {
    const { public_id, sealed_key } = this.#newRow(yubikey, now, row.token_id)
    const before = this.#keys(row)
    const after = parseKeys(yubikey)
    const sameKey = before.aesKey.equals(after.aesKey) && before.privateId.equals(after.privateId)
    await db
      .updateTable('yubikeys')
      .set({ public_id, sealed_key, ...(sameKey ? {} : unused) })
      .where('token_id', '=', row.token_id)
      .execute()
      .catch(taken([yubikey]))
  }

  #newRow(yubikey: NewYubikey, now: number, tokenId = newIdentifier('DH')) {
    const { privateId, aesKey } = parseKeys(yubikey)
    const key = JSON.stringify([privateId.toString('hex'), aesKey.toString('hex')])
    return {
      token_id: tokenId,
      user_id: null,
      serial: yubikey.serial,
      public_id:
        yubikey.publicId === '' ? unknownPublicId(tokenId) : parsePublicId(yubikey.publicId),
      sealed_key: this.#store.sealing.seal(key, yubikeyPlace(tokenId)),
      ...unused,
      created: now,
    }
  }

  #keys(row: YubikeyRow): YubikeyKeys {
    const opened = this.#store.sealing.open(row.sealed_key, yubikeyPlace(row.token_id))
    const [privateId, aesKey]: unknown[] = JSON.parse(opened)
    return parseKeys({
      privateId: new Secret(String(privateId)),
      aesKey: new Secret(String(aesKey)),
    })
  }

  async #bySerials(yubikeys: readonly NewYubikey[], db: StoreDb): Promise<Map<string, YubikeyRow>> {
    const found = new Map<string, YubikeyRow>()
    for (const portion of portions(yubikeys)) {
      const serials = portion.map(({ serial }) => serial)
      const rows = await db
        .selectFrom('yubikeys')
        .selectAll()
        .where('serial', 'in', serials)
        .execute()
      for (const row of rows) found.set(row.serial, row)
    }
    return found
  }
}

function filtered({ search, unassigned = false }: TokenFilter, db: StoreDb) {
  let query = db.selectFrom('yubikeys')
  if (search !== undefined) query = query.where(startsWith(byteOrder(db, 'serial'), search))
  if (unassigned) query = query.where('user_id', 'is', null)
  return query
}

type FullRow = YubikeyRow & typeof unused & { readonly created: number }

async function insert(rows: readonly FullRow[], db: StoreDb): Promise<void> {
  await db
    .insertInto('yubikeys')
    .values([...rows])
    .execute()
    .catch(taken(rows))
}

/** Turns a unique violation into the directory's error. */
function taken(yubikeys: readonly { readonly serial: string }[]): (error: unknown) => never {
  return (error) => {
    throw isUniqueViolation(error) ? serialTaken('YubiKeys', yubikeys) : error
  }
}

function parseKeys({ privateId, aesKey }: Pick<NewYubikey, 'privateId' | 'aesKey'>): YubikeyKeys {
  const hex = (secret: Secret, bytes: number): Buffer => {
    const text = secret.reveal()
    if (/^[0-9a-f]*$/i.test(text) && text.length === bytes * 2) return Buffer.from(text, 'hex')
    throw new DirectoryError(
      'DIRECTORY_YUBIKEY',
      'a YubiKey has a private identity of 6 bytes and an AES key of 16 bytes, both in hex',
    )
  }
  return { privateId: hex(privateId, 6), aesKey: hex(aesKey, 16) }
}

/** The column is unique; no modhex begins with this sign. */
function unknownPublicId(tokenId: string): string {
  return `?${tokenId}`
}

function parsePublicId(publicId: string): string {
  const read = readModhex(publicId)
  if (read?.length === 12) return read
  throw new DirectoryError(
    'DIRECTORY_YUBIKEY',
    'the public identity of a YubiKey is twelve letters of modhex (cbdefghijklnrtuv)',
  )
}

export function toYubikey(row: YubikeyRow): Yubikey {
  return {
    tokenId: row.token_id,
    userId: row.user_id,
    serial: row.serial,
    publicId: row.public_id === unknownPublicId(row.token_id) ? '' : row.public_id,
  }
}
