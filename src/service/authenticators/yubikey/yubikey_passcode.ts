import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import { consumeCounter, readLastUse } from './consume_counter.ts'
import {
  openYubikeyOtp,
  readYubikeyOtp,
  type YubikeyCounters,
  type YubikeyOtp,
} from './yubikey_otp.ts'
import type { Yubikeys } from './yubikeys.ts'

interface OpenedOtp {
  readonly tokenId: string
  readonly counters: YubikeyCounters
}

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
    const opened = await this.#open(userId, otp, db)
    if (opened === undefined) return { outcome: 'wrong' }
    const { tokenId, counters } = opened
    return (await consumeCounter(tokenId, counters, now, db))
      ? { outcome: 'accepted', factor: 'yubikey_code', device: tokenId }
      : { outcome: 'replayed', usedAt: await readLastUse(tokenId, db) }
  }

  /** Finds the user's key that made a passcode. The first passcode of a key tells its public identity. */
  async #open(userId: string, otp: YubikeyOtp, db: StoreDb): Promise<OpenedOtp | undefined> {
    const keyed = await this.#yubikeys.keyed(userId, otp.publicId, db)
    if (keyed !== undefined) {
      const counters = openYubikeyOtp(otp, keyed.keys)
      return counters && { tokenId: keyed.yubikey.tokenId, counters }
    }
    for (const { yubikey, keys } of await this.#yubikeys.withoutPublicId(userId, db)) {
      const counters = openYubikeyOtp(otp, keys)
      if (counters === undefined) continue
      const { tokenId } = yubikey
      const isFree = await this.#yubikeys.learnPublicId(tokenId, otp.publicId, db)
      return isFree ? { tokenId, counters } : undefined
    }
    return undefined
  }
}
