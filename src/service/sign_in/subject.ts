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
import type { Budget, Lockout } from './lockout.ts'
import { type Decision, decide } from './policy.ts'

/** How a caller names a user. */
export type Named = { readonly username: string } | { readonly userId: string }

/** A user, known or not, who wants to sign in, and the decision whether they may. */
export interface Subject {
  readonly user: User | undefined
  readonly phones: readonly CapablePhone[]
  /** Tokens without the passcode generators of phones, then YubiKeys. */
  readonly tokens: readonly (Token | Yubikey)[]
  readonly decision: Decision
  /** Why an unknown name is denied regardless of the policy for new users. */
  readonly nameRefusal: NameRefusal | undefined
  /** Whether the application requires a code with a push. */
  readonly verifiedPush: VerifiedPush
}

export interface Directory {
  readonly users: Users
  readonly groups: Groups
  readonly phones: Phones
  readonly tokens: Tokens
  readonly yubikeys: Yubikeys
  readonly bypassCodes: BypassCodes
  readonly smsPasscodes: SmsPasscodes
}

/** Identifier of no user: an unknown name takes the same queries as a known one. */
const nobody = 'DU0'

/**
 * Reads what decides about a user before a second factor is checked.
 *
 * @returns `undefined` for an unknown identifier; an unknown name is a subject too.
 */
export async function readSubject(
  named: Named,
  integration: Pick<Integration, 'newUserPolicy' | 'usernameNormalization' | 'verifiedPush'>,
  now: number,
  from: {
    readonly store: Store
    readonly directory: Directory
    readonly lockout: Lockout
    readonly delivery: Delivery
  },
  budget: Budget = 'sign-in',
): Promise<Subject | undefined> {
  const { store, directory, lockout, delivery } = from
  const user =
    'userId' in named
      ? await directory.users.byId(named.userId)
      : await directory.users.byName(named.username, integration.usernameNormalization)
  if (user === undefined && 'userId' in named) return undefined
  const nameRefusal =
    user === undefined && 'username' in named
      ? await newNameRefusal(named.username, integration.usernameNormalization, store.db)
      : undefined
  const userId = user?.userId ?? nobody
  const [groups, phones, tokens, yubikeys, lockedOut] = await Promise.all([
    directory.groups.ofUser(userId),
    directory.phones.ofUser(userId),
    directory.tokens.ofUser(userId),
    directory.yubikeys.ofUser(userId),
    lockout.accountIsLocked(userId, budget, now, store.db),
  ])
  const enrolled =
    phones.length + tokens.length + yubikeys.length > 0 ||
    (await directory.bypassCodes.ofUser(userId)).some(
      ({ expires, reuseCount }) =>
        (expires === null || expires > now) && (reuseCount === null || reuseCount > 0),
    )
  return {
    user,
    phones: capablePhones(phones, tokens, delivery),
    tokens: [...tokens.filter(({ phoneId }) => phoneId === null), ...yubikeys],
    decision: decide(
      {
        status: user?.status,
        nameRefusal: nameRefusal?.kind,
        groupStatuses: groups.map(({ status }) => status),
        enrolled,
        lockedOut,
      },
      integration.newUserPolicy,
    ),
    nameRefusal,
    verifiedPush: integration.verifiedPush,
  }
}
