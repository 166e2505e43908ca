import type { StoreDb } from '../../store/store.ts'
import type { Users } from '../users.ts'
import { type Invitation, type Invitations, madeByApplication } from './invitations.ts'

/** Whether a user has a device or passkey that was added at or after `since`. */
export type HasDevice = (userId: string, since: number, db: StoreDb) => Promise<boolean>

/**
 * The rule that an invitation adds the first device only: a device that was added in another way since
 * makes it void, so that an enrolment opened early can't take over the account.
 */
export class InvitationUse {
  readonly #invitations: Invitations
  readonly #users: Users
  readonly #hasDevice: HasDevice

  constructor(invitations: Invitations, users: Users, hasDevice: HasDevice) {
    this.#invitations = invitations
    this.#users = users
    this.#hasDevice = hasDevice
  }

  /**
   * Whether devices can be added with this invitation. Locks the user's row.
   *
   * @returns `true` once the invitation has added a device itself; `false` if a newer one replaced it.
   */
  async isOpen(invitation: Invitation, userId: string, db: StoreDb): Promise<boolean> {
    await this.#users.hold(userId, db)
    if (invitation.used !== null) return true
    return invitation.replaced === null && !(await this.isSuperseded(invitation, userId, db))
  }

  /** Uses the invitation up for a new device. Call it before the device is added. */
  async use(codeHash: string, userId: string, now: number, db: StoreDb): Promise<boolean> {
    const invitation = await this.#invitations.byHash(codeHash, db)
    if (invitation === undefined || invitation.sessionHash === null) return false
    if (!(await this.isOpen(invitation, userId, db))) return false
    await this.#invitations.finish(codeHash, invitation.sessionHash, now, db)
    return true
  }

  /**
   * A link that an application requested is only for users without a device: it must not replace the
   * second factor of a user who has one.
   */
  async isSuperseded(
    { createdBy, created, userId: invited }: Invitation,
    userId: string,
    db: StoreDb,
  ): Promise<boolean> {
    const since = madeByApplication.includes(createdBy) || invited === null ? 0 : created
    return await this.#hasDevice(userId, since, db)
  }
}
