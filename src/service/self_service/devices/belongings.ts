import type { Clock } from '../../../host/clock.ts'
import type { OathToken } from '../../authenticators/oath/oath_token.ts'
import type {
  WebauthnCredential,
  WebauthnCredentials,
} from '../../authenticators/passkey/webauthn_credentials.ts'
import { type CapablePhone, capablePhones } from '../../authenticators/phone/capable_phone.ts'
import type { Yubikey } from '../../authenticators/yubikey/yubikeys.ts'
import type { Delivery } from '../../messaging/messaging.ts'
import type { Directory } from '../../sign_in/subject.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { SelfServiceError } from '../person.ts'
import { mayRemove, type WayIn, type WaysIn } from './ways_in.ts'

/** Something to sign in with, in the order that `push2` counts. */
export interface OwnDevice {
  readonly id: string
  /** `app`: an authenticator app; `token`: a hardware token, which an administrator assigns. */
  readonly kind: 'phone' | 'app' | 'token'
  readonly name: string
  /** E.164, or empty. */
  readonly number: string
  readonly platform: string
  readonly ways: readonly WayIn[]
  /** `null` for a hardware token. */
  readonly created: number | null
}

/** What a user can sign in with. */
export interface Belongings {
  readonly devices: readonly OwnDevice[]
  readonly passkeys: readonly WebauthnCredential[]
  /** Recovery codes that are left. */
  readonly recoveryCodes: number
}

/** Reads what users can sign in with. */
export class OwnBelongings {
  readonly #store: Store
  readonly #directory: Directory
  readonly #credentials: WebauthnCredentials
  readonly #delivery: Delivery
  readonly #clock: Clock

  constructor(
    store: Store,
    directory: Directory,
    credentials: WebauthnCredentials,
    delivery: Delivery,
    clock: Clock,
  ) {
    this.#store = store
    this.#directory = directory
    this.#credentials = credentials
    this.#delivery = delivery
    this.#clock = clock
  }

  /** What the user has now, outside a transaction. */
  async current(userId: string): Promise<Belongings> {
    return await this.list(userId, this.#store.db)
  }

  async list(userId: string, db: StoreDb): Promise<Belongings> {
    const { phones, tokens, yubikeys, bypassCodes } = this.#directory
    const now = this.#clock.now()
    const ownTokens = await tokens.ofUser(userId, db)
    const ownKeys = await yubikeys.ofUser(userId, db)
    const ownPhones = capablePhones(await phones.ofUser(userId, db), ownTokens, this.#delivery)
    return {
      devices: [
        ...ownPhones.map(toOwnDevice),
        ...[...ownTokens.filter(({ phoneId }) => phoneId === null), ...ownKeys].map(toTokenDevice),
      ],
      passkeys: await this.#credentials.ofUser(userId, db),
      recoveryCodes: (await bypassCodes.countUsable(userId, now, db)).recovery,
    }
  }

  /** Whether the user has a device or passkey that was added at or after `since`. */
  async hasDevice(userId: string, since: number, db: StoreDb): Promise<boolean> {
    const { devices, passkeys } = await this.list(userId, db)
    return (
      devices.some(({ created }) => (created ?? 0) >= since) ||
      passkeys.some(({ created }) => created >= since)
    )
  }

  /**
   * Refuses to remove the last device or passkey that lets the user in. Lock the user's row first.
   *
   * @throws {SelfServiceError} `last_way_in`
   */
  async requireOther(userId: string, id: string, db: StoreDb): Promise<void> {
    if (mayRemove(listWaysIn(await this.list(userId, db)), id)) return
    throw new SelfServiceError(
      'last_way_in',
      'This is your only way to sign in. Add another device first.',
    )
  }
}

export function listWaysIn({ devices, passkeys }: Belongings): WaysIn {
  return { devices, passkeys: passkeys.map(({ credentialId }) => credentialId) }
}

function toOwnDevice(phone: CapablePhone): OwnDevice {
  const { phoneId, name, number, platform, created, capabilities } = phone
  const can = (capability: (typeof capabilities)[number]) => capabilities.includes(capability)
  const ways: readonly WayIn[] = [
    ...(can('push') ? (['push'] as const) : []),
    ...(can('phone') ? (['phone'] as const) : []),
    ...(can('sms') ? (['sms'] as const) : []),
    ...(can('mobile_otp') ? (['passcode'] as const) : []),
  ]
  return { id: phoneId, kind: 'phone', name, number, platform, ways, created }
}

function toTokenDevice(token: OathToken | Yubikey): OwnDevice {
  const device = { id: token.tokenId, number: '', platform: '', ways: ['passcode'] } as const
  return 'appName' in token && token.appName !== null
    ? { ...device, kind: 'app', name: token.appName, created: token.created }
    : { ...device, kind: 'token', name: token.serial, created: null }
}
