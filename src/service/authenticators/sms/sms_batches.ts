import type { Log } from '../../../host/log.ts'
import type { SenderName, SmsPort } from '../../messaging/messaging.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Phone, Phones } from '../phone/phones.ts'
import type { PasscodeDelivery } from './passcode_delivery.ts'
import { smsText } from './sms_text.ts'

/** The content of a message, as [sms] configures it. */
export interface SmsSettings {
  /** Passcodes per message: 1 to 10. */
  readonly batch: number
  /** 0 for no expiry. */
  readonly validMinutes: number
  /** Text before the application's name; empty for the default. */
  readonly message: string
  /** Whether the last passcode of a batch causes another batch to be sent. */
  readonly refresh: boolean
}

/** Sends messages with new passcodes. */
export class SmsBatches {
  readonly #db: StoreDb
  readonly #passcodes: PasscodeDelivery
  readonly #phones: Pick<Phones, 'byId'>
  readonly #messages: SmsPort | undefined
  readonly #sender: SenderName
  readonly #settings: SmsSettings
  readonly #log: Log

  constructor(
    db: StoreDb,
    passcodes: PasscodeDelivery,
    phones: Pick<Phones, 'byId'>,
    messages: SmsPort | undefined,
    sender: SenderName,
    settings: SmsSettings,
    log: Log,
  ) {
    this.#db = db
    this.#passcodes = passcodes
    this.#phones = phones
    this.#messages = messages
    this.#sender = sender
    this.#settings = settings
    this.#log = log
  }

  /**
   * @param application Empty if no application requested them.
   * @throws {DeliveryError}
   */
  async send(
    { phoneId, userId, number }: Pick<Phone, 'phoneId' | 'userId' | 'number'>,
    application: string,
    txid: string | null,
  ): Promise<void> {
    const { batch: count, validMinutes, message } = this.#settings
    await this.#passcodes.deliver({ phoneId, userId, count, validMinutes }, async (codes) => {
      const text = smsText(codes, { organisation: this.#sender.name, application, message })
      const context = 'authentication'
      await this.#messages?.send({ phoneId, userId, number, text, txid, context })
    })
  }

  /** Sends another batch after the last passcode was used, if configured. The sign-in does not wait. */
  refresh(phoneId: string): void {
    if (!this.#settings.refresh || this.#messages === undefined) return
    this.#sendAgain(phoneId).catch((error: unknown) => {
      this.#log.warn('no new passcodes were sent', { phoneId, error: String(error) })
    })
  }

  async #sendAgain(phoneId: string): Promise<void> {
    const phone = await this.#phones.byId(phoneId, this.#db)
    if (phone !== undefined) await this.send(phone, '', null)
  }
}
