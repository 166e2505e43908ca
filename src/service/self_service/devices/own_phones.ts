import type { Phone, Phones } from '../../authenticators/phone/phones.ts'
import type { Users } from '../../people/users.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Acts } from '../acts.ts'
import { type KnownPerson, notFound, SelfServiceError } from '../person.ts'
import type { OwnBelongings } from './belongings.ts'
import { readName } from './device_name.ts'

/** What users do with their own phones. */
export class OwnPhones {
  readonly #acts: Acts
  readonly #users: Users
  readonly #phones: Phones
  readonly #belongings: OwnBelongings

  constructor(acts: Acts, users: Users, phones: Phones, belongings: OwnBelongings) {
    this.#acts = acts
    this.#users = users
    this.#phones = phones
    this.#belongings = belongings
  }

  /** @throws {SelfServiceError} `not_found`, `name` */
  async rename(person: KnownPerson, phoneId: string, typed: string): Promise<void> {
    const name = readName(typed)
    await this.#acts.run(async (db) => {
      await this.#own(person, phoneId, db)
      await this.#phones.update(phoneId, { name }, db)
      const description = `${phoneId} name=${name}`
      return { result: undefined, user: person.user, action: 'phone_update', description }
    })
  }

  /**
   * Changes the order of the phones, which `push2` counts.
   *
   * @throws {SelfServiceError} `order` unless `phoneIds` has each of the user's phones once.
   */
  async reorder({ user }: KnownPerson, phoneIds: readonly string[]): Promise<void> {
    await this.#acts.run(async (db) => {
      await this.#users.hold(user.userId, db)
      const own = (await this.#phones.ofUser(user.userId, db)).map(({ phoneId }) => phoneId)
      const named = new Set(phoneIds)
      if (phoneIds.length !== own.length || !own.every((phoneId) => named.has(phoneId))) {
        throw new SelfServiceError('order', 'Your devices have changed. Reload the page.')
      }
      await this.#phones.reorder(user.userId, phoneIds, db)
      const description = phoneIds.join(' ')
      return { result: undefined, user, action: 'phone_reorder', description }
    })
  }

  /**
   * Removes a phone. The user's row is locked before anything is read, so that the second of two
   * concurrent removals sees what the first has left.
   *
   * @throws {SelfServiceError} `not_found`, `last_way_in`
   */
  async remove(person: KnownPerson, phoneId: string): Promise<void> {
    const { user } = person
    await this.#acts.run(async (db) => {
      await this.#users.hold(user.userId, db)
      const phone = await this.#own(person, phoneId, db)
      await this.#belongings.requireOther(user.userId, phoneId, db)
      await this.#phones.remove(phoneId, db)
      const name = phone.name === '' ? phone.number : phone.name
      return {
        result: undefined,
        user,
        action: 'phone_delete',
        description: phoneId,
        notice: { kind: 'device_removed', name: name === '' ? 'Phone' : name },
      }
    })
  }

  /** An enrolment can change only the phones that it has added. */
  async #own({ session, user }: KnownPerson, phoneId: string, db: StoreDb): Promise<Phone> {
    const since = session.kind === 'enrollment' ? session.created : 0
    const own = await this.#phones.ofUser(user.userId, db)
    const phone = own.find((candidate) => candidate.phoneId === phoneId)
    if (phone === undefined || phone.created < since) throw notFound()
    return phone
  }
}
