import type { StoreDb } from '../store/store.ts'
import type { Logo, OrganisationLogo } from './organisation_logo.ts'
import type { Settings } from './settings.ts'

/** The organisation as its users see it; the values follow the settings. */
export class Organisation {
  readonly #settings: Settings
  /** What `logo` is read from, for the acts that replace it. */
  readonly logoStorage: OrganisationLogo

  constructor(settings: Settings, logoStorage: OrganisationLogo) {
    this.#settings = settings
    this.logoStorage = logoStorage
  }

  get name(): string {
    return this.#settings.get('name')
  }

  /** Where users get help; empty if the organisation does not say. */
  get helpText(): string {
    return this.#settings.get('helpdesk_message')
  }

  /** A name of the IANA time zone database. */
  get timeZone(): string {
    return this.#settings.get('timezone')
  }

  get logo(): Logo | undefined {
    return this.logoStorage.current
  }

  /** The address of the logo below the service's origin; `null` without one. */
  get logoPath(): string | null {
    const { logo } = this
    return logo === undefined ? null : `/organisation/logo.png?v=${logo.version}`
  }

  /** Reads what has changed. */
  async refresh(db: StoreDb): Promise<void> {
    await this.#settings.refresh(db)
    await this.logoStorage.refresh(db)
  }
}
