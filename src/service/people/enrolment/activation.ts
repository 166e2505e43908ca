import type { Clock } from '../../../host/clock.ts'
import { activationText } from '../../../push/signed_text.ts'
import { DeviceKey } from '../../authenticators/push/device_key.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { Groups } from '../groups.ts'
import { mayEnrol, type User } from '../user.ts'
import type { Users } from '../users.ts'
import { type ActivatedPhones, displayName, type NewDevice } from './activated_phones.ts'
import {
  type ActivationCode,
  type ActivationCodes,
  activationCodeHash,
} from './activation_codes.ts'
import type { InvitationUse } from './invitation_use.ts'
import type { PhoneChanges } from './phone_changes.ts'

export type Activated =
  | {
      readonly kind: 'activated'
      readonly phoneId: string
      readonly user: User
      /** Secret of the phone's passcodes in base32, which can't be read again. */
      readonly oathSecret: string
    }
  | { readonly kind: 'refused'; readonly reason: ActivationRefusal }

/** What a code is for, before it is used. */
export type ActivationPreview =
  | {
      readonly kind: 'open'
      readonly user: User
      /** Empty for a new phone, or one without a name. */
      readonly phoneName: string
    }
  | { readonly kind: 'refused'; readonly reason: ActivationRefusal }

export type ActivationRefusal = 'unknown' | 'used' | 'expired' | 'proof'

/** What an activation code has led to. */
export type ActivationProgress =
  | { readonly kind: 'waiting' | 'expired'; readonly userId: string }
  | {
      readonly kind: 'used'
      readonly userId: string
      /** `null` if the phone was removed since. */
      readonly phoneId: string | null
      /** Empty if the phone has no name. */
      readonly phoneName: string
    }

/** Activates phones, which then answer pushes and make passcodes. */
export class Activation {
  readonly #store: Store
  readonly #codes: ActivationCodes
  readonly #users: Users
  readonly #phones: ActivatedPhones
  readonly #changes: PhoneChanges
  readonly #invitationUse: InvitationUse
  readonly #clock: Clock

  constructor(
    store: Store,
    codes: ActivationCodes,
    users: Users,
    phones: ActivatedPhones,
    changes: PhoneChanges,
    invitationUse: InvitationUse,
    clock: Clock,
  ) {
    this.#store = store
    this.#codes = codes
    this.#users = users
    this.#phones = phones
    this.#changes = changes
    this.#invitationUse = invitationUse
    this.#clock = clock
  }

  /**
   * Makes a code that activates one phone.
   *
   * @param phoneId The phone; `null` if the activation creates it.
   * @param invitationHash The invitation whose browser requests the code; `null` for other codes.
   * @returns The code, which can't be read again, and when it expires.
   */
  async create(
    userId: string,
    phoneId: string | null,
    validSecs: number,
    invitationHash: string | null,
    db: StoreDb,
  ): Promise<{ readonly code: string; readonly expires: number }> {
    const now = this.#clock.now()
    const expires = now + validSecs * 1000
    const code = await this.#codes.create(userId, phoneId, expires, now, db, invitationHash)
    return { code, expires }
  }

  /** @returns `undefined` for an unknown code. */
  async progress(code: string): Promise<ActivationProgress | undefined> {
    const found = await this.#codes.find(code, this.#store.db)
    if (found === undefined) return undefined
    const { userId, phoneId, used, expires } = found
    if (used === null) return { kind: expires > this.#clock.now() ? 'waiting' : 'expired', userId }
    const phone = phoneId === null ? undefined : await this.#phones.byId(phoneId, this.#store.db)
    return { kind: 'used', userId, phoneId, phoneName: phone?.name ?? '' }
  }

  /** Tells whom the code belongs to, so that users see what they agree to. Does not use it up. */
  async preview(code: string): Promise<ActivationPreview> {
    const { db } = this.#store
    const found = await this.#codes.find(code, db)
    const user = found === undefined ? undefined : await this.#users.byId(found.userId, db)
    if (found === undefined || user === undefined) return refused('unknown')
    if (found.used !== null) return refused('used')
    if (found.expires <= this.#clock.now() || !(await mayActivate(user, db)))
      return refused('expired')
    const { phoneId } = found
    const phone = phoneId === null ? undefined : await this.#phones.byId(phoneId, db)
    return { kind: 'open', user, phoneName: phone?.name ?? '' }
  }

  /** Binds the key of a phone to a user, by a code that is used up. */
  async activate(code: string, device: NewDevice): Promise<Activated> {
    const key = DeviceKey.parse(device.publicKey)
    const text = activationText(activationCodeHash(code), device.publicKey)
    if (key === undefined || !key.verifies(text, device.proof)) return refused('proof')
    const found = await this.#codes.find(code, this.#store.db)
    if (found === undefined) return refused('unknown')
    const user = await this.#users.byId(found.userId, this.#store.db)
    if (user === undefined) return refused('unknown')
    // else a link of a disabled user would let them in on the day they are enabled again
    if (!(await mayActivate(user, this.#store.db))) return refused('expired')
    const now = this.#clock.now()
    const activated = await this.#store.transaction(async (db) => {
      if (!(await this.#codes.use(found.codeHash, now, db))) {
        const current = await this.#codes.find(code, db)
        return refused(current?.used === null ? 'expired' : 'used')
      }
      const { invitationHash } = found
      if (
        invitationHash !== null &&
        !(await this.#invitationUse.use(invitationHash, user.userId, now, db))
      ) {
        return refused('expired')
      }
      return await this.#bind(found, user, device, now, db)
    })
    // anyone who has the link can add a device, so the user is notified
    if (activated.kind === 'activated') {
      this.#changes.notify(user, { kind: 'device_added', name: displayName(device) })
    }
    return activated
  }

  async #bind(
    { codeHash, phoneId }: ActivationCode,
    user: User,
    device: NewDevice,
    now: number,
    db: StoreDb,
  ): Promise<Activated> {
    const phone = await this.#phones.activate(user.userId, phoneId, device, now, db)
    if (phone.isNew) await this.#codes.made(codeHash, phone.phoneId, db)
    const { phoneId: activated, name } = phone
    const change = { phoneId: activated, description: `${activated} ${name}` }
    await this.#changes.append('phone_activate', user, change, db)
    return { kind: 'activated', phoneId: activated, user, oathSecret: phone.oathSecret }
  }
}

/** A disabled group takes precedence over the status of its members. */
async function mayActivate(user: User, db: StoreDb): Promise<boolean> {
  if (!mayEnrol(user)) return false
  const groups = await new Groups().ofUser(user.userId, db)
  return groups.every(({ status }) => status !== 'disabled')
}

function refused(reason: ActivationRefusal): {
  readonly kind: 'refused'
  readonly reason: ActivationRefusal
} {
  return { kind: 'refused', reason }
}
