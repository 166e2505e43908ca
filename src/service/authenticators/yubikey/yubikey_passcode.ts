import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import { consumeCounter, readLastUse } from './consume_counter.ts'
import { openYubikeyOtp, readYubikeyOtp } from './yubikey_otp.ts'
import type { Yubikeys } from './yubikeys.ts'

/** Passcodes of YubiKeys in their AES mode ("Yubico OTP"). */
export class YubikeyPasscode implements PasscodeKind {
  readonly #yubikeys: Yubikeys

  constructor(yubikeys: Yubikeys) {
    this.#yubikeys = yubikeys
  }

  hasForm(typed: string): boolean {
    return readYubikeyOtp(typed) !== undefined
  }

  async consume(
    { userId }: PasscodeRequest,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption> {
    const otp = readYubikeyOtp(passcode)
    if (otp === undefined) return { outcome: 'wrong' }
    const keyed = await this.#yubikeys.keyed(userId, otp.publicId, db)
    if (keyed === undefined) return { outcome: 'wrong' }
    const counters = openYubikeyOtp(otp, keyed.keys)
    if (counters === undefined) return { outcome: 'wrong' }
    const { tokenId } = keyed.yubikey
    return (await consumeCounter(tokenId, counters, now, db))
      ? { outcome: 'accepted', factor: 'yubikey_code', device: tokenId }
      : { outcome: 'replayed', usedAt: await readLastUse(tokenId, db) }
  }
}
