import type { Integrations } from '../applications/integrations.ts'
import type { Invitation } from '../people/enrolment/invitations.ts'
import type { Preauth } from '../sign_in/preauth.ts'
import type { StoreDb } from '../store/store.ts'

/**
 * The links that applications show at a login. A policy can change between the login and the use of the
 * link, so the decision is made again.
 */
export class LoginLinks {
  readonly #db: StoreDb
  readonly #integrations: Integrations
  readonly #preauth: Preauth

  constructor(db: StoreDb, integrations: Integrations, preauth: Preauth) {
    this.#db = db
    this.#integrations = integrations
    this.#preauth = preauth
  }

  /**
   * Whether the application that showed the link would deny the user by now.
   *
   * @param address Of the browser. The address at the login may differ, so networks do not decide here.
   */
  async isVoid({ ikey, userId, username }: Invitation, address: string): Promise<boolean> {
    if (ikey === null) return false
    const integration = await this.#integrations.byIkey(ikey, this.#db)
    if (integration === undefined) return true
    const user = userId === null ? { username } : { userId }
    const request = { integration, user, ipaddr: address, hostname: '' }
    const decision = await this.#preauth.foresee(request)
    return decision?.kind === 'deny' && decision.reason !== 'denied_network'
  }
}
