import { HardwareTokens } from '../authenticators/hardware_tokens.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { Invitations } from '../people/enrolment/invitations.ts'
import type { User } from '../people/user.ts'
import { Users } from '../people/users.ts'
import { activeLocks } from '../sign_in/lockout.ts'
import type { Store } from '../store/store.ts'

/** A user with what an administrator needs first. */
export interface UserOverview {
  readonly user: User
  readonly phones: number
  /** Phones that answer pushes. */
  readonly activatedPhones: number
  /** Tokens and YubiKeys, without the passcode generators of phones. */
  readonly tokens: number
  /** Whether the user has a device to sign in with; bypass codes do not count. */
  readonly enrolled: boolean
  /** When the latest unused invitation ends. */
  readonly invitedUntil: number | null
  /** When the lock of the whole account ends. */
  readonly lockedUntil: number | null
  /** When the lock of the portal alone ends. */
  readonly portalLockedUntil: number | null
  /** Addresses that are locked out for this user, in one application each. */
  readonly lockedSources: number
}

/** The overviews of all users, by name. */
export async function userOverviews(store: Store, now: number): Promise<UserOverview[]> {
  const { db } = store
  const users = await new Users(store).list(db)
  const phones = await new Phones(store).counts(db)
  const tokens = Map.groupBy(await new HardwareTokens(store).list(db), ({ userId }) => userId)
  const invitations = await new Invitations(store).openByUser(now, db)
  const locks = await activeLocks(now, db)
  return users.map((user) => {
    const { userId } = user
    const { all = 0, activated = 0 } = phones.get(userId) ?? {}
    const own = tokens.get(userId) ?? []
    const { lockedUntil = null, portalUntil = null, sources = 0 } = locks.get(userId) ?? {}
    return {
      user,
      phones: all,
      activatedPhones: activated,
      tokens: own.filter(({ phoneId }) => phoneId === null).length,
      enrolled: all + own.length > 0,
      invitedUntil: invitations.get(userId) ?? null,
      lockedUntil,
      portalLockedUntil: portalUntil,
      lockedSources: sources,
    }
  })
}
