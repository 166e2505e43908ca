import { randomUUID } from 'node:crypto'
import { awsSignature, readAuthorization } from './aws_signature.ts'
import { type ProviderReply, type Received, TlsProvider } from './tls_provider.ts'

export const accessKey = {
  id: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
export const region = 'eu-central-1'

/** The errors of the API reference, each with its status and what it holds beside its message. */
const errors = {
  AccessDeniedException: [400, { Reason: 'ACCOUNT_DISABLED' }],
  ConflictException: [400, { Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' }],
  ExpiredTokenException: [400, {}],
  InternalServerException: [500, { RequestId: 'd1b0e2' }],
  InvalidSignatureException: [400, {}],
  MissingAuthenticationTokenException: [400, {}],
  ResourceNotFoundException: [400, { ResourceType: 'configuration-set', ResourceId: 'none' }],
  ServiceQuotaExceededException: [400, { Reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' }],
  ThrottlingException: [400, {}],
  UnknownOperationException: [400, {}],
  UnrecognizedClientException: [400, {}],
  ValidationException: [400, { Reason: 'FIELD_VALIDATION_FAILED', Fields: [] }],
} as const

export type AwsErrorName = keyof typeof errors

/** Voices of the API reference that one of our languages may use, and their languages. */
export const voiceLanguages: Readonly<Record<string, string>> = {
  JOANNA: 'en',
  VICKI: 'de',
  LEA: 'fr',
  LUCIA: 'es',
  BIANCA: 'it',
  LOTTE: 'nl',
  INES: 'pt',
  MAJA: 'pl',
}

type Fields = Readonly<Record<string, unknown>>

interface Field {
  readonly required?: true
  readonly valid: (value: unknown) => boolean
}

const text =
  (form: RegExp): Field['valid'] =>
  (value) =>
    typeof value === 'string' && form.test(value)
const number: Field = { required: true, valid: text(/^\+?[1-9][0-9]{1,18}$/) }
const timeToLive: Field = {
  valid: (value) => Number.isInteger(value) && Number(value) >= 5 && Number(value) <= 259_200,
}
const configurationSet: Field = { valid: text(/^[A-Za-z0-9_:/-]{1,256}$/) }

/** Request parameters of the API reference, as far as a client of ours may send them. */
const operations: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  SendTextMessage: {
    DestinationPhoneNumber: number,
    OriginationIdentity: { valid: text(/^[A-Za-z0-9_:/+-]{1,256}$/) },
    ConfigurationSetName: configurationSet,
    MessageBody: { valid: text(/^[\s\S]{1,1600}$/) },
    MessageType: { valid: text(/^(TRANSACTIONAL|PROMOTIONAL)$/) },
    TimeToLive: timeToLive,
  },
  SendVoiceMessage: {
    DestinationPhoneNumber: number,
    OriginationIdentity: { required: true, valid: text(/^[A-Za-z0-9_:/+-]{1,256}$/) },
    ConfigurationSetName: configurationSet,
    MessageBody: { valid: text(/^[\s\S]{1,3000}$/) },
    MessageBodyTextType: { valid: text(/^TEXT$/) },
    VoiceId: { valid: (value) => typeof value === 'string' && value in voiceLanguages },
    TimeToLive: timeToLive,
  },
}

const skewMs = 5 * 60_000

/** AWS End User Messaging as its API reference has it (awsJson 1.0), for requests that are signed. */
export class AwsMessagingApi {
  readonly provider: TlsProvider
  readonly texts: Fields[] = []
  readonly calls: Fields[] = []
  /** Errors that the next requests get. */
  next: (AwsErrorName | ProviderReply)[] = []
  /** Answers nothing at all. */
  silent = false
  /** Beside `accessKey`: a key of a role, with the token that belongs to it. */
  sessionToken: string | undefined
  /** What it takes for the time. */
  now: () => number = Date.now

  private constructor(provider: TlsProvider) {
    this.provider = provider
  }

  static async start(): Promise<AwsMessagingApi> {
    const box: { api?: AwsMessagingApi } = {}
    const provider = await TlsProvider.start((received) => box.api?.answer(received))
    box.api = new AwsMessagingApi(provider)
    return box.api
  }

  answer(request: Received): ProviderReply {
    if (this.silent) return undefined
    const refused = this.#refused(request)
    if (refused !== undefined) return failure(refused)
    const next = this.next.shift()
    if (typeof next === 'string') return failure(next)
    if (next !== undefined) return next
    const { method, path, headers, body } = request
    const target = String(headers['x-amz-target'] ?? '')
    const [, operation = ''] = /^PinpointSMSVoiceV2\.(\w+)$/.exec(target) ?? []
    const parameters = operations[operation]
    if (method !== 'POST' || path !== '/' || parameters === undefined) {
      return failure('UnknownOperationException')
    }
    if (headers['content-type'] !== 'application/x-amz-json-1.0') {
      return failure('UnknownOperationException')
    }
    const fields: Fields = JSON.parse(body)
    if (!isValid(fields, parameters)) return failure('ValidationException')
    if (operation === 'SendTextMessage') this.texts.push(fields)
    else this.calls.push(fields)
    return { ...json, status: 200, body: JSON.stringify({ MessageId: randomUUID() }) }
  }

  async close(): Promise<void> {
    await this.provider.close()
  }

  /** Why a request is not one of the access key's. */
  #refused(request: Received): AwsErrorName | undefined {
    const { headers } = request
    const authorization = readAuthorization(headers.authorization ?? '')
    if (authorization === undefined) return 'MissingAuthenticationTokenException'
    const { accessKeyId, date, signedHeaders } = authorization
    if (accessKeyId !== accessKey.id) return 'UnrecognizedClientException'
    if (headers['x-amz-security-token'] !== this.sessionToken) return 'UnrecognizedClientException'
    const time = String(headers['x-amz-date'] ?? '')
    const iso = time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
    const inTime = Math.abs(Date.parse(iso) - this.now()) <= skewMs && time.startsWith(date)
    const sent = Object.keys(headers).filter((name) => name.startsWith('x-amz-'))
    const all = ['host', ...sent].every((name) => signedHeaders.includes(name))
    const place = authorization.region === region && authorization.service === 'sms-voice'
    const right = awsSignature(request, authorization, accessKey.secret) === authorization.signature
    return inTime && all && place && right ? undefined : 'InvalidSignatureException'
  }
}

const json = { type: 'application/x-amz-json-1.0' }

/** Errors repeat the wrong value, as AWS does. */
function failure(name: AwsErrorName): ProviderReply {
  const [status, members] = errors[name]
  const Message = `an error of the reference's, for the number +15551234567 and the text 1234567`
  const body = JSON.stringify({ __type: name, Message, ...members })
  return { ...json, status, body, headers: { 'x-amzn-requestid': randomUUID() } }
}

function isValid(fields: Fields, parameters: Readonly<Record<string, Field>>): boolean {
  return (
    Object.entries(fields).every(([name, value]) => parameters[name]?.valid(value) === true) &&
    Object.entries(parameters).every(([name, { required }]) => required !== true || name in fields)
  )
}
