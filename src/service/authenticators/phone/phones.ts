import { type RawBuilder, sql } from 'kysely'
import { DirectoryError } from '../../people/user.ts'
import { usersFoundBy } from '../../people/user_words.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { byteOrder, type Page, type PageRequest, readPage, startsWith } from '../../store/keyset.ts'
import { type Bound, prepared } from '../../store/prepared.ts'
import type { StoreDb } from '../../store/store.ts'

/** A phone as administrators list it; the Admin API creates phones before it attaches them to a user. */
export interface ListedPhone {
  /** `DP…` */
  readonly phoneId: string
  /** `null` until it is attached to a user. */
  readonly userId: string | null
  /** E.164, or empty. */
  readonly number: string
  readonly extension: string
  readonly name: string
  /** `mobile`, `landline`, or empty for an unknown one. */
  readonly type: string
  readonly platform: string
  readonly created: number
  /** Whether an app on it answers pushes. */
  readonly pushActivated: boolean
}

/** A user's phone. Its position in the user's list is the 2 of `push2`. */
export interface Phone extends ListedPhone {
  readonly userId: string
}

/** How many phones a user has. */
export interface PhoneCounts {
  readonly all: number
  /** With an app that answers pushes. */
  readonly activated: number
  /** Activated, or with a number. */
  readonly usable: number
}

/** What can be set about a phone. */
export interface PhoneFields {
  readonly number?: string | undefined
  readonly extension?: string | undefined
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly platform?: string | undefined
}

export const phonesOfUser = prepared((db, user: { readonly userId: Bound<string> }) =>
  db
    .selectFrom('phones')
    .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
    .selectAll('phones')
    .select('push_devices.activated')
    .where('user_id', '=', user.userId)
    .orderBy('position'),
)

const maxNameLength = 64
const maxByNumber = 100

export type PhoneSortKey = 'number' | 'created'

export const phonePlatforms = ['ios', 'android', 'other'] as const
/** The app and an import write the platform of a phone in different words. */
export type PhonePlatform = (typeof phonePlatforms)[number]

export interface PhoneFilter {
  /** The beginning of the number, in international form, or of the names of its user. */
  readonly search?: string | undefined
  /** Whether an app on it answers pushes. */
  readonly activated?: boolean | undefined
  readonly platform?: PhonePlatform | undefined
  /** Only phones without a user. */
  readonly unassigned?: boolean | undefined
}

export class Phones {
  /** A user's phones in order. */
  async ofUser(userId: string, db: StoreDb): Promise<Phone[]> {
    return (await phonesOfUser(db, { userId })).map((row) => ({ ...toPhone(row), userId }))
  }

  /** The phones of several users, in the order of each user. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<ListedPhone[]> {
    if (userIds.length === 0) return []
    const rows = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .selectAll('phones')
      .select('push_devices.activated')
      .where('user_id', 'in', userIds)
      .orderBy('position')
      .execute()
    return rows.map(toPhone)
  }

  /** A page of phones. */
  async page(
    request: PageRequest<PhoneSortKey> & PhoneFilter,
    db: StoreDb,
  ): Promise<Page<ListedPhone>> {
    const { by: name, descending = false } = request.sort ?? { by: 'number' }
    const keyset = {
      name: `phones ${name}`,
      by: name === 'created' ? sql.ref<number>('phones.created') : byteOrder(db, 'phones.number'),
      key: sql.ref<string>('phones.phone_id'),
      descending,
    }
    const query = filtered(request, db).selectAll('phones').select('push_devices.activated')
    const { items, next } = await readPage(query, keyset, request)
    return { items: items.map(toPhone), next }
  }

  /** Phones with exactly this number, which has international form. */
  async byNumber(number: string, db: StoreDb): Promise<ListedPhone[]> {
    const rows = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .selectAll('phones')
      .select('push_devices.activated')
      .where(byteOrder(db, 'phones.number'), '=', number.replace(/[\s().-]/g, ''))
      .orderBy('phones.phone_id')
      .limit(maxByNumber)
      .execute()
    return rows.map(toPhone)
  }

