import {
  PinpointSMSVoiceV2Client,
  SendTextMessageCommand,
  SendVoiceMessageCommand,
  type VoiceId,
} from '@aws-sdk/client-pinpoint-sms-voice-v2'
import type { AwsConfig } from '../../config/aws_section.ts'
import type { Language } from '../../config/phone_section.ts'
import { DeliveryError, type DeliveryErrorCode } from '../messaging.ts'
import { readCaFile } from '../provider/ca_file.ts'
import {
  connectionFailure,
  isNotConnected,
  noAnswer,
  type Peer,
} from '../provider/connection_failure.ts'

const answerMs = 10_000
const connectMs = 4_000
const retryMs = 500
/** A passcode that comes later than this is of no use any more. */
const liveSecs = 300

const peer: Peer = { name: 'aws', section: '[aws]' }

/** The voices that Amazon Polly has for the languages of calls. */
const voices: Readonly<Record<Language, VoiceId>> = {
  en: 'JOANNA',
  de: 'VICKI',
  fr: 'LEA',
  es: 'LUCIA',
  it: 'BIANCA',
  nl: 'LOTTE',
  pt: 'INES',
  pl: 'MAJA',
}

/** Errors by their name (AWS End User Messaging API reference), and what to do about them. */
const failures: Readonly<Record<string, readonly [DeliveryErrorCode, string]>> = {
  AccessDeniedException: [
    'DELIVERY_REFUSED',
    'the access key may not do this; allow sms-voice:SendTextMessage and sms-voice:SendVoiceMessage',
  ],
  UnrecognizedClientException: ['DELIVERY_REFUSED', 'access_key_id is wrong'],
  InvalidSignatureException: [
    'DELIVERY_REFUSED',
    "secret_access_key is wrong, or this machine's clock is",
  ],
  ExpiredTokenException: ['DELIVERY_REFUSED', 'the credentials have expired'],
  CredentialsProviderError: [
    'DELIVERY_REFUSED',
    'there are no credentials; set access_key_id or give the machine a role',
  ],
  ValidationException: ['DELIVERY_REFUSED', 'the number or the sender is not valid'],
  ResourceNotFoundException: [
    'DELIVERY_REFUSED',
    'the sender or the configuration set does not exist',
  ],
  ConflictException: ['DELIVERY_REFUSED', 'the number has opted out, or the sender is not active'],
  ServiceQuotaExceededException: [
    'DELIVERY_REFUSED',
    "the account's monthly spending limit is reached; have it raised",
  ],
  ThrottlingException: ['DELIVERY_UNREACHABLE', 'too many requests at once'],
  InternalServerException: [
    'DELIVERY_UNANSWERED',
    'it has a failure of its own; it may have been sent all the same',
  ],
}

/** AWS End User Messaging: messages, and calls that speak a text. */
export class AwsMessaging {
  readonly #config: AwsConfig
  readonly #client: PinpointSMSVoiceV2Client
  readonly #limitMs: number

  constructor(config: AwsConfig, limitMs = answerMs) {
    const { region, credentials, endpoint, caFile } = config
    this.#config = config
    this.#limitMs = limitMs
    this.#client = new PinpointSMSVoiceV2Client({
      region,
      // what else it would try again may have been sent
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: connectMs,
        // a connection that was kept may be closed just when a message is written to it
        httpsAgent: {
          keepAlive: false,
          maxSockets: Number.POSITIVE_INFINITY,
          ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }),
        },
      },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined
        ? {}
        : {
            credentials: {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secret.reveal(),
            },
          }),
    })
  }

  /** @returns The message's identifier. @throws {DeliveryError} */
  async sendSms(to: string, text: string): Promise<string> {
    const { originationIdentity, configurationSet } = this.#config
    return await this.#sent((abortSignal) =>
      this.#client.send(
        new SendTextMessageCommand({
          DestinationPhoneNumber: to,
          OriginationIdentity: originationIdentity,
          ConfigurationSetName: configurationSet,
          MessageBody: text,
          MessageType: 'TRANSACTIONAL',
          TimeToLive: liveSecs,
        }),
        { abortSignal },
      ),
    )
  }

  /** Calls a number and speaks. @returns The message's identifier. @throws {DeliveryError} */
  async speak(to: string, from: string, text: string, language: Language): Promise<string> {
    const { configurationSet } = this.#config
    return await this.#sent((abortSignal) =>
      this.#client.send(
        new SendVoiceMessageCommand({
          DestinationPhoneNumber: to,
          OriginationIdentity: from,
          ConfigurationSetName: configurationSet,
          MessageBody: text,
          MessageBodyTextType: 'TEXT',
          VoiceId: voices[language],
          TimeToLive: liveSecs,
        }),
        { abortSignal },
      ),
    )
  }

  async #sent(
    send: (signal: AbortSignal) => Promise<{ readonly MessageId?: string | undefined }>,
  ): Promise<string> {
    const signal = AbortSignal.timeout(this.#limitMs)
    try {
      return (await send(signal)).MessageId ?? ''
    } catch (error) {
      const sentNothing =
        errorName(error) === 'ThrottlingException' || isNotConnected(errorCode(error))
      if (!sentNothing) throw this.#failure(error, signal)
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
    try {
      return (await send(signal)).MessageId ?? ''
    } catch (error) {
      throw this.#failure(error, signal)
    }
  }

  /** What AWS itself says of an error may repeat what was sent: it is not passed on. */
  #failure(error: unknown, signal: AbortSignal): DeliveryError {
    const name = errorName(error)
    const known = failures[name]
    if (known !== undefined) return new DeliveryError(known[0], `aws: ${known[1]} (${name})`)
    if (signal.aborted) return noAnswer(peer, this.#limitMs)
    const status = errorStatus(error)
    if (status === undefined) return connectionFailure(peer, errorCode(error))
    if (status >= 300 && status < 500) {
      return new DeliveryError(
        'DELIVERY_REFUSED',
        `aws refused it (${name}, status ${status}); check region and endpoint of [aws]`,
      )
    }
    return new DeliveryError(
      status === 503 ? 'DELIVERY_UNREACHABLE' : 'DELIVERY_UNANSWERED',
      `aws, or what stands before it, has failed (${name}, status ${status})`,
    )
  }
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

/** Of an answer that came, whatever it was. */
function errorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  const known = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
  return known && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  // the client's own limit on the time that connecting takes
  return errorName(error) === 'TimeoutError' ? 'CONNECT_TIMEOUT' : errorName(error)
}
