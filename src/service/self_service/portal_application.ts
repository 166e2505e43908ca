import type { Clock } from '../../host/clock.ts'
import { createPortalApplication } from '../administration/acts/portal_application.ts'
import { Administration } from '../administration/administration.ts'
import { customRole } from '../administration/roles.ts'
import { type Integration, Integrations } from '../applications/integrations.ts'
import { PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import { portalCodeDigits } from '../applications/policy/portal_policy.ts'
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
  readonly #limits: ConfiguredLimits
  readonly #policies: PolicyAttachments
  readonly #integrations: Integrations
  readonly #administration: Administration

  constructor(store: Store, limits: ConfiguredLimits, clock: Clock) {
    this.#store = store
    this.#limits = limits
    this.#policies = new PolicyAttachments(store)
    this.#integrations = new Integrations(store)
    this.#administration = new Administration(store, clock, portalActor)
  }

  /** @returns `undefined` if it is disabled. */
  async integration(): Promise<Integration | undefined> {
    const found = (await this.#known()) ?? (await this.#create())
    return found.enabled ? found : undefined
  }

  /** Digits of the code that the sign-in shows with a push. */
  async codeDigits({ ikey }: Integration): Promise<number> {
    return portalCodeDigits(await this.#policies.layersInTurn(ikey), this.#limits)
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
