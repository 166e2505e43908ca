import type { UsernameNormalization } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { Store } from '../../store/store.ts'
import type { User } from '../user.ts'
import { newUsername } from '../username/folded_username.ts'
import type { Users } from '../users.ts'
import { type Invitations, madeByApplication } from './invitations.ts'

/** The invited person, as an application names them. */
export type Invited = { readonly username: string } | { readonly userId: string }

/** A link that was returned before. */
interface PreviousLink {
  readonly code: string
  readonly expires: number
}

const [madeAtLogin = '', madeByEnroll = ''] = madeByApplication

const validSecs = 300
/** A link is returned again only while it is valid for at least this long. */
const minLeftMs = 180_000
const maxRemembered = 10_000

/**
 * The links that an application's login shows to users without a device. Another request within two
 * minutes returns the same link, unless it was opened, so that retries do not fill the table.
 */
export class PortalLinks {
  readonly #store: Store
  readonly #users: Users
  readonly #invitations: Invitations
  readonly #address: () => string
  readonly #clock: Clock
  readonly #previous = new Map<string, PreviousLink>()

  /** @param address `https://HOST[:PORT]`, as browsers reach the service. */
  constructor(
    store: Store,
    users: Users,
    invitations: Invitations,
    address: () => string,
    clock: Clock,
  ) {
    this.#store = store
    this.#users = users
    this.#invitations = invitations
    this.#address = address
    this.#clock = clock
  }

  /** A link that is valid for five minutes, for a user without a device or an unknown name. */
  async atLogin(
    invited: Invited,
    integration: { readonly ikey: string; readonly usernameNormalization: UsernameNormalization },
  ): Promise<string> {
    const { usernameNormalization, ikey } = integration
    const user = await this.#userOf(invited, usernameNormalization)
    const username =
      user?.username ??
      ('username' in invited ? newUsername(invited.username, usernameNormalization) : '')
    const now = this.#clock.now()
    const key = JSON.stringify([ikey, user?.userId ?? null, username])
    const before = this.#previous.get(key)
    if (before !== undefined && before.expires - now >= minLeftMs) {
      const invitation = await this.#invitations.byCode(before.code, this.#store.db)
      if (invitation?.sessionHash === null && invitation.used === null) {
        return portalLink(this.#address(), before.code)
      }
    }
    const code = await this.#store.transaction((db) =>
      this.#invitations.create(
        { username, userId: user?.userId ?? null, ikey, validSecs, createdBy: madeAtLogin },
        now,
        db,
      ),
    )
    if (this.#previous.size >= maxRemembered) this.#previous.clear()
    this.#previous.set(key, { code, expires: now + validSecs * 1000 })
    return portalLink(this.#address(), code)
  }

  /** A link for a user that an application has just created. */
  async ofEnrolled({ username, userId }: User, lifeSecs: number): Promise<string> {
    const invitation = { username, userId, ikey: null, validSecs: lifeSecs }
    const code = await this.#store.transaction((db) =>
      this.#invitations.create({ ...invitation, createdBy: madeByEnroll }, this.#clock.now(), db),
    )
    return portalLink(this.#address(), code)
  }

  async #userOf(invited: Invited, normalization: UsernameNormalization): Promise<User | undefined> {
    return 'userId' in invited
      ? await this.#users.byId(invited.userId, this.#store.db)
      : await this.#users.byLoginName(invited.username, normalization, this.#store.db)
  }
}

/** The code follows the `#`, so that browsers send it to no server, proxy or log. */
export function portalLink(address: string, code: string): string {
  return `${address}/portal#/enroll/${code}`
}
