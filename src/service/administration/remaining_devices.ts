import { HardwareTokens } from '../authenticators/hardware_tokens.ts'
import { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** What a user can still sign in with after a device was removed. */
export interface RemainingDevices {
  /** Phones with a number or an activated app. */
  readonly phones: number
  /** Hardware tokens and authenticator apps. */
  readonly tokens: number
  readonly passkeys: number
}

/** @param removed The phone (`DP…`) or token (`DH…`) that is removed. */
export async function remainingDevices(
  userId: string,
  removed: string,
  store: Store,
  db: StoreDb,
): Promise<RemainingDevices> {
  const phones = await new Phones().ofUser(userId, db)
  const tokens = await new HardwareTokens(store).ofUser(userId, db)
  const passkeys = await new WebauthnCredentials().ofUser(userId, db)
  return {
    phones: phones.filter(
      ({ phoneId, number, pushActivated }) =>
        phoneId !== removed && (number !== '' || pushActivated),
    ).length,
    tokens: tokens.filter(({ tokenId, phoneId }) => tokenId !== removed && phoneId === null).length,
    passkeys: passkeys.length,
  }
}
