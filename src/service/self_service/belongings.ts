import type { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import type { Tokens } from '../authenticators/oath/oath_tokens.ts'
import type {
  WebauthnCredential,
  WebauthnCredentials,
} from '../authenticators/passkey/webauthn_credentials.ts'
import { type CapablePhone, capablePhones } from '../authenticators/phone/capable_phone.ts'
import type { Phones } from '../authenticators/phone/phones.ts'
import type { Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { StoreDb } from '../store/store.ts'
import type { WayIn, WaysIn } from './ways_in.ts'

/** Something to sign in with, in the order that `push2` counts. */
export interface OwnDevice {
  readonly id: string
  readonly kind: 'phone' | 'token'
  readonly name: string
  /** E.164, or empty. */
  readonly number: string
  readonly platform: string
  readonly ways: readonly WayIn[]
  /** `null` for a token. */
  readonly created: number | null
}

/** What a user has. */
export interface Belongings {
  readonly devices: readonly OwnDevice[]
  readonly passkeys: readonly WebauthnCredential[]
  /** Recovery codes that are left. */
  readonly recoveryCodes: number
}

export interface BelongingsParts {
  readonly phones: Phones
  readonly tokens: Tokens
  readonly yubikeys: Yubikeys
  readonly bypassCodes: BypassCodes
  readonly credentials: WebauthnCredentials
  readonly delivery: Delivery
}

/** Reads what a user has. */
export async function listBelongings(
  userId: string,
  now: number,
  { phones, tokens, yubikeys, bypassCodes, credentials, delivery }: BelongingsParts,
  db: StoreDb,
): Promise<Belongings> {
  const ownTokens = await tokens.ofUser(userId, db)
  const ownKeys = await yubikeys.ofUser(userId, db)
  const ownPhones = capablePhones(await phones.ofUser(userId, db), ownTokens, delivery)
  const codes = await bypassCodes.ofUser(userId, db)
  return {
    devices: [
      ...ownPhones.map(toOwnDevice),
      ...[...ownTokens.filter(({ phoneId }) => phoneId === null), ...ownKeys].map(
        ({ tokenId, serial }) => tokenDevice(tokenId, serial),
      ),
    ],
    passkeys: await credentials.ofUser(userId, db),
    recoveryCodes: codes.filter(({ expires }) => expires === null || expires > now).length,
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

function tokenDevice(id: string, serial: string): OwnDevice {
  const nothing = { number: '', platform: '', created: null }
  return { id, kind: 'token', name: serial, ...nothing, ways: ['passcode'] }
}
