import type { Selectable } from 'kysely'
import {
  builtInRole,
  customRole,
  isPermit,
  isRoleName,
  type Permit,
  type Role,
  roleNames,
} from '../administration/roles.ts'
import { newIdentifier } from '../store/identifier.ts'
import type { Schema } from '../store/schema.ts'
import { isUniqueViolation, type StoreDb } from '../store/store.ts'
import { AdministratorError } from './administrator.ts'
import { requireName } from './words.ts'

/** A role that is composed of single permits. */
export interface CustomRole {
  /** `DR…` */
  readonly roleId: string
  readonly name: string
  readonly permits: readonly Permit[]
  readonly created: number
}

type Row = Selectable<Schema['administrator_roles']>

const maxRoles = 100

/** The roles that administrators can have: built-in ones, and custom ones. */
export class Roles {
  /** The role of a name; one without permits if there is none of that name. */
  async byName(name: string, db: StoreDb): Promise<Role> {
    if (isRoleName(name)) return builtInRole(name)
    const row = await db
      .selectFrom('administrator_roles')
      .selectAll()
      .where('name_key', '=', nameKey(name))
      .executeTakeFirst()
    return customRole(name, row === undefined ? [] : toRole(row).permits)
  }

  /** @throws {AdministratorError} `role` if there is no role of that name. */
  async require(name: string, db: StoreDb): Promise<void> {
    if (isRoleName(name)) return
    const custom = await this.list(db)
    if (custom.some((role) => role.name === name)) return
    const known = [...roleNames, ...custom.map((role) => role.name)].join(', ')
    throw new AdministratorError('role', `there is no role '${name}'; expected one of ${known}`)
  }

  /** The custom roles, by name. */
  async list(db: StoreDb): Promise<readonly CustomRole[]> {
    const rows = await db
      .selectFrom('administrator_roles')
      .selectAll()
      .orderBy('name_key')
      .limit(maxRoles)
      .execute()
    return rows.map(toRole)
  }

  async byId(roleId: string, db: StoreDb): Promise<CustomRole | undefined> {
    const row = await db
      .selectFrom('administrator_roles')
      .selectAll()
      .where('role_id', '=', roleId)
      .executeTakeFirst()
    return row === undefined ? undefined : toRole(row)
  }

  /** @throws {AdministratorError} `name`, `limit`, and `conflict` if there is a role of that name. */
  async create(
    added: Pick<CustomRole, 'name' | 'permits'>,
    now: number,
    db: StoreDb,
  ): Promise<CustomRole> {
    if ((await this.list(db)).length >= maxRoles) {
      throw new AdministratorError('limit', `there are ${maxRoles} custom roles at most`)
    }
    const name = requireFreeName(added.name)
    const row: Row = {
      role_id: newIdentifier('DR'),
      name,
      name_key: nameKey(name),
      permits: added.permits.join(' '),
      created: now,
    }
    await uniquely(name, () => db.insertInto('administrator_roles').values(row).execute())
    return toRole(row)
  }

  /** @throws {AdministratorError} `name`, and `conflict` if there is a role of that name. */
  async update(
    roleId: string,
    change: Partial<Pick<CustomRole, 'name' | 'permits'>>,
    db: StoreDb,
  ): Promise<void> {
    const name = change.name === undefined ? undefined : requireFreeName(change.name)
    const values = {
      ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
      ...(change.permits === undefined ? {} : { permits: change.permits.join(' ') }),
    }
    if (Object.keys(values).length === 0) return
    await uniquely(name ?? '', () =>
      db.updateTable('administrator_roles').set(values).where('role_id', '=', roleId).execute(),
    )
  }

  async remove(roleId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('administrator_roles').where('role_id', '=', roleId).execute()
  }
}

function requireFreeName(typed: string): string {
  const name = requireName(typed)
  const builtIn = roleNames.find((known) => nameKey(known) === nameKey(name))
  if (builtIn === undefined) return name
  throw new AdministratorError('conflict', `${builtIn} is a built-in role; choose another name`)
}

async function uniquely(name: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AdministratorError('conflict', `there is a role ${name} already`)
  }
}

function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

function toRole(row: Row): CustomRole {
  return {
    roleId: row.role_id,
    name: row.name,
    permits: row.permits.split(' ').filter(isPermit),
    created: row.created,
  }
}
