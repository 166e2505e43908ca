import type { Clock } from '../../host/clock.ts'
import { createPortalApplication } from '../administration/acts/portal_application.ts'
import { Administration } from '../administration/administration.ts'
import { customRole } from '../administration/roles.ts'
import { type Integration, Integrations } from '../applications/integrations.ts'
import { portalIkey } from '../applications/portal_ikey.ts'
import type { Store } from '../store/store.ts'

/** The actor who creates the application, as the administrator log names it. */
const portalActor = { name: 'portal', role: customRole('Portal', ['applications.edit']) }

/**
 * The portal as an application with its own integration key, for lockout, limits and logs. An
 * administrator can disable it, which turns off the sign-in to self-service. It is created on first use.
 */
export class PortalApplication {
  readonly #store: Store
  readonly #integrations: Integrations
  readonly #administration: Administration

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#integrations = new Integrations(store)
    this.#administration = new Administration(store, clock, portalActor)
  }

  /**
   * Its policies are fixed: a push always requires a code, because anyone can request one here, and
   * unknown users are denied.
   *
   * @returns `undefined` if it is disabled.
   */
  async integration(): Promise<Integration | undefined> {
    const found = (await this.#known()) ?? (await this.#create())
    if (!found.enabled) return undefined
    return { ...found, newUserPolicy: 'deny', verifiedPush: 'required' }
  }

  async #known(): Promise<Integration | undefined> {
    const ikey = await portalIkey(this.#store.db)
    return ikey === undefined ? undefined : await this.#integrations.byIkey(ikey, this.#store.db)
  }

  async #create(): Promise<Integration> {
    const { integration } = await this.#administration.run(createPortalApplication, undefined)
    return integration
  }
}
