import type { Secret as OathSecret } from 'otpauth'
import { Memo } from '../../../host/memo.ts'
import { Secret } from '../../../host/secret.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { byteOrder, type Page, readPage, type Sorted, startsWith } from '../../store/keyset.ts'
import { tokenPlace } from '../../store/rotation.ts'
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
import { type OathAlgorithm, OathKey } from './oath_code.ts'
import { newSecret, parseSecret } from './oath_secret.ts'
import { type OathToken, type OathTokenRow, tokensOfUser, toToken } from './oath_token.ts'

export interface NewToken {
  readonly kind: 'hotp' | 'totp'
  readonly digits?: number
  readonly algorithm?: OathAlgorithm
  readonly stepSecs?: number
  readonly serial?: string
  /** In base32; by default a new one of 20 bytes. */
  readonly secret?: Secret
  readonly counter?: number
  /** TOTP: steps by which its clock is ahead. */
  readonly drift?: number
  readonly expires?: number | undefined
  readonly phoneId?: string
  readonly appName?: string
}

/** A hardware token as a file lists it. */
export type ListedToken = NewToken & { readonly serial: string; readonly secret: Secret }

export interface SerialSecret {
  readonly serial: string
  /** In base32. */
  readonly secret: string
}

/** A token with what its passcodes are computed from. */
export interface KeyedToken {
  readonly token: OathToken
  readonly key: OathKey
  /** The secret as it is stored. */
  readonly sealed: string
  /** The resynchronisation in progress. */
  readonly resync: {
    /** Counter that the next code must have; `null` for none in progress. */
    readonly position: number | null
    /** Consecutive codes so far. */
    readonly codes: number
    /** When the last of them was typed. */
    readonly at: number | null
  }
}

const secretsPerPage = 500
/** About 500 bytes each. */
const maxKeys = 20_000
const kindOfTokens = 'tokens of this kind'

/** The table of OATH tokens. */
export class OathTokens {
  readonly #store: Store
  /** By the sealed text, so that a new secret has a new key; opening one takes longer than a passcode. */
  readonly #keys = new Memo<OathKey>(maxKeys)

  constructor(store: Store) {
    this.#store = store
  }

