import { sql } from 'kysely'
import { DirectoryError } from '../../people/user.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { byteOrder, type Page, type PageRequest, readPage, startsWith } from '../../store/keyset.ts'
import { prepared } from '../../store/prepared.ts'
import type { StoreDb } from '../../store/store.ts'

/** A user's phone. Its position in the user's list is the 2 of `push2`. */
export interface Phone {
  /** `DP…` */
  readonly phoneId: string
  readonly userId: string
  /** E.164, or empty. */
  readonly number: string
  readonly name: string
  readonly platform: string
  readonly created: number
  /** Whether an app on it answers pushes. */
  readonly pushActivated: boolean
}

const phonesOfUser = prepared((db, user: { readonly userId: string }) =>
  db
    .selectFrom('phones')
    .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
    .selectAll('phones')
    .select('push_devices.activated')
    .where('user_id', '=', user.userId)
    .orderBy('position'),
)

const maxNameLength = 64

export type PhoneSortKey = 'number' | 'created'

export interface PhoneFilter {
  /** The beginning of the number, in international form. */
  readonly search?: string | undefined
}

export class Phones {
  /** A user's phones in order. */
  async ofUser(userId: string, db: StoreDb): Promise<Phone[]> {
    return (await phonesOfUser(db, { userId })).map(toPhone)
  }

  /** A page of phones. */
  async page(request: PageRequest<PhoneSortKey> & PhoneFilter, db: StoreDb): Promise<Page<Phone>> {
    const { by: name, descending = false } = request.sort ?? { by: 'number' }
    const keyset = {
      name: `phones ${name}`,
      by: name === 'created' ? sql.ref<number>('phones.created') : byteOrder(db, 'phones.number'),
      key: sql.ref<string>('phones.phone_id'),
      descending,
    }
    const query = filtered(request, db)
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .selectAll('phones')
      .select('push_devices.activated')
    const { items, next } = await readPage(query, keyset, request)
    return { items: items.map(toPhone), next }
  }

  /** How many phones there are on all pages. */
  async total(filter: PhoneFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** How many phones each of these users has, and how many of them answer pushes. */
  async counts(
    userIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, { readonly all: number; readonly activated: number }>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .where('phones.user_id', 'in', userIds)
      .select('phones.user_id')
      .select((select) => [
        select.fn.count('phones.phone_id').as('all'),
        select.fn.count('push_devices.phone_id').as('activated'),
      ])
      .groupBy('phones.user_id')
      .execute()
    return new Map(
      rows.map(({ user_id, all, activated }) => [
        user_id,
        { all: Number(all), activated: Number(activated) },
      ]),
    )
  }

  async byId(phoneId: string, db: StoreDb): Promise<Phone | undefined> {
    const row = await db
      .selectFrom('phones')
      .leftJoin('push_devices', 'push_devices.phone_id', 'phones.phone_id')
      .selectAll('phones')
      .select('push_devices.activated')
      .where('phones.phone_id', '=', phoneId)
      .executeTakeFirst()
    return row === undefined ? undefined : toPhone(row)
  }

  /** @throws {DirectoryError} `DIRECTORY_NUMBER`, `DIRECTORY_NAME` */
  async update(
    phoneId: string,
    change: { readonly number?: string; readonly name?: string; readonly platform?: string },
    db: StoreDb,
  ): Promise<boolean> {
    const { number, ...others } = change
    refuseUnprintable(change)
    const set = {
      ...others,
      ...(number === undefined ? {} : { number: number === '' ? '' : e164(number) }),
    }
    if (Object.keys(set).length === 0) return true
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
  async add(
    userId: string,
    phone: { readonly number?: string; readonly name?: string; readonly platform?: string },
    now: number,
    db: StoreDb,
  ): Promise<Phone> {
    refuseUnprintable(phone)
    const number = phone.number === undefined || phone.number === '' ? '' : e164(phone.number)
    const others = await this.ofUser(userId, db)
    const last = await db
      .selectFrom('phones')
      .select((select) => select.fn.max('position').as('position'))
      .where('user_id', '=', userId)
      .executeTakeFirst()
    const added = {
      phone_id: newIdentifier('DP'),
      user_id: userId,
      position: others.length === 0 ? 0 : Number(last?.position ?? 0) + 1,
      number,
      name: phone.name ?? '',
      platform: phone.platform ?? '',
      created: now,
    }
    await db.insertInto('phones').values(added).execute()
    return {
      phoneId: added.phone_id,
      userId,
      number,
      name: added.name,
      platform: added.platform,
      created: now,
      pushActivated: false,
    }
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
function refuseUnprintable(phone: { readonly name?: string; readonly platform?: string }): void {
  for (const text of [phone.name ?? '', phone.platform ?? '']) {
    if (text.length <= maxNameLength && !/\p{C}/u.test(text)) continue
    throw new DirectoryError(
      'DIRECTORY_NAME',
      `a phone's name has ${maxNameLength} characters at most, none of them a control character`,
    )
  }
}

function filtered({ search }: PhoneFilter, db: StoreDb) {
  const query = db.selectFrom('phones')
  if (search === undefined) return query
  const number = search.replace(/[^+\d]/g, '')
  return query.where(startsWith(byteOrder(db, 'phones.number'), number))
}

function toPhone(row: {
  readonly phone_id: string
  readonly user_id: string
  readonly number: string
  readonly name: string
  readonly platform: string
  readonly created: number
  readonly activated: number | null
}): Phone {
  return {
    phoneId: row.phone_id,
    userId: row.user_id,
    number: row.number,
    name: row.name,
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
