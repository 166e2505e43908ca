import type { Integration } from '../../applications/integrations.ts'
import type { Groups } from '../../people/groups.ts'
import type { User } from '../../people/user.ts'
import type { Users } from '../../people/users.ts'
import type { AuthRequest } from '../../sign_in/subject_reads.ts'
import type { StoreDb } from '../../store/store.ts'
import type { PortalApplication } from '../portal_application.ts'
import type { PortalSession } from '../portal_sessions.ts'

const passkeyMethods = ['webauthn-platform', 'webauthn-roaming'] as const

/** A sign-in to the portal, as the decision on sign-ins reads it. */
export interface PortalRequest {
  readonly request: AuthRequest
  readonly user: User | undefined
  /** Whether the user has bypass status, and so needs no proof at other applications. */
  readonly proofless: boolean
  /** Digits of the code that is shown with a push, the same for every user. */
  readonly codeDigits: number
}

/** The same for a sign-in with a passkey, which has named its user. */
export interface PasskeyRequest {
  readonly request: AuthRequest
  readonly user: User
}

/** Builds the requests by which the portal asks whether a user may sign in. */
export class PortalRequests {
  readonly #db: StoreDb
  readonly #application: PortalApplication
  readonly #users: Users
  readonly #groups: Groups

  constructor(db: StoreDb, application: PortalApplication, users: Users, groups: Groups) {
    this.#db = db
    this.#application = application
    this.#users = users
    this.#groups = groups
  }

  /** @returns `undefined` if the portal is closed, or the session has no name. */
  async byName(session: PortalSession): Promise<PortalRequest | undefined> {
    const integration = await this.#application.integration()
    if (integration === undefined || session.username === '') return undefined
    const user = await this.#users.byLoginName(
      session.username,
      integration.usernameNormalization,
      this.#db,
    )
    const proofless = user !== undefined && (await this.#isProofless(user))
    const request = { ...buildRequest(session, integration, user), budget: 'portal' } as const
    const codeDigits = await this.#application.codeDigits(integration)
    return { request, user, proofless, codeDigits }
  }

  /** @returns `undefined` if the portal is closed, or the user needs no proof. */
  async ofUser(session: PortalSession, user: User): Promise<AuthRequest | undefined> {
    const integration = await this.#application.integration()
    if (integration === undefined || (await this.#isProofless(user))) return undefined
    return { ...buildRequest(session, integration, user), budget: 'portal' }
  }

  /**
   * A passkey can't be guessed, so wrong passcodes that closed the portal do not apply.
   *
   * @returns `undefined` if the portal is closed, or the user was removed or needs no proof.
   */
  async byPasskey(session: PortalSession, userId: string): Promise<PasskeyRequest | undefined> {
    const integration = await this.#application.integration()
    const user = await this.#users.byId(userId, this.#db)
    if (integration === undefined || user === undefined) return undefined
    if (await this.#isProofless(user)) return undefined
    const request = {
      ...buildRequest(session, integration, user),
      methods: passkeyMethods,
      budget: 'sign-in',
    } as const
    return { request, user }
  }

  /** Bypass status would let the user in without proof, so the portal treats them as unknown. */
  async #isProofless({ status, userId }: User): Promise<boolean> {
    const groups = await this.#groups.ofUser(userId, this.#db)
    return status === 'bypass' || groups.some((group) => group.status === 'bypass')
  }
}

function buildRequest(
  { username, address }: PortalSession,
  integration: Integration,
  user: User | undefined,
): AuthRequest {
  const reference = user === undefined ? { username } : { userId: user.userId }
  return { integration, user: reference, ipaddr: address, hostname: '' }
}
