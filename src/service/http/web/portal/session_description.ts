import type { OwnBelongings } from '../../../self_service/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { Person } from '../../../self_service/person.ts'
import { shownEnrolment } from './shown_belongings.ts'

/** What the pages know of the service, the same for all users. */
export interface ServiceDescription {
  /** The factors that are configured. */
  readonly ways: { readonly push: boolean; readonly sms: boolean }
  /** Test mode: messages or mail go to the outbox. */
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

  async of(who: Person | undefined): Promise<object> {
    if (who === undefined) return { kind: 'none', ...this.#service }
    const { session, user } = who
    const { kind, username, created } = session
    const finished = await this.#enrolments.hasFinished(who)
    const enrolled =
      kind === 'enrollment' && finished && user !== undefined
        ? { enrolled: shownEnrolment(await this.#belongings.current(user.userId), created) }
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
