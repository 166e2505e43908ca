import type { Clock } from '../../../host/clock.ts'
import { activationText } from '../../../push/signed_text.ts'
import type { AdministratorLog } from '../../audit/administrator_log.ts'
import type { Tokens } from '../../authenticators/oath/oath_tokens.ts'
import type { Phones } from '../../authenticators/phone/phones.ts'
import { DeviceKey } from '../../authenticators/push/device_key.ts'
import type { PushDevices } from '../../authenticators/push/push_devices.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { mayEnrol, type User } from '../user.ts'
import type { Users } from '../users.ts'
import { type ActivationCode, ActivationCodes, activationCodeHash } from './activation_codes.ts'

/** What an app says of the phone that it runs on. */
export interface NewDevice {
  /** SubjectPublicKeyInfo in base64url, P-256. */
  readonly publicKey: string
  /** Signature by that key over `activationText`. */
  readonly proof: string
  readonly name: string
  readonly platform: string
  readonly userAgent: string
}

export type Activated =
  | {
      readonly kind: 'activated'
      readonly phoneId: string
      readonly user: User
      /** The secret of the phone's passcode generator in base32, told this once. */
      readonly oathSecret: string
    }
  | { readonly kind: 'refused'; readonly reason: ActivationRefusal }

export type ActivationRefusal = 'unknown' | 'used' | 'expired' | 'proof'

export interface ActivationParts {
  readonly store: Store
  readonly users: Users
  readonly phones: Phones
  readonly tokens: Tokens
  readonly devices: PushDevices
  readonly log: AdministratorLog
  /** Called when a phone has become one of a user's, or is none of his any more. */
  readonly changed: (user: User, change: PhoneChange) => void
  readonly clock: Clock
}

export interface PhoneChange {
  readonly kind: 'device_added' | 'device_removed'
  readonly name: string
}

const maxNameLength = 64
const maxUserAgentLength = 256

/** A phone becomes one that answers pushes and makes passcodes. */
export class Activation {
  readonly #parts: ActivationParts
  readonly #codes: ActivationCodes

  constructor(parts: ActivationParts) {
    this.#parts = parts
    this.#codes = new ActivationCodes(parts.store)
  }

  /**
   * Makes a code that a phone is activated with, once.
   *
   * @param phoneId The phone, or `null` where the activation makes one.
   * @returns The code, which is shown this once, and until when it can be used.
   */
  async create(
    userId: string,
    phoneId: string | null,
    validSecs: number,
    db: StoreDb = this.#parts.store.db,
  ): Promise<{ readonly code: string; readonly expires: number }> {
    const now = this.#parts.clock.now()
    const expires = now + validSecs * 1000
    return { code: await this.#codes.create(userId, phoneId, expires, now, db), expires }
  }

  /** Binds the key of a phone to a user, by a code that is used up by it. */
  async activate(code: string, device: NewDevice): Promise<Activated> {
    const key = DeviceKey.parse(device.publicKey)
    const text = activationText(activationCodeHash(code), device.publicKey)
    if (key === undefined || !key.verifies(text, device.proof)) return refused('proof')
    const found = await this.#codes.find(code)
    if (found === undefined) return refused('unknown')
    const user = await this.#parts.users.byId(found.userId)
    if (user === undefined) return refused('unknown')
    // a link of somebody who has been shut out must be no way in for the day that he is let in again
    if (!mayEnrol(user)) return refused('expired')
    const now = this.#parts.clock.now()
    const activated = await this.#parts.store.transaction(async (db) => {
      if (await this.#codes.use(found.codeHash, now, db)) {
        return await this.#bind(found, user, device, now, db)
      }
      const current = await this.#codes.find(code, db)
      return refused(current?.used === null ? 'expired' : 'used')
    })
    // whoever has got hold of a link has a way in by it: its user is to know
    if (activated.kind === 'activated') {
      this.#parts.changed(user, { kind: 'device_added', name: calledBy(device) })
    }
    return activated
  }

  /**
   * Takes key and generator from a phone, and the phone itself away where nothing else is left of it:
   * one with a number still takes calls and messages.
   */
  async deactivate(phoneId: string): Promise<boolean> {
    const { phones, devices, tokens, users } = this.#parts
    const phone = await phones.byId(phoneId)
    if (phone === undefined) return false
    const user = await users.byId(phone.userId)
    const removed = await this.#parts.store.transaction(async (db) => {
      if (!(await devices.remove(phoneId, db))) return false
      await tokens.removeOfPhone(phoneId, db)
      if (phone.number === '') await phones.remove(phoneId, db)
      await this.#tell('phone_deactivate', user?.username ?? '', phoneId, db)
      return true
    })
    if (removed && user !== undefined) {
      this.#parts.changed(user, { kind: 'device_removed', name: calledBy(phone) })
    }
    return removed
  }

  async #bind(
    { codeHash, phoneId }: ActivationCode,
    user: User,
    device: NewDevice,
    now: number,
    db: StoreDb,
  ): Promise<Activated> {
    const { phones, devices, tokens } = this.#parts
    const name = shown(device.name, maxNameLength)
    const platform = shown(device.platform, maxNameLength)
    const before = phoneId === null ? undefined : await phones.byId(phoneId, db)
    const phone = before ?? (await phones.add(user.userId, { name, platform }, now, db))
    if (before === undefined) await this.#codes.made(codeHash, phone.phoneId, db)
    else {
      await phones.update(
        phone.phoneId,
        { name: before.name === '' ? name : before.name, platform },
        db,
      )
    }
    const userAgent = shown(device.userAgent, maxUserAgentLength)
    await devices.activate(phone.phoneId, { publicKey: device.publicKey, userAgent }, now, db)
    await tokens.removeOfPhone(phone.phoneId, db)
    const { secret } = await tokens.create(
      user.userId,
      { kind: 'totp', phoneId: phone.phoneId },
      now,
      db,
    )
    await this.#tell('phone_activate', user.username, `${phone.phoneId} ${name}`, db)
    return { kind: 'activated', phoneId: phone.phoneId, user, oathSecret: secret }
  }

  async #tell(action: string, username: string, description: string, db: StoreDb): Promise<void> {
    const { log, clock } = this.#parts
    const timestamp = clock.now()
    const actor = `user:${username}`
    await log.append({ timestamp, actor, action, object: username, description }, db)
  }
}

function refused(reason: ActivationRefusal): Activated {
  return { kind: 'refused', reason }
}

/** As its user knows it. */
function calledBy({ name, platform }: Pick<NewDevice, 'name' | 'platform'>): string {
  const [called = 'Phone'] = [name, platform]
    .map((text) => shown(text, maxNameLength))
    .filter((text) => text !== '')
  return called
}

/** One line, of what may have been sent by anybody who has a code. */
function shown(text: string, longest: number): string {
  return text.replace(/\p{C}/gu, ' ').trim().slice(0, longest).toWellFormed()
}
