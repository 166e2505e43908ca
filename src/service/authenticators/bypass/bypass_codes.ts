import { type Selectable, sql } from 'kysely'
import { DirectoryError } from '../../people/user.ts'
import { newBypassCode, newIdentifier } from '../../store/identifier.ts'
import { type Page, type PageRequest, readPage } from '../../store/keyset.ts'
import type { Schema } from '../../store/schema.ts'
import type { Store, StoreDb } from '../../store/store.ts'

/** `recovery`: made by users for themselves; `bypass`: made by an administrator or an application. */
export type BypassCodeKind = 'bypass' | 'recovery'

const maxPerUser = 100

export interface BypassCode {
  readonly bypassCodeId: string
  readonly userId: string
  readonly kind: BypassCodeKind
  /** Remaining uses; `null` for unlimited. */
  readonly reuseCount: number | null
  readonly expires: number | null
  readonly created: number
  readonly createdBy: string
}

export interface NewBypassCodes {
  readonly count: number
  /** The codes themselves, nine digits each; new ones by default. */
  readonly codes?: readonly string[] | undefined
  /** How often each may be used; 0 for unlimited. */
  readonly reuseCount: number
  /** 0 for no expiry. */
  readonly validSecs: number
  /** Otherwise the user's existing codes of the same kind are deleted. */
  readonly preserveExisting: boolean
  readonly createdBy: string
}

export interface BypassCodePage {
  readonly limit: number
  readonly offset: number
  /** Only those of this user. */
  readonly userId?: string | undefined
}

/**
 * Codes for users without a usable device: bypass codes of an administrator, and recovery codes of the
 * users themselves. New codes of one kind never replace those of the other. Only hashes are stored.
 */
