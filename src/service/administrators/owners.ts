import type { StoreDb } from '../store/store.ts'
import { AdministratorError } from './administrator.ts'
import type { Administrators } from './administrators.ts'

/**
 * Checks that somebody else is an active owner, before an owner is removed, disabled or demoted. The
 * owners stay locked until the transaction ends, so that two can't remove each other at once.
 *
 * @throws {AdministratorError} `last_owner`
 */
export async function requireAnotherOwner(
  administrators: Administrators,
  adminId: string,
  db: StoreDb,
): Promise<void> {
  const owners = await administrators.lockActiveOwners(db)
  if (!owners.includes(adminId) || owners.length > 1) return
  throw new AdministratorError(
    'last_owner',
    'This is the only active owner; make somebody else an owner first',
  )
}
