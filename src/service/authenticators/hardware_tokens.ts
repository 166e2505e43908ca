import { mergePages, type Page, type Sorted } from '../store/keyset.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { OathToken } from './oath/oath_token.ts'
import { OathTokens } from './oath/oath_tokens.ts'
import {
  type TokenCounts,
  type TokenFilter,
  type TokenPageRequest,
  tokenOrder,
} from './token_list.ts'
import { type Yubikey, Yubikeys } from './yubikey/yubikeys.ts'

/** An OATH token or a YubiKey, as lists and messages show it. */
export interface HardwareToken {
  /** `DH…` */
  readonly tokenId: string
  readonly serial: string
  /** `hotp-6`, `hotp-8`, `totp-6`, `totp-8` or `yubikey`. */
  readonly kind: string
  /** The time step in seconds; `null` without a clock. */
  readonly stepSecs: number | null
  readonly userId: string | null
  /** The phone with this passcode generator; such a token can't be assigned. */
  readonly phoneId: string | null
  readonly expires: number | null
  /** The name of an authenticator app that its user added; `null` for any other token. */
  readonly appName: string | null
}

/** OATH tokens and YubiKeys together, for administrators. */
export class HardwareTokens {
  readonly #tokens: OathTokens
  readonly #yubikeys: Yubikeys

  constructor(store: Store) {
    this.#tokens = new OathTokens(store)
    this.#yubikeys = new Yubikeys(store)
  }

  /** A page of tokens, by serial unless the request says otherwise. */
  async page(request: TokenPageRequest, db: StoreDb): Promise<Page<HardwareToken>> {
    const { limit, offset = 0, ...others } = request
    const upToEnd = { ...others, limit: offset + limit }
    const tokens = await this.#tokens.page(upToEnd, db)
    const yubikeys = await this.#yubikeys.page(upToEnd, db)
    return mergePages<HardwareToken>(
      [
        { ...tokens, items: tokens.items.map(withItem(toHardwareToken)) },
        { ...yubikeys, items: yubikeys.items.map(withItem(fromYubikey)) },
      ],
      request,
      tokenOrder(request, db),
    )
  }

  /** How many tokens there are on all pages. */
  async total(filter: TokenFilter, db: StoreDb): Promise<number> {
    return (await this.#tokens.total(filter, db)) + (await this.#yubikeys.total(filter, db))
  }

  /** How many tokens each of these users has, and how many of them are not part of a phone. */
  async counts(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, TokenCounts>> {
    const counts = new Map<string, TokenCounts>()
    for (const table of [this.#tokens, this.#yubikeys]) {
      for (const [userId, { all, standalone }] of await table.counts(userIds, db)) {
        const before = counts.get(userId) ?? { all: 0, standalone: 0 }
        counts.set(userId, {
          all: before.all + all,
          standalone: before.standalone + standalone,
        })
      }
    }
    return counts
  }

  async ofUser(userId: string, db: StoreDb): Promise<HardwareToken[]> {
    const tokens = await this.#tokens.ofUser(userId, db)
    const yubikeys = await this.#yubikeys.ofUser(userId, db)
    return [...tokens.map(toHardwareToken), ...yubikeys.map(fromYubikey)]
  }

  /** The tokens of several users. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<HardwareToken[]> {
    const tokens = await this.#tokens.ofUsers(userIds, db)
    const yubikeys = await this.#yubikeys.ofUsers(userIds, db)
    return [...tokens.map(toHardwareToken), ...yubikeys.map(fromYubikey)]
  }

  /** Those with a serial, which is unique within a kind, or the one with an identifier. */
  async named(name: string, db: StoreDb): Promise<HardwareToken[]> {
    const tokens = await this.#tokens.named(name, db)
    const yubikeys = await this.#yubikeys.named(name, db)
    return [...tokens.map(toHardwareToken), ...yubikeys.map(fromYubikey)]
  }
}

function withItem<From, To>(map: (item: From) => To): (sorted: Sorted<From>) => Sorted<To> {
  return (sorted) => ({ ...sorted, item: map(sorted.item) })
}

/** An OATH token in the form that it shares with YubiKeys. */
export function toHardwareToken({ kind, digits, ...token }: OathToken): HardwareToken {
  const { tokenId, serial, userId, phoneId, expires, appName } = token
  const stepSecs = kind === 'totp' ? token.stepSecs : null
  return { tokenId, serial, kind: `${kind}-${digits}`, stepSecs, userId, phoneId, expires, appName }
}

function fromYubikey({ tokenId, serial, userId }: Yubikey): HardwareToken {
  return {
    tokenId,
    serial,
    kind: 'yubikey',
    stepSecs: null,
    userId,
    phoneId: null,
    expires: null,
    appName: null,
  }
}
