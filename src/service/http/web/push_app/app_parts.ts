import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../../host/clock.ts'
import type { Log } from '../../../../host/log.ts'
import type { AuthenticationLog } from '../../../audit/authentication_log.ts'
import type { Phones } from '../../../authenticators/phone/phones.ts'
import type { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { Activation } from '../../../people/enrolment/activation.ts'
import type { Deactivation } from '../../../people/enrolment/deactivation.ts'
import type { Users } from '../../../people/users.ts'
import type { Places } from '../../../place/places.ts'
import type { Authentication } from '../../../sign_in/authentication.ts'
import type { AdmittedDevice } from '../../gate/device_request.ts'
import type { RequestStreams } from './request_streams.ts'

export interface PushAppParts {
  readonly authentication: Pick<Authentication, 'waitingFor' | 'answer'>
  readonly activation: Activation
  readonly deactivation: Deactivation
  readonly users: Users
  readonly phones: Phones
  readonly devices: PushDevices
  readonly authenticationLog: AuthenticationLog
  readonly places: Pick<Places, 'of'>
  readonly streams: RequestStreams
  /** The public half of what push services know us by; `undefined` where Web Push is off. */
  readonly vapidPublicKey: string | undefined
  /** What the app calls the account. */
  readonly accountName: () => string
  /** Host, and port where it is another than 443. */
  readonly apiHost: () => string
  readonly clock: Clock
  readonly log: Log
}

/** Answers a request of a phone that has proved to be itself. */
export type DeviceHandler = (
  admitted: AdmittedDevice,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

/** Adds an endpoint that phones alone may ask. */
export type AddRoute = (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  handler: DeviceHandler,
) => void
