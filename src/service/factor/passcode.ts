import type { BypassCodes } from '../directory/bypass_codes.ts'
import type { Tokens } from '../directory/tokens.ts'

type Db = Parameters<Tokens['consume']>[3]

/** What a typed passcode proved to be, and in the words of the authentication log by what. */
export type PasscodeOutcome =
  | {
      readonly outcome: 'accepted'
      readonly factor: 'bypass_code' | 'hardware_token' | 'duo_mobile_passcode'
      readonly device: string
    }
  | { readonly outcome: 'replayed' | 'wrong' }

/** Passcodes of every kind, tried in the order in which the vendor tries them: bypass codes first. */
export class Passcode {
  readonly #bypassCodes: BypassCodes
  readonly #tokens: Tokens

  constructor(bypassCodes: BypassCodes, tokens: Tokens) {
    this.#bypassCodes = bypassCodes
    this.#tokens = tokens
  }

  /** Uses the passcode up: whoever comes second with it is told `replayed` or `wrong`. */
  async consume(userId: string, passcode: string, now: number, db: Db): Promise<PasscodeOutcome> {
    if (await this.#bypassCodes.consume(userId, passcode, now, db)) {
      return { outcome: 'accepted', factor: 'bypass_code', device: '' }
    }
    const used = await this.#tokens.consume(userId, passcode, now, db)
    if (used.outcome !== 'accepted') return used
    const { phoneId, serial } = used.token
    return phoneId === null
      ? { outcome: 'accepted', factor: 'hardware_token', device: serial }
      : { outcome: 'accepted', factor: 'duo_mobile_passcode', device: phoneId }
  }
}
