import { type Selectable, sql } from 'kysely'
import { newIdentifier } from '../store/identifier.ts'
import {
  contains,
  lowerCase,
  type Page,
  type PageRequest,
  readPage,
  searchText,
} from '../store/keyset.ts'
import type { Schema } from '../store/schema.ts'
import { lockSetting } from '../store/settings.ts'
import { isUniqueViolation, type StoreDb } from '../store/store.ts'
import {
  type Administrator,
  AdministratorError,
  type AdministratorStatus,
  administratorStatuses,
} from './administrator.ts'

export interface NewAdministrator {
  readonly email: string
  readonly name: string
  readonly role: string
  readonly status: AdministratorStatus
  readonly phone?: string | undefined
}

export type AdministratorChange = Partial<
  Pick<Administrator, 'email' | 'name' | 'phone' | 'role' | 'status'>
>

type Row = Selectable<Schema['administrators']>

const maxOwnerEmails = 50

/** The accounts of administrators. */
export class Administrators {
  /** @throws {AdministratorError} `email_taken` */
  async create(added: NewAdministrator, now: number, db: StoreDb): Promise<Administrator> {
    const row: Row = {
      admin_id: newIdentifier('DE'),
      email: added.email,
      email_key: emailKey(added.email),
      name: added.name,
      phone: added.phone ?? '',
      role: added.role,
      status: added.status,
      password_hash: null,
      password_changed: null,
      enrol_until: null,
      created: now,
      last_login: null,
      previous_login: null,
      last_failed: null,
      failed_since_login: 0,
      failed_before_login: 0,
    }
    await uniquely(added.email, () => db.insertInto('administrators').values(row).execute())
    return toAdministrator(row)
  }

  async byId(adminId: string, db: StoreDb): Promise<Administrator | undefined> {
    const row = await db
      .selectFrom('administrators')
      .selectAll()
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return row === undefined ? undefined : toAdministrator(row)
  }

  async byEmail(email: string, db: StoreDb): Promise<Administrator | undefined> {
    const row = await db
      .selectFrom('administrators')
      .selectAll()
      .where('email_key', '=', emailKey(email))
      .executeTakeFirst()
    return row === undefined ? undefined : toAdministrator(row)
  }

  /** A page of the list, by e-mail address unless the request says otherwise. */
  async page(
    request: PageRequest<'email' | 'created'> & {
      readonly search?: string | undefined
      readonly role?: string | undefined
      readonly status?: AdministratorStatus | undefined
    },
    db: StoreDb,
  ): Promise<Page<Administrator>> {
    const { search, role, status } = request
    let query = db.selectFrom('administrators').selectAll()
    if (role !== undefined) query = query.where('role', '=', role)
    if (status !== undefined) query = query.where('status', '=', status)
    const part = searchText(search ?? '')
    if (part !== '') {
      query = query.where((where) =>
        where.or([contains(lowerCase(db, 'email'), part), contains(lowerCase(db, 'name'), part)]),
      )
    }
    const { by: name, descending = false } = request.sort ?? { by: 'email' }
    const by = name === 'created' ? sql.ref<number>('created') : lowerCase(db, 'email')
    const key = lowerCase(db, 'admin_id')
    const keyset = { name: `administrators ${name}`, by, key, descending }
    const { items, next } = await readPage(query, keyset, request)
    return { items: items.map(toAdministrator), next }
  }

  async total(
    db: StoreDb,
    { status }: { readonly status?: AdministratorStatus } = {},
  ): Promise<number> {
    const query = db
      .selectFrom('administrators')
      .select((select) => select.fn.countAll().as('count'))
    const counted = status === undefined ? query : query.where('status', '=', status)
    return Number((await counted.executeTakeFirstOrThrow()).count)
  }

  /**
   * The ids of the active owners. No other transaction gets them until this one ends, so that each of
   * two sees what the other has done.
   */
  async lockActiveOwners(db: StoreDb): Promise<readonly string[]> {
    await lockSetting('administrator_owners', db)
    const rows = await db
      .selectFrom('administrators')
      .select('admin_id')
      .where('role', '=', 'Owner')
      .where('status', '=', 'active')
      .execute()
    return rows.map(({ admin_id }) => admin_id)
  }

