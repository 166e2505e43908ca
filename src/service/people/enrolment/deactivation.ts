import type { Store } from '../../store/store.ts'
import type { Users } from '../users.ts'
import { type ActivatedPhones, displayName } from './activated_phones.ts'
import type { PhoneChanges } from './phone_changes.ts'

/** Ends activations, as the app asks for it when a user removes their account from a phone. */
export class Deactivation {
  readonly #store: Store
  readonly #users: Users
  readonly #phones: ActivatedPhones
  readonly #changes: PhoneChanges

  constructor(store: Store, users: Users, phones: ActivatedPhones, changes: PhoneChanges) {
    this.#store = store
    this.#users = users
    this.#phones = phones
    this.#changes = changes
  }

  /** @returns Whether the phone was activated. */
  async deactivate(phoneId: string): Promise<boolean> {
    const phone = await this.#phones.byId(phoneId, this.#store.db)
    if (phone === undefined) return false
    const user = await this.#users.byId(phone.userId, this.#store.db)
    const removed = await this.#store.transaction(async (db) => {
      if (!(await this.#phones.deactivate(phone, db))) return false
      const holder = user ?? { username: '', userId: null }
      await this.#changes.append('phone_deactivate', holder, { phoneId, description: phoneId }, db)
      return true
    })
    if (removed && user !== undefined) {
      this.#changes.notify(user, { kind: 'device_removed', name: displayName(phone) })
    }
    return removed
  }
}
