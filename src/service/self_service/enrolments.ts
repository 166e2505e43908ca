import type { Clock } from '../../host/clock.ts'
import type { Secret } from '../../host/secret.ts'
import type { InvitationUse } from '../people/enrolment/invitation_use.ts'
import {
  type Invitation,
  type Invitations,
  madeByApplication,
} from '../people/enrolment/invitations.ts'
import { mayEnrol, type User } from '../people/user.ts'
import { newNameRefusal } from '../people/user_names.ts'
import type { Users } from '../people/users.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { OwnBelongings } from './devices/belongings.ts'
import type { LoginLinks } from './login_links.ts'
import { type KnownPerson, type Person, SelfServiceError } from './person.ts'
import type { PortalSession, PortalSessions } from './portal_sessions.ts'

/** An enrolment that has begun, or continues after a reload. */
export interface Opened {
  readonly session: PortalSession
  /** For the cookie; `undefined` if the browser has it already. */
  readonly token: Secret | undefined
}

/** Time to save recovery codes and to test the device, after it was added. */
const finishingMs = 10 * 60_000

/** Enrolments by invitation, until a device is added. */
export class Enrolments {
  readonly #store: Store
  readonly #users: Users
  readonly #invitations: Invitations
  readonly #sessions: PortalSessions
  readonly #belongings: OwnBelongings
  readonly #invitationUse: InvitationUse
  readonly #loginLinks: LoginLinks
  readonly #clock: Clock

  constructor(
    store: Store,
    users: Users,
    invitations: Invitations,
    sessions: PortalSessions,
    belongings: OwnBelongings,
    invitationUse: InvitationUse,
    loginLinks: LoginLinks,
    clock: Clock,
  ) {
    this.#store = store
    this.#users = users
    this.#invitations = invitations
    this.#sessions = sessions
    this.#belongings = belongings
    this.#invitationUse = invitationUse
    this.#loginLinks = loginLinks
    this.#clock = clock
  }