  /** How many phones there are on all pages. */
  async total(filter: PhoneFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** How many phones each of these users has, how many answer pushes, and how many can be used at all. */
  async counts(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, PhoneCounts>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .where('phones.user_id', 'in', userIds)
      .select('phones.user_id')
      .select((select) => [
        select.fn.count('phones.phone_id').as('all'),
        select.fn.count('push_devices.phone_id').as('activated'),
        select.fn
          .count(sql`case when phones.number <> '' or push_devices.phone_id is not null then 1 end`)
          .as('usable'),
      ])
      .groupBy('phones.user_id')
      .execute()
    return new Map(
      rows.map(({ user_id, all, activated, usable }) => [
        user_id ?? '',
        { all: Number(all), activated: Number(activated), usable: Number(usable) },
      ]),
    )
  }

  /** @returns `undefined` also for a phone without a user. */
  async byId(phoneId: string, db: StoreDb): Promise<Phone | undefined> {
    const phone = await this.listed(phoneId, db)
    const userId = phone?.userId ?? null
    return phone === undefined || userId === null ? undefined : { ...phone, userId }
  }

  async listed(phoneId: string, db: StoreDb): Promise<ListedPhone | undefined> {
    const row = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .selectAll('phones')
      .select('push_devices.activated')
      .where('phones.phone_id', '=', phoneId)
      .executeTakeFirst()
    return row === undefined ? undefined : toPhone(row)
  }

  /** Locks a phone until the transaction ends. @returns The phone as it is now. */
  async hold(phoneId: string, db: StoreDb): Promise<ListedPhone | undefined> {
    await db
      .updateTable('phones')
      .set((set) => ({ position: set.ref('position') }))
      .where('phone_id', '=', phoneId)
      .execute()
    return await this.listed(phoneId, db)
  }

  /** @throws {DirectoryError} `DIRECTORY_NUMBER`, `DIRECTORY_NAME` */
  async update(phoneId: string, change: PhoneFields, db: StoreDb): Promise<boolean> {
    const { number, ...others } = change
    refuseUnprintable(change)
    const set = {
      ...others,
      ...(number === undefined ? {} : { number: number === '' ? '' : e164(number) }),
    }
    if (Object.values(set).every((value) => value === undefined)) return true
    const { numUpdatedRows } = await db
      .updateTable('phones')
      .set(set)
      .where('phone_id', '=', phoneId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /**
   * Adds a phone at the end of the list.
   *
   * @throws {DirectoryError} `DIRECTORY_NUMBER`, `DIRECTORY_NAME`
   */
  async add(userId: string, phone: PhoneFields, now: number, db: StoreDb): Promise<Phone> {
    return { ...(await this.#insert(userId, phone, now, db)), userId }
  }

  /** Adds a phone that has no user yet. @throws {DirectoryError} `DIRECTORY_NUMBER`, `DIRECTORY_NAME` */
  async addUnattached(phone: PhoneFields, now: number, db: StoreDb): Promise<ListedPhone> {
    return await this.#insert(null, phone, now, db)
  }

  /**
   * Attaches a phone to a user, at the end of the list; without a user, detaches it. Its activation
   * belongs to its user, so the caller removes it when the user changes.
   *
   * @returns Whether there is such a phone.
   */
  async attach(phoneId: string, userId: string | null, db: StoreDb): Promise<boolean> {
    const position = userId === null ? 0 : await this.#nextPosition(userId, db)
    const { numUpdatedRows } = await db
      .updateTable('phones')
      .set({ user_id: userId, position })
      .where('phone_id', '=', phoneId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async #insert(
    userId: string | null,
    phone: PhoneFields,
    now: number,
    db: StoreDb,
  ): Promise<ListedPhone> {
    refuseUnprintable(phone)
    const number = phone.number === undefined || phone.number === '' ? '' : e164(phone.number)
    const added = {
      phone_id: newIdentifier('DP'),
      user_id: userId,
      position: userId === null ? 0 : await this.#nextPosition(userId, db),
      number,
      extension: phone.extension ?? '',
      name: phone.name ?? '',
      type: phone.type ?? '',
      platform: phone.platform ?? '',
      created: now,
    }
    await db.insertInto('phones').values(added).execute()
    return toPhone({ ...added, activated: null })
  }

  async #nextPosition(userId: string, db: StoreDb): Promise<number> {
    const last = await db
      .selectFrom('phones')
      .select((select) => select.fn.max('position').as('position'))
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return last === undefined || last.position === null ? 0 : Number(last.position) + 1
  }

  /** Reorders a user's phones. */
  async reorder(userId: string, phoneIds: readonly string[], db: StoreDb): Promise<void> {
    for (const [position, phoneId] of phoneIds.entries()) {
      await db
        .updateTable('phones')
        .set({ position })
        .where('user_id', '=', userId)
        .where('phone_id', '=', phoneId)
        .execute()
    }
  }

  async remove(phoneId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('phones')
      .where('phone_id', '=', phoneId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}

/** Old clients print a phone's name unescaped in their prompts. */
function refuseUnprintable({ name, type, platform, extension }: PhoneFields): void {
  for (const text of [name, type, platform, extension].map((field) => field ?? '')) {
    if (text.length <= maxNameLength && !/\p{C}/u.test(text)) continue
    throw new DirectoryError(
      'DIRECTORY_NAME',
      `a phone's name, platform and extension have ${maxNameLength} characters at most, none of them a control character`,
    )
  }
}

function filtered({ search, activated, platform, unassigned }: PhoneFilter, db: StoreDb) {
  let query = db
    .selectFrom('phones')
    .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
  if (activated !== undefined) {
    query = query.where('push_devices.phone_id', activated ? 'is not' : 'is', null)
  }
  if (platform !== undefined) query = query.where(isOn(platform))
  if (unassigned === true) query = query.where('phones.user_id', 'is', null)
  return search === undefined ? query : query.where(isFound(search, db))
}

function isOn(platform: PhonePlatform): RawBuilder<boolean> {
  const name = sql`lower(phones.platform)`
  const ios = sql<boolean>`(${name} like '%ios%' or ${name} like '%iphone%' or ${name} like '%ipad%')`
  const android = sql<boolean>`${name} like '%android%'`
  if (platform === 'ios') return ios
  return platform === 'android' ? android : sql<boolean>`not (${ios} or ${android})`
}

function isFound(search: string, db: StoreDb): RawBuilder<boolean> {
  if (/[^\s\d().+-]/.test(search)) {
    return sql<boolean>`phones.user_id in (${usersFoundBy(search)})`
  }
  const digits = search.replace(/\D/g, '')
  return startsWith(byteOrder(db, 'phones.number'), `+${digits}`)
}

export interface PhoneRow {
  readonly phone_id: string
  readonly user_id: string | null
  readonly number: string
  readonly extension: string
  readonly name: string
  readonly type: string
  readonly platform: string
  readonly created: number
  readonly activated: number | null
}

export function toPhone(row: PhoneRow): ListedPhone {
  return {
    phoneId: row.phone_id,
    userId: row.user_id,
    number: row.number,
    extension: row.extension,
    name: row.name,
    type: row.type,
    platform: row.platform,
    created: row.created,
    pushActivated: row.activated !== null,
  }
}

/** `+1 (555) 010-1234` as `+15550101234`. @throws {DirectoryError} `DIRECTORY_NUMBER` */
export function e164(number: string): string {
  const digits = number.replace(/[\s().-]/g, '')
  if (/^\+[1-9]\d{6,14}$/.test(digits)) return digits
  throw new DirectoryError(
    'DIRECTORY_NUMBER',
    `'${number}' is not an international number; write it like +15550101234`,
  )
}
