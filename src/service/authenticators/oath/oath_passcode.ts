import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import { consumeStep, moveTo, readLastUse, type UnchangedMove } from './consume_step.ts'
import { acceptableMoments, pastMoments } from './oath_code.ts'
import type { OathToken, OathTokenRow } from './oath_token.ts'
import type { KeyedToken, OathTokens } from './oath_tokens.ts'
import { resyncAtSignIn } from './resync.ts'

/** TOTP compares with about 3 codes and HOTP with 21, so the cheaper kind goes first. */
const order = { totp: 0, hotp: 1 } as const

type Accepted = Extract<PasscodeConsumption, { readonly outcome: 'accepted' }>

/** A passcode that was not used when its token was read. */
export interface ForeseenStep {
  readonly move: Omit<UnchangedMove, 'userId'>
  readonly accepted: Accepted
}

/** HOTP and TOTP codes of hardware tokens, of phones and of other apps, as passcodes. */
export class OathPasscode implements PasscodeKind {
  readonly #tokens: OathTokens

  constructor(tokens: OathTokens) {
    this.#tokens = tokens
  }

  hasForm(typed: string): boolean {
    return /^\d+$/.test(typed)
  }

  /**
   * Compares the near codes of all tokens first; the thousand distant codes of a resynchronisation only
   * if the passcode is none of those.
   */
  async consume(
    { userId }: PasscodeRequest,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption> {
    const candidates = (await this.#usable(userId, now, db)).filter(
      ({ token }) => token.digits === passcode.length,
    )
    let replayed: KeyedToken | undefined
    for (const candidate of candidates) {
      const { token, key } = candidate
      const step = key.findMoment(token, passcode, acceptableMoments(token, token, now))
      if (step === undefined) continue
      if (await consumeStep(token, step, now, db)) return accepted(token)
      replayed = candidate
    }
    const hotp = candidates.filter(({ token }) => token.kind === 'hotp')
    replayed ??= hotp.find(
      ({ token, key }) => key.findMoment(token, passcode, pastMoments(token)) !== undefined,
    )
    if (replayed !== undefined) {
      // read again: another node may have used the passcode after the row was read
      return { outcome: 'replayed', usedAt: await readLastUse(replayed.token, db) }
    }
    for (const candidate of hotp) {
      if (await resyncAtSignIn(candidate, passcode, now, db)) return accepted(candidate.token)
    }
    return { outcome: 'wrong' }
  }

  /** The step that a passcode would use up if the tokens have not changed since they were read. */
  foresee(rows: readonly OathTokenRow[], passcode: string, now: number): ForeseenStep | undefined {
    if (!this.hasForm(passcode)) return undefined
    for (const { token, key, sealed } of usable(this.#tokens.keyedRows(rows), now)) {
      if (token.digits !== passcode.length) continue
      const step = key.findMoment(token, passcode, acceptableMoments(token, token, now))
      if (step === undefined) continue
      const move = { ...moveTo(token, step, now), sealed, from: token.position }
      return move.position > move.from ? { move, accepted: accepted(token) } : undefined
    }
    return undefined
  }

  /** Codes that can start a resynchronisation are too many to list. */
  async candidates(
    { userId }: PasscodeRequest,
    now: number,
    db: StoreDb,
  ): Promise<readonly string[]> {
    return (await this.#usable(userId, now, db)).flatMap(({ token, key }) => {
      const past = token.kind === 'hotp' ? pastMoments(token) : []
      return [...acceptableMoments(token, token, now), ...past].map((moment) =>
        key.code(token, moment),
      )
    })
  }

  async #usable(userId: string, now: number, db: StoreDb): Promise<KeyedToken[]> {
    return usable(await this.#tokens.keyed(userId, db), now)
  }
}

function usable(tokens: readonly KeyedToken[], now: number): KeyedToken[] {
  return tokens
    .filter(({ token: { expires } }) => expires === null || expires > now)
    .toSorted((one, other) => order[one.token.kind] - order[other.token.kind])
}

function accepted({ tokenId, phoneId }: OathToken): Accepted {
  return phoneId === null
    ? { outcome: 'accepted', factor: 'hardware_token', device: tokenId }
    : { outcome: 'accepted', factor: 'duo_mobile_passcode', device: phoneId }
}
