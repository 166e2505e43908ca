import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import type { ServiceConfig } from '../../src/service/config/service_config.ts'
import type { Delivery, MailMessage, SmsMessage } from '../../src/service/messaging/messaging.ts'
import { Users } from '../../src/service/people/users.ts'
import { ManualClock } from './manual_clock.ts'
import { PortalBrowser } from './portal_browser.ts'
import { type PortalOwner, portalOwner } from './portal_owner.ts'
import { TestService } from './service.ts'
import type { StoreRig } from './store.ts'

export interface PortalRigOptions {
  readonly config?: Partial<ServiceConfig>
  /** What the service can send, besides SMS. */
  readonly sends?: readonly ('mail' | 'push')[]
}

/** A service for tests of the portal, with a manual clock; its messages and mail are kept here. */
export class PortalRig {
  readonly clock = new ManualClock()
  readonly messages: SmsMessage[] = []
  readonly mails: MailMessage[] = []
  readonly users = new Users()
  readonly phones = new Phones()
  #service: TestService | undefined

  /** Starts it on a database of `onBothDatabases`. */
  async start(
    { folder, databaseUrl }: StoreRig,
    { config = { refusedPerMinute: 10_000 }, sends = [] }: PortalRigOptions = {},
  ): Promise<TestService> {
    const { clock } = this
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const delivery = this.#delivery(sends)
    this.#service = await TestService.start({ clock, folder, ...database, config, delivery })
    return this.#service
  }

  get service(): TestService {
    if (this.#service === undefined) throw new Error('start() comes first')
    return this.#service
  }

  browser(): PortalBrowser {
    return new PortalBrowser(this.service)
  }

  /** A user with these phone numbers who has signed in to the portal. */
  async owner(numbers?: readonly string[]): Promise<PortalOwner> {
    return await portalOwner(this.service, this.clock.now(), numbers)
  }

  async close(): Promise<void> {
    await this.#service?.close()
  }

  #delivery(sends: readonly ('mail' | 'push')[]): Delivery {
    return {
      sms: { send: async (message) => void this.messages.push(message) },
      ...(sends.includes('mail') && {
        mail: { send: async (message) => void this.mails.push(message) },
      }),
      ...(sends.includes('push') && { push: { send: async () => {} } }),
    }
  }
}
