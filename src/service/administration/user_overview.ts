import { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { HardwareTokens } from '../authenticators/hardware_tokens.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { type Invitation, Invitations } from '../people/enrolment/invitations.ts'
import { currentStatus, mayEnrol, type User, type UserStatus } from '../people/user.ts'
import type { UserFilter } from '../people/user_filter.ts'
import { type UserSortKey, Users } from '../people/users.ts'
import { activeLocks } from '../sign_in/lockout.ts'
import type { Page, PageRequest } from '../store/keyset.ts'
import type { Store } from '../store/store.ts'

/** A user with what an administrator needs first. */
export interface UserOverview {
  readonly user: User
  /** `active` again after the end of a bypass. */
  readonly status: UserStatus
  readonly phones: number
  /** Phones that answer pushes. */
  readonly activatedPhones: number
  /** Tokens and YubiKeys, without the passcode generators of phones. */
  readonly tokens: number
  /** Whether the user has a device to sign in with; bypass codes do not count. */
  readonly enrolled: boolean
  /** Whether the user could prove a factor now, if a policy does not forbid it. */
  readonly canSignIn: boolean
  /** The latest invitation by an administrator. */
  readonly invitation: Invitation | undefined
  /** When an open invitation ends. */
  readonly invitedUntil: number | null
  /** Wrong passcodes in a row. */
  readonly failed: number
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
  const { items: users, next } = await new Users().page(request, store.db)
  return { items: await overviewsOf(store, users, now), next }
}

/** The overviews of these users, in their order; a fixed number of statements for any number of users. */
export async function overviewsOf(
  store: Store,
  users: readonly User[],
  now: number,
): Promise<UserOverview[]> {
  const { db } = store
  const userIds = users.map(({ userId }) => userId)
  const [phones, tokens, usableCodes, invitations, locks] = await Promise.all([
    new Phones().counts(userIds, db),
    new HardwareTokens(store).counts(userIds, db),
    new BypassCodes(store).usersWithUsable(userIds, now, db),
    new Invitations().latestByUser(userIds, db),
    activeLocks(userIds, now, db),
  ])
  return users.map((user) => {
    const { userId } = user
    const { all: phoneCount = 0, activated = 0, usable = 0 } = phones.get(userId) ?? {}
    const { all: tokenCount = 0, standalone = 0 } = tokens.get(userId) ?? {}
    const lock = locks.get(userId)
    const invitation = invitations.get(userId)
    const status = currentStatus(user, now)
    const hasFactor = usable + tokenCount > 0 || usableCodes.has(userId)
    return {
      user,
      status,
      phones: phoneCount,
      activatedPhones: activated,
      tokens: standalone,
      enrolled: phoneCount + tokenCount > 0,
      canSignIn: mayEnrol({ status }) && hasFactor && (lock?.lockedUntil ?? null) === null,
      invitation,
      invitedUntil: invitation === undefined ? null : openUntil(invitation, now),
      failed: lock?.failed ?? 0,
      lockedUntil: lock?.lockedUntil ?? null,
      portalLockedUntil: lock?.portalUntil ?? null,
      lockedSources: lock?.sources ?? 0,
    }
  })
}

function openUntil({ used, replaced, expires }: Invitation, now: number): number | null {
  return used === null && replaced === null && expires > now ? expires : null
}
