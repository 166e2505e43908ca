import { HardwareTokens } from '../authenticators/hardware_tokens.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { Invitations } from '../people/enrolment/invitations.ts'
import type { User } from '../people/user.ts'
import { type UserFilter, type UserSortKey, Users } from '../people/users.ts'
import { activeLocks } from '../sign_in/lockout.ts'
import type { Page, PageRequest } from '../store/keyset.ts'
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

/** A page of users with their overviews. */
export async function userOverviews(
  store: Store,
  request: PageRequest<UserSortKey> & UserFilter,
  now: number,
): Promise<Page<UserOverview>> {
  const { db } = store
  const { items: users, next } = await new Users().page(request, db)
  const userIds = users.map(({ userId }) => userId)
  const phones = await new Phones().counts(userIds, db)
  const tokens = await new HardwareTokens(store).counts(userIds, db)
  const invitations = await new Invitations().openByUser(userIds, now, db)
  const locks = await activeLocks(userIds, now, db)
  const items = users.map((user) => {
    const { userId } = user
    const { all: phoneCount = 0, activated = 0 } = phones.get(userId) ?? {}
    const { all: tokenCount = 0, standalone = 0 } = tokens.get(userId) ?? {}
    const { lockedUntil = null, portalUntil = null, sources = 0 } = locks.get(userId) ?? {}
    return {
      user,
      phones: phoneCount,
      activatedPhones: activated,
      tokens: standalone,
      enrolled: phoneCount + tokenCount > 0,
      invitedUntil: invitations.get(userId) ?? null,
      lockedUntil,
      portalLockedUntil: portalUntil,
      lockedSources: sources,
    }
  })
  return { items, next }
}