  async ofUser(userId: string, db: StoreDb): Promise<OathToken[]> {
    return (await this.#rows(userId, db)).map(toToken)
  }

  /** Those of several users, oldest first. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<OathToken[]> {
    if (userIds.length === 0) return []
    const rows = await db
      .selectFrom('oath_tokens')
      .selectAll()
      .where('user_id', 'in', userIds)
      .orderBy('created')
      .orderBy('token_id')
      .execute()
    return rows.map(toToken)
  }

  async list(db: StoreDb): Promise<OathToken[]> {
    const rows = await db.selectFrom('oath_tokens').selectAll().orderBy('created').execute()
    return rows.map(toToken)
  }

  /** A page of tokens, by serial; `HardwareTokens` lists them together with YubiKeys. */
  async page(request: TokenPageRequest, db: StoreDb): Promise<Page<Sorted<OathToken>>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      tokenOrder(request, db),
      request,
    )
    return {
      items: items.map((row) => ({
        item: toToken(row),
        sort_value: row.sort_value,
        sort_key: row.sort_key,
      })),
      next,
    }
  }

  async counts(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, TokenCounts>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('oath_tokens')
      .where('user_id', 'in', userIds)
      .select('user_id')
      .select((select) => [
        select.fn.countAll().as('all'),
        select.fn.count('phone_id').as('generators'),
      ])
      .groupBy('user_id')
      .execute()
    return new Map(
      rows.map(({ user_id, all, generators }) => [
        user_id ?? '',
        { all: Number(all), standalone: Number(all) - Number(generators) },
      ]),
    )
  }

  async total(filter: TokenFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Those with a serial, or the one with an identifier. */
  async named(name: string, db: StoreDb): Promise<OathToken[]> {
    const rows = await db
      .selectFrom('oath_tokens')
      .selectAll()
      .where((where) => where.or([where('serial', '=', name), where('token_id', '=', name)]))
      .orderBy('kind')
      .orderBy('digits')
      .execute()
    return rows.map(toToken)
  }

  /** @returns The token, and its secret in base32, which can't be read again. */
  async create(
    userId: string | null,
    token: NewToken,
    now: number,
    db: StoreDb,
  ): Promise<{ readonly token: OathToken; readonly secret: string }> {
    const secret = parseSecret(token.secret ?? new Secret(newSecret()))
    const row = { ...this.#newRow(token, secret, now), user_id: userId }
    await insert([row], db)
    return { token: toToken(row), secret: secret.base32 }
  }

  /**
   * Imports the hardware tokens of a file. A token that is replaced stays with its user, and its counter
   * is reset only with a new secret, so that no passcode works twice.
   */
  async import(
    tokens: readonly ListedToken[],
    options: ImportOptions,
    now: number,
    db: StoreDb,
  ): Promise<Imported> {
    const before = await this.#bySerials(tokens, db)
    return await importListed(
      tokens,
      {
        what: kindOfTokens,
        isKnown: (token) => before.has(name(token)),
        add: async (portion) => {
          const rows = portion.map((token) => this.#newRow(token, parseSecret(token.secret), now))
          await insert(rows, db)
        },
        replace: async (token) => {
          const row = before.get(name(token))
          if (row !== undefined) await this.#replace(row, token, now, db)
        },
      },
      options,
    )
  }

  /** A user's tokens, with their keys. */
  async keyed(userId: string, db: StoreDb): Promise<KeyedToken[]> {
    return this.keyedRows(await this.#rows(userId, db))
  }

  /** As `keyed`, for rows of `tokensOfUser`. */
  keyedRows(rows: readonly OathTokenRow[]): KeyedToken[] {
    return rows.map((row) => this.#keyed(row))
  }

  async keyedById(tokenId: string, db: StoreDb): Promise<KeyedToken | undefined> {
    const row = await db
      .selectFrom('oath_tokens')
      .selectAll()
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return row === undefined ? undefined : this.#keyed(row)
  }

  /** The serials and secrets, in base32, of all hardware tokens, page by page. */
  async *secrets(db: StoreDb): AsyncGenerator<readonly SerialSecret[]> {
    let after = ''
    for (;;) {
      const rows = await db
        .selectFrom('oath_tokens')
        .select(['token_id', 'serial', 'sealed_secret'])
        .where('phone_id', 'is', null)
        .where('token_id', '>', after)
        .orderBy('token_id')
        .limit(secretsPerPage)
        .execute()
      yield rows.map(({ token_id, serial, sealed_secret }) => ({
        serial,
        secret: this.#store.sealing.open(sealed_secret, tokenPlace(token_id)),
      }))
      if (rows.length < secretsPerPage) return
      after = rows.at(-1)?.token_id ?? after
    }
  }

  /** The user that a token is assigned to; `null` if there is none. */
  async holder(tokenId: string, db: StoreDb): Promise<string | null> {
    const row = await db
      .selectFrom('oath_tokens')
      .select('user_id')
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return row?.user_id ?? null
  }

  async assign(tokenId: string, userId: string | null, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('oath_tokens')
      .set({ user_id: userId, assigned: userId === null ? null : now })
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async remove(tokenId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('oath_tokens')
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /** Renames an authenticator app. */
  async renameApp(tokenId: string, appName: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('oath_tokens')
      .set({ app_name: appName })
      .where('token_id', '=', tokenId)
      .execute()
  }

  /** Deletes the token of a phone's push app. */
  async removeOfPhone(phoneId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('oath_tokens').where('phone_id', '=', phoneId).execute()
  }

  async #replace(row: OathTokenRow, token: ListedToken, now: number, db: StoreDb): Promise<void> {
    const secret = parseSecret(token.secret)
    const opened = this.#store.sealing.open(row.sealed_secret, tokenPlace(row.token_id))
    const { digits, algorithm, step_secs, position, drift, sealed_secret, expires } = this.#newRow(
      token,
      secret,
      now,
      row.token_id,
    )
    const anew = { position, drift, resync_position: null, resync_codes: 0, resync_at: null }
    await db
      .updateTable('oath_tokens')
      .set({ digits, algorithm, step_secs, sealed_secret, expires })
      .$if(opened !== secret.base32, (update) => update.set(anew))
      .where('token_id', '=', row.token_id)
      .execute()
  }

  #newRow(token: NewToken, secret: OathSecret, now: number, tokenId = newIdentifier('DH')) {
    return {
      token_id: tokenId,
      user_id: null,
      phone_id: token.phoneId ?? null,
      serial: token.serial ?? tokenId.slice(-8),
      kind: token.kind,
      digits: token.digits ?? 6,
      algorithm: token.algorithm ?? 'SHA1',
      step_secs: token.stepSecs ?? 30,
      position: token.counter ?? 0,
      drift: token.drift ?? 0,
      resync_position: null,
      resync_codes: 0,
      resync_at: null,
      sealed_secret: this.#store.sealing.seal(secret.base32, tokenPlace(tokenId)),
      created: now,
      expires: token.expires ?? null,
      used: null,
      app_name: token.appName ?? null,
    }
  }

  async #bySerials(
    tokens: readonly ListedToken[],
    db: StoreDb,
  ): Promise<Map<string, OathTokenRow>> {
    const found = new Map<string, OathTokenRow>()
    for (const portion of portions(tokens)) {
      const serials = portion.map(({ serial }) => serial)
      const rows = await db
        .selectFrom('oath_tokens')
        .selectAll()
        .where('phone_id', 'is', null)
        .where('serial', 'in', serials)
        .execute()
      for (const row of rows) found.set(name(row), row)
    }
    return found
  }

  #keyed(row: OathTokenRow): KeyedToken {
    const place = tokenPlace(row.token_id)
    const open = () => new OathKey(this.#store.sealing.open(row.sealed_secret, place))
    return {
      token: toToken(row),
      sealed: row.sealed_secret,
      key: this.#keys.find(`${place} ${row.sealed_secret}`, open),
      resync: { position: row.resync_position, codes: row.resync_codes, at: row.resync_at },
    }
  }

  async #rows(userId: string, db: StoreDb): Promise<OathTokenRow[]> {
    return await tokensOfUser(db, { userId })
  }
}

function filtered(filter: TokenFilter, db: StoreDb) {
  const { search, unassigned = false, standalone = false } = filter
  let query = db.selectFrom('oath_tokens')
  if (search !== undefined) query = query.where(startsWith(byteOrder(db, 'serial'), search))
  if (unassigned) query = query.where('user_id', 'is', null)
  if (unassigned || standalone) query = query.where('phone_id', 'is', null)
  return query
}

/** Key of a token: serials are unique within a kind. */
function name({ kind, serial }: { readonly kind: string; readonly serial: string }): string {
  return `${kind} ${serial}`
}

async function insert(rows: readonly OathTokenRow[], db: StoreDb): Promise<void> {
  try {
    await db
      .insertInto('oath_tokens')
      .values([...rows])
      .execute()
  } catch (error) {
    throw isUniqueViolation(error) ? serialTaken(kindOfTokens, rows) : error
  }
}
