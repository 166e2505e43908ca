import type { VoiceDelivery } from '../delivery/voice.ts'
import type { Phone } from '../directory/phones.ts'
import type { Begun, DeviceAttempt, DeviceFactor } from './device_factor.ts'

/** A call in which the user presses a key. */
export class PhoneCall implements DeviceFactor {
  readonly name = 'phone'
  readonly #delivery: VoiceDelivery | undefined

  constructor(delivery: VoiceDelivery | undefined) {
    this.#delivery = delivery
  }

  offers({ number }: Phone): boolean {
    return this.#delivery !== undefined && number !== ''
  }

  async begin({ txid, phone }: DeviceAttempt): Promise<Begun> {
    await this.#delivery?.call({ txid, number: phone.number })
    return 'calling'
  }
}