  /**
   * Opens an invitation in one browser, where a reload continues it. Other browsers are refused, unless
   * the first session has ended without a device.
   *
   * @throws {SelfServiceError} `invitation_…`, `already_enrolled`
   */
  async open(code: string, presented: PortalSession | undefined, address: string): Promise<Opened> {
    const now = this.#clock.now()
    const invitation = await this.#invitations.byCode(code, this.#store.db)
    if (invitation === undefined) throw over()
    if (presented !== undefined && presented.tokenHash === invitation.sessionHash) {
      return { session: presented, token: undefined }
    }
    if (invitation.used !== null) throw used()
    if (invitation.expires <= now || invitation.replaced !== null) throw over()
    const user = await this.#userOf(invitation)
    await this.#refuseEnrolled(invitation, user)
    if (await this.#loginLinks.isVoid(invitation, address)) throw over()
    const { sessionHash: holder } = invitation
    if (holder !== null && (await this.#sessions.byHash(holder, now, this.#store.db)) !== undefined)
      throw elsewhere()
    return await this.#store.transaction(async (db) => {
      if (presented !== undefined) await this.#sessions.end(presented.tokenHash, db)
      const { token, tokenHash } = await this.#sessions.open(
        {
          kind: 'enrollment',
          username: user?.username ?? invitation.username,
          userId: user?.userId ?? null,
          codeHash: invitation.codeHash,
          address,
        },
        now,
        db,
      )
      if (!(await this.#invitations.bind(invitation, tokenHash, now, db))) throw elsewhere()
      const session = await this.#sessions.byHash(tokenHash, now, db)
      if (session === undefined) throw over()
      return { session, token }
    })
  }

  /**
   * The user of a session. Creates the user if absent, in the transaction of the first device or of its
   * activation.
   *
   * @throws {SelfServiceError} `already_enrolled` if the user has a device by now that this enrolment has
   *   not added.
   */
  async known({ session, user }: Person, db: StoreDb, now: number): Promise<KnownPerson> {
    if (user !== undefined) {
      await this.#requireOpen(session, user, db)
      return { session, user }
    }
    const { codeHash, tokenHash, username } = session
    if (session.kind !== 'enrollment' || codeHash === null) throw over()
    const before = await this.#users.byName(username, db)
    if (before !== undefined) {
      if (!mayEnrol(before) || (await this.#belongings.hasDevice(before.userId, 0, db))) {
        throw enrolled()
      }
      await this.#sessions.setUser(tokenHash, before.userId, db)
      return { session, user: before }
    }
    const made = await this.#users.create({ username }, now, db)
    await this.#sessions.setUser(tokenHash, made.userId, db)
    await this.#invitations.setMadeUser(codeHash, made.userId, db)
    return { session, user: made }
  }

  /** Uses the invitation up; call it in the transaction that adds a device. */
  async deviceAdded({ session }: Person, now: number, db: StoreDb): Promise<void> {
    if (session.kind !== 'enrollment' || session.codeHash === null) return
    await this.#invitations.finish(session.codeHash, session.tokenHash, now, db)
  }

  /** @throws {SelfServiceError} `device_first` if the enrolment has no device yet. */
  async finished(person: Person): Promise<KnownPerson> {
    const { session, user } = person
    if (user !== undefined && (await this.hasFinished(person))) return { session, user }
    throw new SelfServiceError('device_first', 'Add a device first.')
  }

  /** Whether a device was added with the session's invitation; `true` for other sessions. */
  async hasFinished({ session }: Person): Promise<boolean> {
    if (session.kind !== 'enrollment' || session.codeHash === null) return true
    const invitation = await this.#invitations.byHash(session.codeHash, this.#store.db)
    return isHeldBy(invitation, session) && invitation.used !== null
  }

  /**
   * Whether an enrolment session is over: ten minutes after its invitation has added a device, so that a
   * computer that others use does not stay open for half an hour.
   */
  async hasLapsed({ kind, codeHash }: PortalSession): Promise<boolean> {
    if (kind !== 'enrollment' || codeHash === null) return false
    const invitation = await this.#invitations.byHash(codeHash, this.#store.db)
    if (invitation === undefined || invitation.used === null) return false
    return this.#clock.now() - invitation.used >= finishingMs
  }

  /** Deletes old sessions and invitations, and users of enrolments that were never finished. */
  async tidy(): Promise<void> {
    const now = this.#clock.now()
    await this.#sessions.prune(now)
    await this.#store.transaction(async (db) => {
      for (const userId of await this.#invitations.prune(now, db)) {
        if (!(await this.#belongings.hasDevice(userId, 0, db))) await this.#users.remove(userId, db)
      }
    })
  }

  async #userOf({ userId, username }: Invitation): Promise<User | undefined> {
    const { db } = this.#store
    const user =
      userId === null ? await this.#users.byName(username, db) : await this.#users.byId(userId, db)
    if (user === undefined && userId !== null) throw over()
    if (user !== undefined && !mayEnrol(user)) throw over()
    // a user with a look-alike name may exist since the invitation
    if (
      user === undefined &&
      (await newNameRefusal(username, 'none', this.#store.db)) !== undefined
    ) {
      throw over()
    }
    return user
  }

  async #refuseEnrolled(invitation: Invitation, user: User | undefined): Promise<void> {
    if (user === undefined) return
    const { db } = this.#store
    if (!(await this.#invitationUse.isSuperseded(invitation, user.userId, db))) return
    const { createdBy, userId } = invitation
    throw madeByApplication.includes(createdBy) || userId === null ? enrolled() : used()
  }

  /** The user may have enrolled in another way since the invitation was opened. */
  async #requireOpen(session: PortalSession, { userId }: User, db: StoreDb): Promise<void> {
    if (session.kind !== 'enrollment' || session.codeHash === null) return
    const invitation = await this.#invitations.byHash(session.codeHash, db)
    if (!isHeldBy(invitation, session)) throw over()
    if (!(await this.#invitationUse.isOpen(invitation, userId, db))) throw enrolled()
  }
}

function isHeldBy(
  invitation: Invitation | undefined,
  { tokenHash }: PortalSession,
): invitation is Invitation {
  return invitation?.sessionHash === tokenHash
}

function over(): SelfServiceError {
  return new SelfServiceError(
    'invitation_over',
    'This link is not valid or has expired. For a new one, sign in again where you got it, or ask your administrator.',
  )
}

function used(): SelfServiceError {
  return new SelfServiceError(
    'invitation_used',
    'This link was already used. If you did not use it, tell your administrator.',
  )
}

function elsewhere(): SelfServiceError {
  return new SelfServiceError(
    'invitation_elsewhere',
    'This link was opened in a different browser. Continue there, or try again in half an hour.',
  )
}

function enrolled(): SelfServiceError {
  return new SelfServiceError(
    'already_enrolled',
    'You already have a device. Sign in with it to add another one.',
  )
}
