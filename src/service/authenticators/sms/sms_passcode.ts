import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import type { SmsPasscodes } from './sms_passcodes.ts'

/** Passcodes that were sent by SMS or spoken in a call. */
export class SmsPasscode implements PasscodeKind {
  readonly #passcodes: SmsPasscodes
  readonly #lastUsed: (phoneId: string) => void

  /** @param lastUsed Called after the last passcode of a phone's batch was used; must not throw. */
  constructor(passcodes: SmsPasscodes, lastUsed: (phoneId: string) => void) {
    this.#passcodes = passcodes
    this.#lastUsed = lastUsed
  }

  hasForm(typed: string): boolean {
    return /^\d{7}$/.test(typed)
  }

  async consume(
    { userId }: PasscodeRequest,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption> {
    const used = await this.#passcodes.consume(userId, passcode, now, db)
    if (used === undefined) {
      const usedAt = await this.#passcodes.usedAt(userId, passcode, db)
      return usedAt === undefined ? { outcome: 'wrong' } : { outcome: 'replayed', usedAt }
    }
    const { phoneId, last, spoken } = used
    return {
      outcome: 'accepted',
      factor: 'sms_passcode',
      device: phoneId,
      spoken,
      ...(last ? { afterCommit: () => this.#lastUsed(phoneId) } : {}),
    }
  }

  async candidates(
    { userId }: PasscodeRequest,
    now: number,
    db: StoreDb,
  ): Promise<readonly string[]> {
    return await this.#passcodes.clear(userId, now, db)
  }
}
