import type { Log } from '../../host/log.ts'
import type { PhoneConfig } from '../config/phone_section.ts'
import { logUndelivered } from './log_undelivered.ts'
import type { PhonePort, PhonePrompt, PlacedCall, SenderName } from './messaging.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { TelephonyLimit } from './telephony_limit.ts'
import type { VoiceAddresses } from './voice/voice_address.ts'
import { askingText, passcodeText, voiceTexts } from './voice/voice_texts.ts'

/** Creates passcodes for providers whose calls can't receive keys. */
export interface PasscodeSpeaker {
  /**
   * @param say Places the call that speaks the passcode. Returns the provider's identifier.
   * @returns What `say` returns.
   */
  speak(request: PhonePrompt, say: (passcode: string) => Promise<string>): Promise<string>
}

/** A configured provider of calls. */
interface Caller {
  readonly placed: PlacedCall
  /** @returns The provider's identifier of the call. */
  call(request: PhonePrompt): Promise<string>
}

/**
 * Builds the port for calls. A provider's code is loaded only if it is used.
 *
 * @returns `undefined` for `provider=off`.
 * @throws {DeliveryError} if a file that the provider needs can't be read.
 */
export async function createPhonePort(
  config: PhoneConfig,
  sender: SenderName,
  limit: TelephonyLimit,
  outbox: Outbox,
  addresses: VoiceAddresses,
  passcodes: PasscodeSpeaker,
  log: Log,
): Promise<PhonePort | undefined> {
  const caller = await createCaller(config, sender, outbox, addresses, passcodes)
  if (caller === undefined) return undefined
  const provider = config.provider.kind
  return {
    call: async (request) => {
      const { number, userId, txid } = request
      await logUndelivered(log, 'call', provider, () =>
        limit.send({ number, userId, txid, context: 'authentication' }, () => caller.call(request)),
      )
      return caller.placed
    },
  }
}

async function createCaller(
  config: PhoneConfig,
  sender: SenderName,
  outbox: Outbox,
  addresses: VoiceAddresses,
  passcodes: PasscodeSpeaker,
): Promise<Caller | undefined> {
  const { provider } = config
  switch (provider.kind) {
    case 'off':
      return undefined
    case 'outbox':
      return {
        placed: 'waits for a key',
        call: ({ number, txid, application, expires }) => {
          const { language, confirmKeys, fraudKey } = config
          return outbox.add({
            kind: 'phone',
            to: number,
            txid,
            text: askingText(voiceTexts[language], sender.name, application, {
              confirmKeys,
              fraudKey,
            }),
            confirmKeys,
            fraudKey: fraudKey ?? null,
            expires,
          })
        },
      }
    case 'twilio': {
      const { Twilio } = await import('./twilio/twilio.ts')
      const twilio = new Twilio(provider.twilio)
      return {
        placed: 'waits for a key',
        call: ({ number, txid }) =>
          twilio.call({
            to: number,
            from: config.callerId ?? '',
            url: addresses.of('call', txid),
            statusUrl: addresses.of('status', txid),
          }),
      }
    }
    case 'aws': {
      const { AwsMessaging } = await import('./aws/aws_messaging.ts')
      const aws = new AwsMessaging(provider.aws)
      return {
        placed: 'passcode spoken',
        call: (request) =>
          passcodes.speak(request, (passcode) => {
            const { language, callerId = '' } = config
            const text = passcodeText(
              voiceTexts[language],
              sender.name,
              request.application,
              passcode,
            )
            return aws.speak(request.number, callerId, text, language)
          }),
      }
    }
  }
}
