import type { OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import type { Phone, Phones } from '../../authenticators/phone/phones.ts'
import type { PushDevices } from '../../authenticators/push/push_devices.ts'
import type { StoreDb } from '../../store/store.ts'

/** How an app describes the phone that it runs on. */
export interface NewDevice {
  /** SubjectPublicKeyInfo in base64url, P-256. */
  readonly publicKey: string
  /** Signature by that key over `activationText`. */
  readonly proof: string
  readonly name: string
  readonly platform: string
  readonly userAgent: string
}

/** A phone that was just activated. */
export interface ActivatedPhone {
  readonly phoneId: string
  /** Its stored name: the one that the user chose in the app. */
  readonly name: string
  /** Whether the activation has created the phone. */
  readonly isNew: boolean
  /** Secret of the phone's passcodes in base32, which can't be read again. */
  readonly oathSecret: string
}

const maxNameLength = 64
const maxUserAgentLength = 256

/** Phones with an activated app: the phone, its key for pushes and its token for passcodes. */
export class ActivatedPhones {
  readonly #phones: Phones
  readonly #devices: PushDevices
  readonly #tokens: OathTokens

  constructor(phones: Phones, devices: PushDevices, tokens: OathTokens) {
    this.#phones = phones
    this.#devices = devices
    this.#tokens = tokens
  }

  /** @returns `undefined` if the phone was removed. */
  async byId(phoneId: string, db: StoreDb): Promise<Phone | undefined> {
    return await this.#phones.byId(phoneId, db)
  }

  /** @param phoneId The phone to activate; `null` creates one. */
  async activate(
    userId: string,
    phoneId: string | null,
    device: NewDevice,
    now: number,
    db: StoreDb,
  ): Promise<ActivatedPhone> {
    const typed = printable(device.name, maxNameLength)
    const platform = printable(device.platform, maxNameLength)
    const before = phoneId === null ? undefined : await this.#phones.byId(phoneId, db)
    // the app proposes the name that the phone has already, so the user has chosen this one
    const name = typed === '' ? (before?.name ?? '') : typed
    const phone = before ?? (await this.#phones.add(userId, { name, platform }, now, db))
    if (before !== undefined) await this.#phones.update(phone.phoneId, { name, platform }, db)
    const { publicKey } = device
    const userAgent = printable(device.userAgent, maxUserAgentLength)
    await this.#devices.activate(phone.phoneId, { publicKey, userAgent }, now, db)
    await this.#tokens.removeOfPhone(phone.phoneId, db)
    const { secret } = await this.#tokens.create(
      userId,
      { kind: 'totp', phoneId: phone.phoneId },
      now,
      db,
    )
    return { phoneId: phone.phoneId, name, isNew: before === undefined, oathSecret: secret }
  }

  /**
   * Removes a phone's key and token, and the phone itself if it has no number: one with a number still
   * receives calls and messages.
   *
   * @returns Whether the phone was activated.
   */
  async deactivate({ phoneId, number }: Phone, db: StoreDb): Promise<boolean> {
    if (!(await this.#devices.remove(phoneId, db))) return false
    await this.#tokens.removeOfPhone(phoneId, db)
    if (number === '') await this.#phones.remove(phoneId, db)
    return true
  }
}

/** A phone's name as its user knows it. */
export function displayName({ name, platform }: Pick<NewDevice, 'name' | 'platform'>): string {
  const [called = 'Phone'] = [name, platform]
    .map((text) => printable(text, maxNameLength))
    .filter((text) => text !== '')
  return called
}

/** Makes one line of untrusted text: anyone with a code can send it. */
function printable(text: string, maxLength: number): string {
  return text.replace(/\p{C}/gu, ' ').trim().slice(0, maxLength).toWellFormed()
}
