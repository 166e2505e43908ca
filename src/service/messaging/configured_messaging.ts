import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { TelephonyLog } from '../audit/telephony_log.ts'
import type { DeliveryConfig, PhoneConfig, SmsConfig } from '../config/delivery_config.ts'
import type { Store } from '../store/store.ts'
import {
  type Delivery,
  DeliveryError,
  type MailPort,
  type PhonePort,
  type PhonePrompt,
  type SmsPort,
} from './messaging.ts'
import type { Outbox } from './outbox/outbox.ts'
import { TelephonyLimit } from './telephony_limit.ts'
import type { VoiceAddresses } from './voice/voice_address.ts'
import { askingText, passcodeText, voiceTexts } from './voice/voice_texts.ts'

export interface DeliveryParts {
  readonly store: Store
  readonly telephonyLog: TelephonyLog
  readonly outbox: Outbox
  readonly addresses: VoiceAddresses
  /** For a provider that hears no keys: a passcode to be spoken, and what is done when it was. */
  readonly spoken: {
    speak(request: PhonePrompt, say: (passcode: string) => Promise<string>): Promise<string>
    done(request: PhonePrompt): Promise<void>
  }
  readonly clock: Clock
  readonly log: Log
}

/** Sends a text to a number. @returns The provider's identifier. */
type SendSms = (to: string, text: string) => Promise<string>
/** Places a call. @returns The provider's identifier. */
type PlaceCall = (request: PhonePrompt) => Promise<string>

/**
 * The ways that a configuration names. A provider's code is loaded where it is used.
 *
 * @throws {DeliveryError} where a file that a provider needs can't be read.
 */
export async function configuredDelivery(
  { sms, phone, mail }: DeliveryConfig,
  parts: DeliveryParts,
): Promise<Pick<Delivery, 'sms' | 'phone' | 'mail'>> {
  const [smsPort, phonePort, mailPort] = [
    await createSmsPort(sms, parts),
    await createPhonePort(phone, parts),
    await createMailPort(mail, parts),
  ]
  return {
    ...(smsPort === undefined ? {} : { sms: smsPort }),
    ...(phonePort === undefined ? {} : { phone: phonePort }),
    ...(mailPort === undefined ? {} : { mail: mailPort }),
  }
}

async function createSmsPort(
  config: SmsConfig,
  parts: DeliveryParts,
): Promise<SmsPort | undefined> {
  const send = await createSmsSender(config, parts)
  if (send === undefined) return undefined
  const { store, telephonyLog, clock, log } = parts
  const provider = config.provider.kind
  const limit = new TelephonyLimit(
    store,
    telephonyLog,
    { type: 'sms', provider },
    config.limits,
    clock,
  )
  return {
    send: ({ number, userId, txid, context, text }) =>
      told(log, 'message', provider, () =>
        limit.send({ number, userId, txid, context }, () => send(number, text)),
      ),
  }
}

async function createSmsSender(
  { provider }: SmsConfig,
  { outbox }: DeliveryParts,
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

async function createPhonePort(
  config: PhoneConfig,
  parts: DeliveryParts,
): Promise<PhonePort | undefined> {
  const call = await createCaller(config, parts)
  if (call === undefined) return undefined
  const { store, telephonyLog, spoken, clock, log } = parts
  const provider = config.provider.kind
  const limit = new TelephonyLimit(
    store,
    telephonyLog,
    { type: 'phone', provider },
    config.limits,
    clock,
  )
  return {
    call: async (request) => {
      const { number, userId, txid } = request
      await told(log, 'call', provider, () =>
        limit.send({ number, userId, txid, context: 'authentication' }, () => call(request)),
      )
      if (provider === 'aws') await spoken.done(request)
    },
  }
}

async function createCaller(
  { provider, callerId = '', language, confirmKeys, fraudKey }: PhoneConfig,
  { outbox, addresses, spoken }: DeliveryParts,
): Promise<PlaceCall | undefined> {
  const texts = voiceTexts[language]
  switch (provider.kind) {
    case 'off':
      return undefined
    case 'outbox':
      return ({ number, txid, application, expires }) =>
        outbox.add({
          kind: 'phone',
          to: number,
          txid,
          text: askingText(texts, application, { confirmKeys, fraudKey }),
          confirmKeys,
          fraudKey: fraudKey ?? null,
          expires,
        })
    case 'twilio': {
      const { Twilio } = await import('./twilio/twilio.ts')
      const twilio = new Twilio(provider.twilio)
      return ({ number, txid }) =>
        twilio.call({
          to: number,
          from: callerId,
          url: addresses.of('call', txid),
          statusUrl: addresses.of('status', txid),
        })
    }
    case 'aws': {
      const { AwsMessaging } = await import('./aws/aws_messaging.ts')
      const aws = new AwsMessaging(provider.aws)
      return (request) =>
        spoken.speak(request, (passcode) => {
          const text = passcodeText(texts, request.application, passcode)
          return aws.speak(request.number, callerId, text, language)
        })
    }
  }
}

/** The way for mails, for a program that sends nothing else. */
export async function createMailPort(
  { provider }: DeliveryConfig['mail'],
  { outbox, log }: Pick<DeliveryParts, 'outbox' | 'log'>,
): Promise<MailPort | undefined> {
  switch (provider.kind) {
    case 'off':
      return undefined
    case 'outbox':
      return {
        send: async (message) => {
          await outbox.add({ kind: 'mail', ...message })
        },
      }
    case 'smtp': {
      const { Smtp } = await import('./mail/smtp.ts')
      const smtp = new Smtp(provider.smtp)
      return { send: (message) => told(log, 'mail', 'smtp', () => smtp.send(message)) }
    }
  }
}

/** What could not be sent is for the operator, too. */
async function told(
  log: Log,
  what: string,
  provider: string,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send()
  } catch (error) {
    if (error instanceof DeliveryError) {
      log.warn(`a ${what} was not sent`, { provider, code: error.code, reason: error.message })
    }
    throw error
  }
}
