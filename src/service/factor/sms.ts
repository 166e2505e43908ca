import type { SmsDelivery } from '../delivery/sms.ts'
import type { Phone } from '../directory/phones.ts'
import type { Begun, DeviceAttempt, DeviceFactor } from './device_factor.ts'

/** Passcodes sent as a text; it never signs anyone in by itself, but one of the codes does. */
export class Sms implements DeviceFactor {
  readonly name = 'sms'
  readonly #delivery: SmsDelivery | undefined

  constructor(delivery: SmsDelivery | undefined) {
    this.#delivery = delivery
  }

  offers({ number }: Phone): boolean {
    return this.#delivery !== undefined && number !== ''
  }

  async begin({ phone }: DeviceAttempt): Promise<Begun> {
    await this.#delivery?.sendPasscodes({ phoneId: phone.phoneId, number: phone.number })
    return 'sent'
  }
}
