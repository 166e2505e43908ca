import type { Store, StoreDb } from '../store/store.ts'
import { type Token, Tokens } from './oath/oath_tokens.ts'
import { type Yubikey, Yubikeys } from './yubikey/yubikeys.ts'

/** An OATH token or a YubiKey, as lists and messages show it. */
export interface HardwareToken {
  /** `DH…` */
  readonly tokenId: string
  readonly serial: string
  /** `hotp-6`, `hotp-8`, `totp-6`, `totp-8` or `yubikey`. */
  readonly kind: string
  readonly userId: string | null
  /** The phone with this passcode generator; such a token can't be assigned. */
  readonly phoneId: string | null
  readonly expires: number | null
}

/** OATH tokens and YubiKeys together, for administrators. */
export class HardwareTokens {
  readonly #tokens: Tokens
  readonly #yubikeys: Yubikeys

  constructor(store: Store) {
    this.#tokens = new Tokens(store)
    this.#yubikeys = new Yubikeys(store)
  }

  async list(db?: StoreDb): Promise<HardwareToken[]> {
    const [tokens, yubikeys] = [await this.#tokens.list(db), await this.#yubikeys.list(db)]
    return [...tokens.map(toHardwareToken), ...yubikeys.map(ofYubikey)]
  }

  async ofUser(userId: string, db?: StoreDb): Promise<HardwareToken[]> {
    const tokens = await this.#tokens.ofUser(userId, db)
    const yubikeys = await this.#yubikeys.ofUser(userId, db)
    return [...tokens.map(toHardwareToken), ...yubikeys.map(ofYubikey)]
  }

  /** Those with a serial, which is unique within a kind, or the one with an identifier. */
  async named(name: string, db?: StoreDb): Promise<HardwareToken[]> {
    const tokens = await this.#tokens.named(name, db)
    const yubikeys = await this.#yubikeys.named(name, db)
    return [...tokens.map(toHardwareToken), ...yubikeys.map(ofYubikey)]
  }
}

/** An OATH token in the form that it shares with YubiKeys. */
export function toHardwareToken({ kind, digits, ...token }: Token): HardwareToken {
  const { tokenId, serial, userId, phoneId, expires } = token
  return { tokenId, serial, kind: `${kind}-${digits}`, userId, phoneId, expires }
}

function ofYubikey({ tokenId, serial, userId }: Yubikey): HardwareToken {
  return { tokenId, serial, kind: 'yubikey', userId, phoneId: null, expires: null }
}