  /** The mail addresses of the active owners, at most 50. */
  async ownerEmails(db: StoreDb): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('administrators')
      .select('email')
      .where('role', '=', 'Owner')
      .where('status', '=', 'active')
      .orderBy('admin_id')
      .limit(maxOwnerEmails)
      .execute()
    return rows.map(({ email }) => email)
  }

  /** Locks an administrator until the transaction ends. */
  async lock(adminId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrators')
      .set((row) => ({ role: row.ref('role') }))
      .where('admin_id', '=', adminId)
      .execute()
  }

  /** Whether there is any administrator. */
  async any(db: StoreDb): Promise<boolean> {
    const row = await db.selectFrom('administrators').select('admin_id').limit(1).executeTakeFirst()
    return row !== undefined
  }

  /** @throws {AdministratorError} `email_taken` */
  async update(adminId: string, change: AdministratorChange, db: StoreDb): Promise<void> {
    const { email } = change
    const values = email === undefined ? change : { ...change, email_key: emailKey(email) }
    if (Object.keys(values).length === 0) return
    await uniquely(email ?? '', () =>
      db.updateTable('administrators').set(values).where('admin_id', '=', adminId).execute(),
    )
  }

  /** The administrators that have a role. */
  async idsOfRole(role: string, db: StoreDb): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('administrators')
      .select('admin_id')
      .where('role', '=', role)
      .execute()
    return rows.map(({ admin_id }) => admin_id)
  }

  /** Gives every administrator of a role its new name. */
  async renameRole(before: string, after: string, db: StoreDb): Promise<void> {
    await db.updateTable('administrators').set({ role: after }).where('role', '=', before).execute()
  }

  async remove(adminId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('administrators').where('admin_id', '=', adminId).execute()
  }

  async passwordHash(adminId: string, db: StoreDb): Promise<string | null> {
    const row = await db
      .selectFrom('administrators')
      .select('password_hash')
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return row?.password_hash ?? null
  }

  async setPassword(adminId: string, hash: string | null, now: number, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrators')
      .set({ password_hash: hash, password_changed: now })
      .where('admin_id', '=', adminId)
      .execute()
  }

  /** Allows a first factor to be added with the password alone, until then; `null` for no longer. */
  async allowEnrolment(adminId: string, until: number | null, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrators')
      .set({ enrol_until: until })
      .where('admin_id', '=', adminId)
      .execute()
  }

  /**
   * Ends the time to add a first factor, by one UPDATE.
   *
   * @returns `false` if it was over: of two browsers that add a first factor, one succeeds.
   */
  async endEnrolment(adminId: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrators')
      .set({ enrol_until: null })
      .where('admin_id', '=', adminId)
      .where('enrol_until', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async noteSignIn(adminId: string, now: number, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrators')
      .set((row) => ({
        last_login: now,
        previous_login: row.ref('last_login'),
        failed_before_login: row.ref('failed_since_login'),
        failed_since_login: 0,
      }))
      .where('admin_id', '=', adminId)
      .execute()
  }

  /** Counts a password or a factor that was refused. */
  async noteFailure(adminId: string, now: number, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrators')
      .set((row) => ({
        last_failed: now,
        failed_since_login: row('failed_since_login', '+', 1),
      }))
      .where('admin_id', '=', adminId)
      .execute()
  }
}

/** The form in which e-mail addresses are compared. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}

async function uniquely(email: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AdministratorError('email_taken', `there is an administrator ${email} already`)
  }
}

function toAdministrator(row: Row): Administrator {
  const status = administratorStatuses.find((known) => known === row.status) ?? 'disabled'
  return {
    adminId: row.admin_id,
    email: row.email,
    name: row.name,
    phone: row.phone,
    role: row.role,
    status,
    enrolUntil: row.enrol_until,
    created: row.created,
    lastLogin: row.last_login,
    previousLogin: row.previous_login,
    lastFailed: row.last_failed,
    failedSinceLogin: row.failed_since_login,
    failedBeforeLogin: row.failed_before_login,
  }
}
