import type { Clock } from '../../host/clock.ts'
import type { Integration, VerifiedPush } from '../applications/integrations.ts'
import type { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import type { Token, Tokens } from '../authenticators/oath/oath_tokens.ts'
import { type CapablePhone, capablePhones } from '../authenticators/phone/capable_phone.ts'
import type { Phones } from '../authenticators/phone/phones.ts'
import type { SmsPasscodes } from '../authenticators/sms/sms_passcodes.ts'
import type { Yubikey, Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { Groups } from '../people/groups.ts'
import type { User } from '../people/user.ts'
import { type NameRefusal, newNameRefusal } from '../people/user_names.ts'
import type { Users } from '../people/users.ts'
import type { Store } from '../store/store.ts'
import type { Lockout } from './lockout.ts'
import { type Decision, decide } from './policy.ts'
import type { Budget, UserReference } from './transaction/attempt.ts'

/** A user, known or not, who wants to sign in, and the decision whether they may. */
export interface Subject {
  readonly user: User | undefined
  readonly phones: readonly CapablePhone[]
  /** OATH tokens without those of phones, then YubiKeys. */
  readonly tokens: readonly (Token | Yubikey)[]
  readonly decision: Decision
  /** Why an unknown name is denied regardless of the policy for new users. */
  readonly nameRefusal: NameRefusal | undefined
  /** Whether the application requires a code with a push. */
  readonly verifiedPush: VerifiedPush
}

/** The tables of users and of what they sign in with. */
export interface Directory {
  readonly users: Users
  readonly groups: Groups
  readonly phones: Phones
  readonly tokens: Tokens
  readonly yubikeys: Yubikeys
  readonly bypassCodes: BypassCodes
  readonly smsPasscodes: SmsPasscodes
}

/** Identifier of no user, so that an unknown name takes the same queries as a known one. */
const nobody = 'DU0'

/** Reads what decides about a user before a second factor is checked. */
export class Subjects {
  readonly #store: Store
  readonly #directory: Directory
  readonly #lockout: Lockout
  readonly #delivery: Delivery
  readonly #clock: Clock

  constructor(
    store: Store,
    directory: Directory,
    lockout: Lockout,
    delivery: Delivery,
    clock: Clock,
  ) {
    this.#store = store
    this.#directory = directory
    this.#lockout = lockout
    this.#delivery = delivery
    this.#clock = clock
  }

  /** @returns `undefined` for an unknown identifier; an unknown name is a subject too. */
  async read(
    reference: UserReference,
    integration: Pick<Integration, 'newUserPolicy' | 'usernameNormalization' | 'verifiedPush'>,
    budget: Budget = 'sign-in',
  ): Promise<Subject | undefined> {
    const { users, groups, phones, tokens, yubikeys } = this.#directory
    const { newUserPolicy, usernameNormalization, verifiedPush } = integration
    const { db } = this.#store
    const now = this.#clock.now()
    const user =
      'userId' in reference
        ? await users.byId(reference.userId, db)
        : await users.byLoginName(reference.username, usernameNormalization, db)
    if (user === undefined && 'userId' in reference) return undefined
    const nameRefusal =
      user === undefined && 'username' in reference
        ? await newNameRefusal(reference.username, usernameNormalization, db)
        : undefined
    const userId = user?.userId ?? nobody
    const [ownGroups, ownPhones, ownTokens, ownYubikeys, lockedOut] = await Promise.all([
      groups.ofUser(userId, db),
      phones.ofUser(userId, db),
      tokens.ofUser(userId, db),
      yubikeys.ofUser(userId, db),
      this.#lockout.accountIsLocked(userId, budget, now, db),
    ])
    const hasDevice = ownPhones.length + ownTokens.length + ownYubikeys.length > 0
    const enrolled = hasDevice || (await this.#hasBypassCode(userId, now))
    return {
      user,
      phones: capablePhones(ownPhones, ownTokens, this.#delivery),
      tokens: [...ownTokens.filter(({ phoneId }) => phoneId === null), ...ownYubikeys],
      decision: decide(
        {
          status: user?.status,
          nameRefusal: nameRefusal?.kind,
          groupStatuses: ownGroups.map(({ status }) => status),
          enrolled,
          lockedOut,
        },
        newUserPolicy,
      ),
      nameRefusal,
      verifiedPush,
    }
  }

  async #hasBypassCode(userId: string, now: number): Promise<boolean> {
    return (await this.#directory.bypassCodes.countUsable(userId, now, this.#store.db)) > 0
  }
}
