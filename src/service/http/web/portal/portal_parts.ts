import type { Clock } from '../../../../host/clock.ts'
import type { Log } from '../../../../host/log.ts'
import type { Delivery } from '../../../messaging/messaging.ts'
import type { Places } from '../../../place/places.ts'
import type { AppActivation } from '../../../self_service/app_activation.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { OwnDevices } from '../../../self_service/own_devices.ts'
import type { OwnHistory } from '../../../self_service/own_history.ts'
import type { Passkeys } from '../../../self_service/passkeys.ts'
import type { PortalSessions } from '../../../self_service/portal_sessions.ts'
import type { PortalSignIn } from '../../../self_service/portal_sign_in.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import type { PortalSessionGate } from '../../gate/portal_session.ts'

/** What the portal is made of. */
export interface PortalParts {
  readonly gate: PortalSessionGate
  readonly clientAddresses: ClientAddresses
  readonly sessions: PortalSessions
  readonly enrolments: Enrolments
  readonly ownDevices: OwnDevices
  readonly appActivation: AppActivation
  readonly ownHistory: OwnHistory
  readonly places: Pick<Places, 'of'>
  readonly passkeys: Passkeys
  readonly signIn: PortalSignIn
  /** To sign in or open an invitation, in five minutes. */
  readonly triesPerAddress: number
  readonly delivery: Pick<Delivery, 'push' | 'sms' | 'phone'>
  /** Whether messages or mail reach nobody, since the service is tried out. */
  readonly triesOut: boolean
  readonly log: Log
  readonly clock: Clock
}
