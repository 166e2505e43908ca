import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import type { BypassCodes } from './bypass_codes.ts'

/** Bypass codes, and the recovery codes that users create in the portal, as passcodes. */
export class BypassPasscode implements PasscodeKind {
  readonly #codes: BypassCodes

  constructor(codes: BypassCodes) {
    this.#codes = codes
  }

  hasForm(typed: string): boolean {
    return /^\d{9}$/.test(typed)
  }

  async consume(
    { userId }: PasscodeRequest,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption> {
    return (await this.#codes.consume(userId, passcode, now, db))
      ? { outcome: 'accepted', factor: 'bypass_code', device: '' }
      : { outcome: 'wrong' }
  }
}
