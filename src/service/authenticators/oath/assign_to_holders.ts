import type { Users } from '../../people/users.ts'
import type { StoreDb } from '../../store/store.ts'

/** A token of a file that also names its user. */
export interface HeldToken {
  readonly kind: 'hotp' | 'totp'
  readonly serial: string
  readonly username: string
}

/** The tokens that were assigned to the users that a file names, and those that were not. */
export interface HolderAssignments {
  readonly assigned: readonly {
    readonly tokenId: string
    readonly serial: string
    readonly userId: string
    readonly username: string
  }[]
  readonly unassigned: readonly {
    readonly serial: string
    readonly username: string
    readonly reason: string
  }[]
}

/**
 * Assigns tokens to the users that a file names, if they exist. The name must be a user's name or alias
 * including its domain: `alice@a.example` is not `alice@b.example`. A token of another user stays
 * with that user.
 */
export async function assignToHolders(
  listed: readonly HeldToken[],
  users: Users,
  now: number,
  db: StoreDb,
): Promise<HolderAssignments> {
  const assigned: HolderAssignments['assigned'][number][] = []
  const unassigned: HolderAssignments['unassigned'][number][] = []
  for (const { kind, serial, username } of listed) {
    const user = await users.byName(username, db)
    if (user === undefined) {
      unassigned.push({ serial, username, reason: 'there is no such user' })
      continue
    }
    if (user.trashed !== null) {
      unassigned.push({ serial, username, reason: 'the user is in the trash' })
      continue
    }
    const token = await db
      .selectFrom('oath_tokens')
      .select(['token_id', 'user_id'])
      .where('kind', '=', kind)
      .where('serial', '=', serial)
      .where('phone_id', 'is', null)
      .executeTakeFirst()
    if (token === undefined || token.user_id === user.userId) continue
    const { numUpdatedRows } = await db
      .updateTable('oath_tokens')
      .set({ user_id: user.userId, assigned: now })
      .where('token_id', '=', token.token_id)
      .where('user_id', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) {
      const { userId, username: held } = user
      assigned.push({ tokenId: token.token_id, serial, userId, username: held })
    } else {
      unassigned.push({ serial, username, reason: 'another user has it' })
    }
  }
  return { assigned, unassigned }
}
