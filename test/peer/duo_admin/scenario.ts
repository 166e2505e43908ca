import type { MailMessage, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import type { TestService } from '../../rig/service.ts'
import type { VendorAdminClient } from '../../rig/vendor_admin_client.ts'

/** What a scenario of the Admin API works with. */
export interface ScenarioContext {
  readonly service: TestService
  readonly api: VendorAdminClient
  /** Prefix of the names that a scenario gives, so that scenarios do not meet. */
  readonly prefix: string
  readonly mails: readonly MailMessage[]
  readonly messages: readonly SmsMessage[]
}

/** The bytes of the passcode generator of RFC 4226, appendix D. */
export const tokenSecret = '3132333435363738393031323334353637383930'
