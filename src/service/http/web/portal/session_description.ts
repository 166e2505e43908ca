import type { OwnBelongings } from '../../../self_service/devices/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { Person } from '../../../self_service/person.ts'
import { describeEnrolment } from './belongings_description.ts'

/** Facts about the service that are the same for all users. */
export interface ServiceDescription {
  readonly ways: { readonly push: boolean; readonly sms: boolean }
  /** Whether messages or mail go to the outbox. */
  readonly testMode: boolean
}

/** Describes a session to the portal's pages. */
export class SessionDescription {
  readonly #service: ServiceDescription
  readonly #enrolments: Enrolments
  readonly #belongings: OwnBelongings

  constructor(service: ServiceDescription, enrolments: Enrolments, belongings: OwnBelongings) {
    this.#service = service
    this.#enrolments = enrolments
    this.#belongings = belongings
  }

  service(): ServiceDescription {
    return this.#service
  }

  async describe(caller: Person | undefined): Promise<object> {
    if (caller === undefined) return { kind: 'none', ...this.#service }
    const { session, user } = caller
    const { kind, username, created } = session
    const finished = await this.#enrolments.hasFinished(caller)
    const enrolled =
      kind === 'enrollment' && finished && user !== undefined
        ? { enrolled: describeEnrolment(await this.#belongings.current(user.userId), created) }
        : {}
    return {
      kind,
      username: user?.username ?? username,
      realname: kind === 'self_service' ? (user?.realname ?? '') : '',
      finished,
      ...enrolled,
      ...this.#service,
    }
  }
}
