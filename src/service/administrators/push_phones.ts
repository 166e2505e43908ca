import { displayName } from '../authenticators/phone/phone_label.ts'
import type { Phone, Phones } from '../authenticators/phone/phones.ts'
import type { PushDevice, PushDevices } from '../authenticators/push/push_devices.ts'
import { mayEnrol, type User } from '../people/user.ts'
import type { Users } from '../people/users.ts'
import type { StoreDb } from '../store/store.ts'
import type { Administrator } from './administrator.ts'
import type { AdministratorFactor } from './factors.ts'

/** A phone that an administrator may use, and the user who has it. */
export interface PushPhone extends Pick<PushDevice, 'phoneId' | 'userId' | 'publicKey'> {
  /** As lists show it, with the number masked. */
  readonly label: string
  readonly phone: Phone
  readonly username: string
}

/**
 * The phones that administrators may use: those with the app, of the users who have the administrator's
 * e-mail address as e-mail address, username or alias.
 */
export class PushPhones {
  readonly #users: Users
  readonly #phones: Phones
  readonly #devices: PushDevices

  constructor(users: Users, phones: Phones, devices: PushDevices) {
    this.#users = users
    this.#phones = phones
    this.#devices = devices
  }

  async ofAdministrator(
    { email }: Pick<Administrator, 'email'>,
    db: StoreDb,
  ): Promise<readonly PushPhone[]> {
    const found: PushPhone[] = []
    for (const { userId, username } of await this.#usersOf(email, db)) {
      for (const phone of await this.#phones.ofUser(userId, db)) {
        if (!phone.pushActivated) continue
        const device = await this.#devices.byPhone(phone.phoneId, db)
        // without a key, any answer would match
        if (device?.userId !== userId || device.publicKey === '') continue
        const { phoneId, publicKey } = device
        found.push({ phoneId, userId, publicKey, label: displayName(phone), phone, username })
      }
    }
    return found
  }

  /**
   * The factors that can be used now. A factor on a phone can't be used once the phone is removed, belongs
   * to another user, or has another key: anyone who activates the app again must not be able to answer for
   * the administrator.
   */
  async usable(
    administrator: Pick<Administrator, 'email'>,
    held: readonly AdministratorFactor[],
    db: StoreDb,
  ): Promise<readonly AdministratorFactor[]> {
    if (!held.some(({ kind }) => kind === 'push')) return held
    const phones = await this.ofAdministrator(administrator, db)
    return held.filter((factor) => factor.kind !== 'push' || findPhone(factor, phones))
  }

  async #usersOf(email: string, db: StoreDb): Promise<readonly User[]> {
    const byEmail = await this.#users.byEmail(email, db)
    const byName = await this.#users.byName(email, db)
    const isNew = byName !== undefined && !byEmail.some(({ userId }) => userId === byName.userId)
    return [...byEmail, ...(isNew ? [byName] : [])].filter(mayEnrol)
  }
}

/** The phone of a factor; `undefined` if the phone or its key has changed. */
export function findPhone(
  { kind, externalId, publicKey }: AdministratorFactor,
  phones: readonly PushPhone[],
): PushPhone | undefined {
  if (kind !== 'push') return undefined
  return phones.find((phone) => phone.phoneId === externalId && phone.publicKey === publicKey)
}
