import type { Selectable } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { type Bypass, type KeptStatus, type User, type UserRecord, userStatuses } from './user.ts'

export type UserRow = Selectable<Schema['users']>

export function toUser(row: UserRow, aliases: readonly string[]): User {
  return { ...toUserRecord(row), aliases }
}

/** Without the aliases, which are rows of another table. */
export function toUserRecord(row: UserRow): UserRecord {
  // an unknown status in the database must not let anyone in
  const status = userStatuses.find((known) => known === row.status) ?? 'disabled'
  return {
    userId: row.user_id,
    username: row.username,
    realname: row.realname,
    email: row.email,
    firstname: row.firstname,
    lastname: row.lastname,
    notes: row.notes,
    externalId: row.external_id,
    status: row.trashed === null ? status : 'pending deletion',
    bypass:
      status === 'bypass'
        ? { since: row.bypass_since, until: row.bypass_until, by: row.bypass_by }
        : null,
    trashed: row.trashed === null ? null : { at: row.trashed, by: row.trashed_by ?? '' },
    enrolled: row.devices > 0,
    firstEnrolled: row.first_enrolled,
    created: row.created,
    lastLogin: row.last_login,
  }
}

/** The columns of a status; every status but `bypass` clears those of a bypass. */
export function statusColumns(status: KeptStatus, bypass: Bypass | undefined) {
  const { since = null, until = null, by = null } = (status === 'bypass' && bypass) || {}
  return { status, bypass_since: since, bypass_until: until, bypass_by: by }
}
