import type { PushDelivery } from '../delivery/push.ts'
import type { Phone } from '../directory/phones.ts'
import type { Begun, DeviceAttempt, DeviceFactor } from './device_factor.ts'

/** A request that the user's app shows, to be approved or denied. */
export class Push implements DeviceFactor {
  readonly name = 'push'
  readonly #delivery: PushDelivery | undefined

  constructor(delivery: PushDelivery | undefined) {
    this.#delivery = delivery
  }

  offers({ phoneId }: Phone): boolean {
    return this.#delivery?.reaches(phoneId) ?? false
  }

  async begin(attempt: DeviceAttempt): Promise<Begun> {
    const { phone, ...request } = attempt
    const handedOn = await this.#delivery?.push({ ...request, phoneId: phone.phoneId })
    return handedOn === true ? 'pushed' : 'push_failed'
  }
}
