import type { Clock } from '../../../host/clock.ts'
import type { Phones } from '../../authenticators/phone/phones.ts'
import type { Users } from '../../people/users.ts'
import type { Acts } from '../acts.ts'
import type { Enrolments } from '../enrolments.ts'
import { type Person, SelfServiceError } from '../person.ts'
import type { NumberChecks } from './number_checks.ts'
import { requireNewNumber } from './number_limits.ts'

/** Adds a number as a phone, once the user has typed the code that was sent to it. */
export class NumberEnrolment {
  readonly #acts: Acts
  readonly #numberChecks: NumberChecks
  readonly #enrolments: Enrolments
  readonly #users: Users
  readonly #phones: Phones
  readonly #clock: Clock

  constructor(
    acts: Acts,
    numberChecks: NumberChecks,
    enrolments: Enrolments,
    users: Users,
    phones: Phones,
    clock: Clock,
  ) {
    this.#acts = acts
    this.#numberChecks = numberChecks
    this.#enrolments = enrolments
    this.#users = users
    this.#phones = phones
    this.#clock = clock
  }

  /**
   * @returns The identifier of the new phone.
   * @throws {SelfServiceError} `wrong_code`, `code_over`, `number_taken`, `too_many`
   */
  async finish(person: Person, code: string): Promise<string> {
    const { tokenHash } = person.session
    const digits = code.replace(/\s/g, '')
    // in its own transaction: a wrong code stays counted, whatever happens next
    const checked = await this.#numberChecks.check(tokenHash, digits, this.#clock.now())
    if (checked === 'wrong_code') {
      throw new SelfServiceError(
        'wrong_code',
        'The code is wrong. Check the message and try again.',
      )
    }
    if (checked === 'code_over') {
      throw new SelfServiceError('code_over', 'The code has expired. Request a new one.')
    }
    return await this.#acts.run(async (db, now) => {
      const known = await this.#enrolments.known(person, db, now)
      const { userId } = known.user
      await this.#users.hold(userId, db)
      requireNewNumber(checked.number, await this.#phones.ofUser(userId, db))
      const added = await this.#phones.add(userId, checked, now, db)
      await this.#enrolments.deviceAdded(known, now, db)
      const name = added.name === '' ? added.number : added.name
      return {
        result: added.phoneId,
        user: known.user,
        action: 'phone_create',
        description: `${added.phoneId} ${added.number}`,
        notice: { kind: 'device_added', name },
      }
    })
  }
}
