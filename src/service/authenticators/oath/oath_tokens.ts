import { Secret as OathSecret } from 'otpauth'
import type { Secret } from '../../../host/secret.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { byteOrder, type Page, readPage, type Sorted, startsWith } from '../../store/keyset.ts'
import { prepared } from '../../store/prepared.ts'
import { tokenPlace } from '../../store/rotation.ts'
import { isUniqueViolation, type Store, type StoreDb } from '../../store/store.ts'
import {
  type Imported,
  type ImportOptions,
  portions,
  serialTaken,
} from '../token_files/token_import.ts'
import {
  type TokenCounts,
  type TokenFilter,
  type TokenPageRequest,
  tokenOrder,
} from '../token_list.ts'
import {
  acceptableMoments,
  distantMoments,
  maxDrift,
  type OathAlgorithm,
  OathKey,
  type OathParameters,
  pastMoments,
} from './oath_code.ts'
import { checkedSecret } from './oath_secret.ts'

/** A generator of passcodes: a hardware token, an app that shows codes, or a phone's own. */
export interface Token extends OathParameters {
  /** `DH…` */
  readonly tokenId: string
  readonly userId: string | null
  /** The phone with this passcode generator; `null` for a hardware token. */
  readonly phoneId: string | null
  readonly serial: string
  /** HOTP: the next counter; TOTP: the last step used. */
  readonly position: number
  readonly drift: number
  /** When its passcodes stop being accepted. */
  readonly expires: number | null
}

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
}

/** A hardware token as a file lists it. */
export type ListedToken = NewToken & { readonly serial: string; readonly secret: Secret }

/** The result of checking a passcode; one that was used before differs from a wrong one. */
export type Consumption =
  | { readonly outcome: 'accepted'; readonly token: Token }
  | { readonly outcome: 'replayed'; readonly token: Token; readonly usedAt: number }
  | { readonly outcome: 'wrong' }

const resyncMs = 5 * 60_000
const resyncCodes = 3
const administratorResyncAhead = 10_000

interface TokenRow {
  readonly token_id: string
  readonly user_id: string | null
  readonly phone_id: string | null
  readonly serial: string
  readonly kind: string
  readonly digits: number
  readonly algorithm: string
  readonly step_secs: number
  readonly position: number
  readonly drift: number
  readonly resync_position: number | null
  readonly resync_codes: number
  readonly resync_at: number | null
  readonly sealed_secret: string
  readonly expires: number | null
  readonly used: number | null
}

