import type { Clock } from '../../host/clock.ts'
import type { Integration } from '../applications/integrations.ts'
import type { AuthMethod } from '../applications/policy/authentication_methods.ts'
import { ownCodeDigits } from '../applications/policy/own_policy.ts'
import { PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import { mergeLayers } from '../applications/policy/policy_layers.ts'
import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import { OwnApplication } from '../own_applications/own_application.ts'
import type { Store } from '../store/store.ts'

/**
 * The portal as an application. An administrator can disable it, which turns off the sign-in to
 * self-service.
 */
export class PortalApplication {
  readonly #limits: ConfiguredLimits
  readonly #policies: PolicyAttachments
  readonly #application: OwnApplication

  constructor(store: Store, limits: ConfiguredLimits, clock: Clock) {
    this.#limits = limits
    this.#policies = new PolicyAttachments(store)
    this.#application = new OwnApplication('portal', store, clock)
  }

  /** @returns `undefined` if it is disabled. */
  async integration(): Promise<Integration | undefined> {
    const found = await this.#application.integration()
    return found.enabled ? found : undefined
  }

  /** Digits of the code that the sign-in shows with a push. */
  async codeDigits({ ikey }: Integration): Promise<number> {
    return ownCodeDigits(await this.#policies.layersInTurn(ikey))
  }

  /**
   * Whether the policy of all users blocks a method, so that it is not offered. Group policies are read at
   * each sign-in.
   */
  async blocks(method: AuthMethod): Promise<boolean> {
    const { ikey } = await this.#application.integration()
    const layers = await this.#policies.layersInTurn(ikey)
    const { rules } = mergeLayers(
      layers.filter(({ level }) => level !== 'group'),
      this.#limits,
    )
    return rules.authentication_methods.blocked_auth_list.includes(method)
  }
}
