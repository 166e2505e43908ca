import { OathPasscode } from '../../src/service/authenticators/oath/oath_passcode.ts'
import { OathTokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import type { PasscodeConsumption } from '../../src/service/authenticators/passcode/passcode_kind.ts'
import { YubikeyPasscode } from '../../src/service/authenticators/yubikey/yubikey_passcode.ts'
import { Yubikeys } from '../../src/service/authenticators/yubikey/yubikeys.ts'
import type { Store, StoreDb } from '../../src/service/store/store.ts'

/** Consumes an OATH passcode of a user. */
export async function consumeOath(
  store: Store,
  userId: string,
  passcode: string,
  now: number,
  db: StoreDb,
): Promise<PasscodeConsumption> {
  const request = { userId, ikey: '', verifiedPush: false }
  return await new OathPasscode(new OathTokens(store)).consume(request, passcode, now, db)
}

/** Consumes a YubiKey passcode of a user. */
export async function consumeYubikey(
  store: Store,
  userId: string,
  passcode: string,
  now: number,
  db: StoreDb,
): Promise<PasscodeConsumption> {
  const request = { userId, ikey: '', verifiedPush: false }
  return await new YubikeyPasscode(new Yubikeys(store)).consume(request, passcode, now, db)
}