/** Stores the tokens and consumes their passcodes. */
export class Tokens {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async ofUser(userId: string, db: StoreDb = this.#store.db): Promise<Token[]> {
    return (await this.#rows(userId, db)).map(toToken)
  }

  async list(db: StoreDb = this.#store.db): Promise<Token[]> {
    const rows = await db.selectFrom('oath_tokens').selectAll().orderBy('created').execute()
    return rows.map(toToken)
  }

  /** A page of tokens, by serial; `HardwareTokens` lists them together with YubiKeys. */
  async page(request: TokenPageRequest, db: StoreDb): Promise<Page<Sorted<Token>>> {
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
  async named(name: string, db: StoreDb = this.#store.db): Promise<Token[]> {
    const rows = await db
      .selectFrom('oath_tokens')
      .selectAll()
      .where((where) => where.or([where('serial', '=', name), where('token_id', '=', name)]))
      .execute()
    return rows.map(toToken)
  }

  /** @returns The token, and its secret in base32, which can't be read again. */
  async create(
    userId: string | null,
    token: NewToken,
    now: number,
    db: StoreDb,
  ): Promise<{ readonly token: Token; readonly secret: string }> {
    const secret =
      token.secret === undefined ? new OathSecret({ size: 20 }) : checkedSecret(token.secret)
    const row = { ...this.#rowOf(token, secret, now), user_id: userId }
    await insert([row], db)
    return { token: toToken(row), secret: secret.base32 }
  }

  /**
   * Imports the hardware tokens of a file. A token that is replaced stays with its user, and its counter
   * is reset only with a new secret, so that no passcode works twice.
   */
  async import(
    tokens: readonly ListedToken[],
    { onDuplicate, progress }: ImportOptions,
    now: number,
    db: StoreDb,
  ): Promise<Imported> {
    const before = await this.#bySerials(tokens, db)
    const known = tokens.filter((token) => before.has(name(token)))
    if (onDuplicate === 'refuse' && known.length > 0)
      throw serialTaken('tokens of this kind', known)
    const added = tokens.filter((token) => !before.has(name(token)))
    let done = 0
    for (const portion of portions(added)) {
      const rows = portion.map((token) => this.#rowOf(token, checkedSecret(token.secret), now))
      await insert(rows, db)
      done += portion.length
      progress?.(done)
    }
    for (const token of onDuplicate === 'replace' ? known : []) {
      const row = before.get(name(token))
      if (row !== undefined) await this.#replace(row, token, now, db)
      done++
      progress?.(done)
    }
    const serials = known.map(({ serial }) => serial)
    return {
      added: added.map(({ serial }) => serial),
      replaced: onDuplicate === 'replace' ? serials : [],
      skipped: onDuplicate === 'skip' ? serials : [],
    }
  }

  /**
   * Uses a passcode up. Of concurrent attempts on all nodes one succeeds: a single UPDATE moves the
   * counter or time step, and only applies if it has not been moved that far.
   *
   * The near codes of all tokens are compared first, TOTP before HOTP; the thousand distant codes of a
   * resynchronisation only if the passcode is none of those.
   */
  async consume(userId: string, passcode: string, now: number, db: StoreDb): Promise<Consumption> {
    const candidates = (await this.#rows(userId, db))
      .filter(({ digits }) => digits === passcode.length)
      .filter(({ expires }) => expires === null || expires > now)
      .map((row): Candidate => ({ row, token: toToken(row), key: this.#key(row) }))
      .toSorted((one, other) => nearMoments[one.token.kind] - nearMoments[other.token.kind])
    let replayed: Candidate | undefined
    for (const candidate of candidates) {
      const { token, key } = candidate
      const moment = key.momentOf(token, passcode, acceptableMoments(token, token, now))
      if (moment === undefined) continue
      if (await use(token, moment, now, db)) return { outcome: 'accepted', token }
      replayed = candidate
    }
    const hotp = candidates.filter(({ token }) => token.kind === 'hotp')
    replayed ??= hotp.find(
      ({ token, key }) => key.momentOf(token, passcode, pastMoments(token)) !== undefined,
    )
    if (replayed !== undefined) {
      const { token } = replayed
      return { outcome: 'replayed', token, usedAt: await lastUsedAt(token, db) }
    }
    for (const { row, token, key } of hotp) {
      if (await this.#resynchronised(row, key, passcode, now, db)) {
        return { outcome: 'accepted', token }
      }
    }
    return { outcome: 'wrong' }
  }

  /**
   * Resynchronises an HOTP token that is far ahead by two or more consecutive codes.
   *
   * @returns Whether they are codes of this token.
   */
  async resync(tokenId: string, codes: readonly string[], db: StoreDb): Promise<boolean> {
    const row = await db
      .selectFrom('oath_tokens')
      .selectAll()
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    if (row === undefined || row.kind !== 'hotp' || codes.length < 2) return false
    const token = toToken(row)
    const key = this.#key(row)
    for (
      let counter = token.position;
      counter < token.position + administratorResyncAhead;
      counter++
    ) {
      const all = codes.every(
        (code, index) => key.momentOf(token, code, [counter + index]) !== undefined,
      )
      if (!all) continue
      return await use(token, counter + codes.length - 1, 0, db)
    }
    return false
  }

  async assign(tokenId: string, userId: string | null, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('oath_tokens')
      .set({ user_id: userId })
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

  /** Deletes the passcode generator of a phone. */
  async removeOfPhone(phoneId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('oath_tokens').where('phone_id', '=', phoneId).execute()
  }

  /** Three consecutive codes within five minutes resynchronise a token that is up to 1000 codes ahead. */
  async #resynchronised(
    row: TokenRow,
    key: OathKey,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const token = toToken(row)
    const { resync_position: expected, resync_at } = row
    const going = expected !== null && resync_at !== null && now - resync_at <= resyncMs
    if (going && key.momentOf(token, passcode, [expected]) !== undefined) {
      const codes = row.resync_codes + 1
      if (codes >= resyncCodes) return await use(token, expected, now, db)
      await mark(token, expected + 1, codes, now, db)
      return false
    }
    const counter = key.momentOf(token, passcode, distantMoments(token))
    if (counter !== undefined) await mark(token, counter + 1, 1, now, db)
    return false
  }

  async #replace(row: TokenRow, token: ListedToken, now: number, db: StoreDb): Promise<void> {
    const secret = checkedSecret(token.secret)
    const opened = this.#store.sealing.open(row.sealed_secret, tokenPlace(row.token_id))
    const { digits, algorithm, step_secs, position, drift, sealed_secret, expires } = this.#rowOf(
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

  #rowOf(token: NewToken, secret: OathSecret, now: number, tokenId = newIdentifier('DH')) {
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
    }
  }

  async #bySerials(tokens: readonly ListedToken[], db: StoreDb): Promise<Map<string, TokenRow>> {
    const found = new Map<string, TokenRow>()
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

  #key(row: TokenRow): OathKey {
    return new OathKey(this.#store.sealing.open(row.sealed_secret, tokenPlace(row.token_id)))
  }

  async #rows(userId: string, db: StoreDb): Promise<TokenRow[]> {
    return await tokensOfUser(db, { userId })
  }
}

function filtered({ search, unassigned = false }: TokenFilter, db: StoreDb) {
  let query = db.selectFrom('oath_tokens')
  if (search !== undefined) query = query.where(startsWith(byteOrder(db, 'serial'), search))
  if (unassigned) query = query.where('user_id', 'is', null).where('phone_id', 'is', null)
  return query
}

const tokensOfUser = prepared((db, user: { readonly userId: string }) =>
  db
    .selectFrom('oath_tokens')
    .selectAll()
    .where('user_id', '=', user.userId)
    .orderBy('created')
    .orderBy('token_id'),
)

/** A token that may have made a passcode. */
interface Candidate {
  readonly row: TokenRow
  readonly token: Token
  readonly key: OathKey
}

/** About how many near codes a passcode is compared with; the cheaper kind goes first. */
const nearMoments = { totp: 3, hotp: 21 } as const

/** Read again: the row may have been read before another node used the passcode. */
async function lastUsedAt({ tokenId }: Token, db: StoreDb): Promise<number> {
  const row = await db
    .selectFrom('oath_tokens')
    .select('used')
    .where('token_id', '=', tokenId)
    .executeTakeFirst()
  return row?.used ?? 0
}

/** Key of a token: serials are unique within a kind. */
function name({ kind, serial }: { readonly kind: string; readonly serial: string }): string {
  return `${kind} ${serial}`
}

async function insert(
  rows: readonly (TokenRow & { readonly created: number })[],
  db: StoreDb,
): Promise<void> {
  try {
    await db
      .insertInto('oath_tokens')
      .values([...rows])
      .execute()
  } catch (error) {
    throw isUniqueViolation(error) ? serialTaken('tokens of this kind', rows) : error
  }
}

/** @returns `false` if this counter or step, or a later one, was used already. */
async function use(token: Token, moment: number, now: number, db: StoreDb): Promise<boolean> {
  const hotp = token.kind === 'hotp'
  const moved = await moveOn(db, {
    tokenId: token.tokenId,
    position: hotp ? moment + 1 : moment,
    drift: hotp ? 0 : maxDrift(token, moment, now),
    used: now,
  })
  return moved.length === 1
}

interface Move {
  readonly tokenId: string
  readonly position: number
  readonly drift: number
  readonly used: number
}

const moveOn = prepared((db, move: Move) =>
  db
    .updateTable('oath_tokens')
    .set({
      position: move.position,
      drift: move.drift,
      resync_position: null,
      resync_codes: 0,
      used: move.used,
    })
    .where('token_id', '=', move.tokenId)
    .where('position', '<', move.position)
    .returning('token_id'),
)

async function mark(
  token: Token,
  next: number,
  codes: number,
  now: number,
  db: StoreDb,
): Promise<void> {
  await db
    .updateTable('oath_tokens')
    .set({ resync_position: next, resync_codes: codes, resync_at: now })
    .where('token_id', '=', token.tokenId)
    .execute()
}

function toToken(row: TokenRow): Token {
  return {
    tokenId: row.token_id,
    userId: row.user_id,
    phoneId: row.phone_id,
    serial: row.serial,
    kind: row.kind === 'totp' ? 'totp' : 'hotp',
    digits: row.digits,
    algorithm: row.algorithm === 'SHA256' || row.algorithm === 'SHA512' ? row.algorithm : 'SHA1',
    stepSecs: row.step_secs,
    position: row.position,
    drift: row.drift,
    expires: row.expires,
  }
}