export class BypassCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Codes with uses left, also expired ones. */
  async ofUser(userId: string, db: StoreDb): Promise<BypassCode[]> {
    const rows = await db
      .selectFrom('bypass_codes')
      .selectAll()
      .where('user_id', '=', userId)
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .orderBy('created')
      .execute()
    return rows.map(toBypassCode)
  }

  /** A page of the codes of all users, the newest first. */
  async page(request: PageRequest & { readonly userId?: string }, db: StoreDb) {
    const keyset = {
      name: 'bypass codes created',
      by: sql.ref<number>('bypass_codes.created'),
      key: sql.ref<string>('bypass_codes.bypass_code_id'),
      descending: true,
    }
    const all = db.selectFrom('bypass_codes').selectAll()
    const query = request.userId === undefined ? all : all.where('user_id', '=', request.userId)
    const { items, next } = await readPage(query, keyset, request)
    const page: Page<BypassCode> = { items: items.map(toBypassCode), next }
    return page
  }

  /** A page of the users who have a usable bypass code, the newest code first; not recovery codes. */
  async holders(request: PageRequest, now: number, db: StoreDb): Promise<Page<string>> {
    const keyset = {
      name: 'bypass code holders',
      by: sql.ref<number>('holders.newest'),
      key: sql.ref<string>('holders.user_id'),
      descending: true,
    }
    const query = db
      .selectFrom((from) =>
        from
          .selectFrom('bypass_codes')
          .select('user_id')
          .select((select) => select.fn.max('created').as('newest'))
          .where('kind', '=', 'bypass')
          .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
          .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
          .groupBy('user_id')
          .as('holders'),
      )
      .select('holders.user_id')
    const { items, next } = await readPage(query, keyset, request)
    return { items: items.map(({ user_id }) => user_id), next }
  }

  /** The codes of several users with uses left, also expired ones. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<BypassCode[]> {
    if (userIds.length === 0) return []
    const rows = await db
      .selectFrom('bypass_codes')
      .selectAll()
      .where('user_id', 'in', userIds)
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .orderBy('created')
      .execute()
    return rows.map(toBypassCode)
  }

  async byId(bypassCodeId: string, db: StoreDb): Promise<BypassCode | undefined> {
    const row = await db
      .selectFrom('bypass_codes')
      .selectAll()
      .where('bypass_code_id', '=', bypassCodeId)
      .executeTakeFirst()
    return row === undefined ? undefined : toBypassCode(row)
  }

  /** @returns Whether there was such a code. */
  async remove(bypassCodeId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('bypass_codes')
      .where('bypass_code_id', '=', bypassCodeId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /** How many of a user's codes a sign-in could still use, by kind. */
  async countUsable(
    userId: string,
    now: number,
    db: StoreDb,
  ): Promise<Readonly<Record<BypassCodeKind, number>>> {
    const codes = await this.ofUser(userId, db)
    const usable = codes.filter(({ expires }) => expires === null || expires > now)
    const recovery = usable.filter(({ kind }) => kind === 'recovery').length
    return { bypass: usable.length - recovery, recovery }
  }

  /** Which of these users have a code that a sign-in could still use. */
  async usersWithUsable(
    userIds: readonly string[],
    now: number,
    db: StoreDb,
  ): Promise<ReadonlySet<string>> {
    if (userIds.length === 0) return new Set()
    const rows = await db
      .selectFrom('bypass_codes')
      .select('user_id')
      .distinct()
      .where('user_id', 'in', userIds)
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      .execute()
    return new Set(rows.map(({ user_id }) => user_id))
  }

  /** A page of the codes of all users, oldest first. */
  async list({ limit, offset, userId }: BypassCodePage, db: StoreDb): Promise<BypassCode[]> {
    const rows = await listed(userId, db)
      .selectAll()
      .orderBy('created')
      .orderBy('bypass_code_id')
      .limit(limit)
      .offset(offset)
      .execute()
    return rows.map(toBypassCode)
  }

  async total(userId: string | undefined, db: StoreDb): Promise<number> {
    const { count } = await listed(userId, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Creates bypass codes. @returns The codes, which can't be read again. */
  async create(userId: string, codes: NewBypassCodes, now: number, db: StoreDb): Promise<string[]> {
    return await this.#create(userId, 'bypass', codes, now, db)
  }

  /** Replaces a user's recovery codes. @returns The codes, which can't be read again. */
  async createRecovery(
    userId: string,
    { count, createdBy }: Pick<NewBypassCodes, 'count' | 'createdBy'>,
    now: number,
    db: StoreDb,
  ): Promise<string[]> {
    const codes = { count, createdBy, reuseCount: 1, validSecs: 0, preserveExisting: false }
    return await this.#create(userId, 'recovery', codes, now, db)
  }

  async #create(
    userId: string,
    kind: BypassCodeKind,
    codes: NewBypassCodes,
    now: number,
    db: StoreDb,
  ): Promise<string[]> {
    if (!codes.preserveExisting) await this.#removeKind(userId, kind, db)
    await this.#removeSpent(userId, now, db)
    const before = codes.preserveExisting
      ? (await this.ofUser(userId, db)).filter((code) => code.kind === kind).length
      : 0
    if (before + codes.count > maxPerUser) {
      throw new DirectoryError(
        'DIRECTORY_TOO_MANY',
        `a user can have at most ${maxPerUser} bypass codes; replace the existing ones`,
      )
    }
    const made = new Set(codes.codes)
    while (made.size < codes.count) made.add(newBypassCode())
    for (const code of made) {
      await db
        .insertInto('bypass_codes')
        .values({
          bypass_code_id: newIdentifier('DB'),
          user_id: userId,
          kind,
          code_hash: this.#store.sealing.hash(code, userId),
          remaining: codes.reuseCount === 0 ? null : codes.reuseCount,
          expires: codes.validSecs === 0 ? null : now + codes.validSecs * 1000,
          created: now,
          created_by: codes.createdBy,
        })
        .execute()
    }
    return [...made]
  }

  /** Uses a code, by one UPDATE that only applies while a use is left. */
  async consume(userId: string, code: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('bypass_codes')
      .set((set) => ({ remaining: set('remaining', '-', 1) }))
      .where('user_id', '=', userId)
      .where('code_hash', 'in', this.#store.sealing.hashes(code, userId))
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Deletes unusable codes, so that they do not count against the limit of 100. */
  async #removeSpent(userId: string, now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('bypass_codes')
      .where('user_id', '=', userId)
      .where((where) => where.or([where('remaining', '<=', 0), where('expires', '<=', now)]))
      .execute()
  }

  async #removeKind(userId: string, kind: BypassCodeKind, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('bypass_codes')
      .where('user_id', '=', userId)
      .where('kind', '=', kind)
      .execute()
  }

  /** Deletes bypass and recovery codes. */
  async removeOfUser(userId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('bypass_codes').where('user_id', '=', userId).execute()
  }
}

/** Codes with uses left. */
function listed(userId: string | undefined, db: StoreDb) {
  const query = db
    .selectFrom('bypass_codes')
    .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
  return userId === undefined ? query : query.where('user_id', '=', userId)
}

function toBypassCode(row: Selectable<Schema['bypass_codes']>): BypassCode {
  return {
    bypassCodeId: row.bypass_code_id,
    userId: row.user_id,
    kind: row.kind === 'recovery' ? 'recovery' : 'bypass',
    reuseCount: row.remaining,
    expires: row.expires,
    created: row.created,
    createdBy: row.created_by,
  }
}
