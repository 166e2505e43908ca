import type { Clock } from '../../host/clock.ts'
import { createOwnApplication } from '../administration/acts/own_application.ts'
import { Administration } from '../administration/administration.ts'
import { customRole } from '../administration/roles.ts'
import { type Integration, Integrations, type OwnType } from '../applications/integrations.ts'
import { ownIkey } from '../applications/own_ikey.ts'
import type { Store } from '../store/store.ts'

/** The actors who create the applications, as the administrator log names them. */
const actors = {
  portal: { name: 'portal', role: customRole('Portal', ['applications.edit']) },
  panel: { name: 'panel', role: customRole('Admin Panel', ['applications.edit']) },
} as const

/**
 * The portal or the Admin Panel as an application with its own integration key, for policies, limits and
 * logs. It is created on first use.
 */
export class OwnApplication {
  readonly #type: OwnType
  readonly #store: Store
  readonly #integrations: Integrations
  readonly #administration: Administration

  constructor(type: OwnType, store: Store, clock: Clock) {
    this.#type = type
    this.#store = store
    this.#integrations = new Integrations(store)
    this.#administration = new Administration(store, clock, actors[type])
  }

  /** The application, which an administrator may have disabled. */
  async integration(): Promise<Integration> {
    return (await this.#known()) ?? (await this.#create())
  }

  async #known(): Promise<Integration | undefined> {
    const ikey = await ownIkey(this.#type, this.#store.db)
    return ikey === undefined ? undefined : await this.#integrations.byIkey(ikey, this.#store.db)
  }

  async #create(): Promise<Integration> {
    const { integration } = await this.#administration.run(createOwnApplication, this.#type)
    return integration
  }
}
