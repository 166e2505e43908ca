import type { OwnBelongings } from '../../../self_service/devices/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { Person } from '../../../self_service/person.ts'
import type { PortalApplication } from '../../../self_service/portal_application.ts'
import type { FraudAlert } from '../../../sign_in/fraud_alert.ts'
import { describeEnrolment } from './belongings_description.ts'

/** The organisation as of now. */
export interface OrganisationDescription {
  readonly name: string
  /** Path of its logo; `null` without one. */
  readonly logo: string | null
  /** Where users get help; empty if the organisation does not say. */
  readonly help: string
}

/** Facts about the service that are the same for all users. */
export interface ServiceDescription {
  readonly organisation: OrganisationDescription
  readonly ways: { readonly push: boolean; readonly sms: boolean }
  /** Whether messages or mail go to the outbox. */
  readonly testMode: boolean
}

/** Describes a session to the portal's pages. */
export class SessionDescription {
  readonly #service: ServiceDescription
  readonly #enrolments: Enrolments
  readonly #belongings: OwnBelongings
  readonly #application: PortalApplication
  readonly #fraudAlert: FraudAlert

  constructor(
    service: ServiceDescription,
    enrolments: Enrolments,
    belongings: OwnBelongings,
    application: PortalApplication,
    fraudAlert: FraudAlert,
  ) {
    this.#service = service
    this.#enrolments = enrolments
    this.#belongings = belongings
    this.#application = application
    this.#fraudAlert = fraudAlert
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
      ways: {
        ...this.#service.ways,
        authenticator: !(await this.#application.blocks('hardware-token')),
      },
      ...(kind === 'self_service' ? { fraudMailed: await this.#fraudAlert.isMailed() } : {}),
    }
  }
}
