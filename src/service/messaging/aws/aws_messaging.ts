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
/** A passcode that arrives later is useless. */
const liveSecs = 300

const peer: Peer = { name: 'aws', section: '[aws]' }

/** Amazon Polly's voices for the languages of calls. */
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

/** Error names (AWS End User Messaging API reference), with remedies. */
const failures: Readonly<Record<string, readonly [DeliveryErrorCode, string]>> = {
  AccessDeniedException: [
    'DELIVERY_REFUSED',
    'the access key lacks a permission; allow sms-voice:SendTextMessage and sms-voice:SendVoiceMessage',
  ],
  UnrecognizedClientException: ['DELIVERY_REFUSED', 'access_key_id is wrong'],
  InvalidSignatureException: [
    'DELIVERY_REFUSED',
    "secret_access_key is wrong, or this machine's clock is",
  ],
  ExpiredTokenException: ['DELIVERY_REFUSED', 'the credentials have expired'],
  CredentialsProviderError: [
    'DELIVERY_REFUSED',
    'no credentials found; set access_key_id or assign a role to the machine',
  ],
  ValidationException: ['DELIVERY_REFUSED', 'the number or sender is invalid'],
  ResourceNotFoundException: ['DELIVERY_REFUSED', 'the sender or configuration set does not exist'],
  ConflictException: ['DELIVERY_REFUSED', 'the number has opted out, or the sender is not active'],
  ServiceQuotaExceededException: [
    'DELIVERY_REFUSED',
    "the account's monthly spending limit is reached; have it raised",
  ],
  ThrottlingException: ['DELIVERY_UNREACHABLE', 'too many requests at once'],
  InternalServerException: [
    'DELIVERY_UNANSWERED',
    'internal error at the provider; the message may have been sent',
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
      // other retries of the SDK could send the message twice
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: connectMs,
        // the server may close an idle connection just as a request is written to it
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

  /** Calls a number and speaks the text. @returns The message's identifier. @throws {DeliveryError} */
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

  /** AWS's error messages may contain the message sent, so they are not passed on. */
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
        `aws rejected the request (${name}, status ${status}); check region and endpoint in [aws]`,
      )
    }
    return new DeliveryError(
      status === 503 ? 'DELIVERY_UNREACHABLE' : 'DELIVERY_UNANSWERED',
      `aws or a proxy in front of it failed (${name}, status ${status})`,
    )
  }
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

/** The status, if there was any response. */
function errorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata = error.$metadata
  const known = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
  return known && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  // the SDK's connect timeout
  return errorName(error) === 'TimeoutError' ? 'CONNECT_TIMEOUT' : errorName(error)
}
