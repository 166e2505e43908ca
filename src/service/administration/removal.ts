import { AuthenticationLog } from '../audit/authentication_log.ts'
import { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { HardwareTokens } from '../authenticators/hardware_tokens.ts'
import { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { Groups } from '../people/groups.ts'
import type { User } from '../people/user.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** What the removal of a user affects, in numbers; the keys are those of the panel. */
export interface Consequences {
  readonly phones: number
  readonly push_phones: number
  /** Hardware tokens that become unassigned. */
  readonly tokens_returned: number
  readonly passkeys: number
  readonly bypass_codes: number
  readonly groups: readonly string[]
  /** Open sessions of the portal. */
  readonly sessions: number
  /** Lines of the authentication log, which stay; 10,000 for more. */
  readonly log_rows: number
}

const maxLogRows = 10_000

/** Tells an administrator what the removal of a user affects. */
export class Removal {
  readonly #store: Store
  readonly #countSessions: (userId: string, now: number, db: StoreDb) => Promise<number>

  constructor(
    store: Store,
    countSessions: (userId: string, now: number, db: StoreDb) => Promise<number>,
  ) {
    this.#store = store
    this.#countSessions = countSessions
  }

  async consequences({ userId }: User, now: number, db: StoreDb): Promise<Consequences> {
    const phones = await new Phones().ofUser(userId, db)
    const tokens = await new HardwareTokens(this.#store).ofUser(userId, db)
    const codes = await new BypassCodes(this.#store).ofUser(userId, db)
    const groups = await new Groups().ofUser(userId, db)
    return {
      phones: phones.length,
      push_phones: phones.filter(({ pushActivated }) => pushActivated).length,
      tokens_returned: tokens.filter(({ phoneId }) => phoneId === null).length,
      passkeys: (await new WebauthnCredentials().ofUser(userId, db)).length,
      bypass_codes: codes.length,
      groups: groups.map(({ name }) => name),
      sessions: await this.#countSessions(userId, now, db),
      log_rows: await new AuthenticationLog().countOfUser(userId, maxLogRows, db),
    }
  }
}
