import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { TelephonyLog } from '../audit/telephony_log.ts'
import { SpokenPasscodes } from '../authenticators/call/spoken_passcodes.ts'
import { PasscodeDelivery } from '../authenticators/sms/passcode_delivery.ts'
import type { DeliveryConfig } from '../config/service_config.ts'
import { createMailPort } from '../messaging/mail_port.ts'
import type { Delivery, SenderName } from '../messaging/messaging.ts'
import type { Outbox } from '../messaging/outbox/outbox.ts'
import { createPhonePort } from '../messaging/phone_port.ts'
import { createSmsPort } from '../messaging/sms_port.ts'
import { TelephonyLimit } from '../messaging/telephony_limit.ts'
import type { VoiceAddresses } from '../messaging/voice/voice_address.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { Store } from '../store/store.ts'

/**
 * Composes the configured ways for messages, calls and mail.
 *
 * @throws {DeliveryError} if a file that a provider needs can't be read.
 */
export async function composeMessaging(
  { sms, phone, mail }: DeliveryConfig,
  organisation: SenderName,
  store: Store,
  { phones, smsPasscodes }: Directory,
  outbox: Outbox,
  addresses: VoiceAddresses,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Pick<Delivery, 'sms' | 'phone' | 'mail'>> {
  const telephonyLog = new TelephonyLog(store)
  const limit = (type: 'sms' | 'phone', { provider, limits }: DeliveryConfig['sms' | 'phone']) =>
    new TelephonyLimit(store, telephonyLog, { type, provider: provider.kind }, limits, clock)
  const passcodes = new SpokenPasscodes(new PasscodeDelivery(store, smsPasscodes, phones, clock))
  const smsPort = await createSmsPort(sms, limit('sms', sms), outbox, log)
  const phoneLimit = limit('phone', phone)
  const phonePort = await createPhonePort(
    phone,
    organisation,
    phoneLimit,
    outbox,
    addresses,
    passcodes,
    log,
  )
  const mailPort = await createMailPort(mail, organisation, outbox, log)
  return {
    ...(smsPort === undefined ? {} : { sms: smsPort }),
    ...(phonePort === undefined ? {} : { phone: phonePort }),
    ...(mailPort === undefined ? {} : { mail: mailPort }),
  }
}
