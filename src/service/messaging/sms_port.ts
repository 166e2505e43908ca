import type { Log } from '../../host/log.ts'
import type { SmsConfig } from '../config/sms_section.ts'
import { logUndelivered } from './log_undelivered.ts'
import type { SmsPort } from './messaging.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { TelephonyLimit } from './telephony_limit.ts'

/** Sends a text to a number. @returns The provider's identifier of the message. */
type SendSms = (to: string, text: string) => Promise<string>

/**
 * Builds the port for text messages. A provider's code is loaded only if it is used.
 *
 * @returns `undefined` for `provider=off`.
 * @throws {DeliveryError} if a file that the provider needs can't be read.
 */
export async function createSmsPort(
  config: SmsConfig,
  limit: TelephonyLimit,
  outbox: Outbox,
  log: Log,
): Promise<SmsPort | undefined> {
  const send = await createSmsSender(config, outbox)
  if (send === undefined) return undefined
  return {
    send: ({ number, userId, txid, context, text }) =>
      logUndelivered(log, 'message', config.provider.kind, () =>
        limit.send({ number, userId, txid, context }, () => send(number, text)),
      ),
  }
}

async function createSmsSender(
  { provider }: SmsConfig,
  outbox: Outbox,
): Promise<SendSms | undefined> {
  switch (provider.kind) {
    case 'off':
      return undefined
    case 'outbox':
      return (to, text) => outbox.add({ kind: 'sms', to, text })
    case 'twilio': {
      const { Twilio } = await import('./twilio/twilio.ts')
      const twilio = new Twilio(provider.twilio)
      return (to, text) => twilio.sendSms(to, text)
    }
    case 'aws': {
      const { AwsMessaging } = await import('./aws/aws_messaging.ts')
      const aws = new AwsMessaging(provider.aws)
      return (to, text) => aws.sendSms(to, text)
    }
    case 'http': {
      const { SmsGateway } = await import('./sms/sms_gateway.ts')
      const gateway = new SmsGateway(provider.gateway)
      return (to, text) => gateway.sendSms(to, text)
    }
  }
}
