import type { Secret } from '../../host/secret.ts'

/** What messages or calls may come to; 0 for no limit. */
export interface TelephonyLimits {
  readonly userPerHour: number
  readonly userPerDay: number
  readonly numberPerHour: number
  readonly numberPerDay: number
  /** Of the whole service: what a fraud over many users and numbers can cost at most. */
  readonly allPerHour: number
  /** What a number has to begin with, as `+49`; none for all countries. */
  readonly allowedPrefixes: readonly string[]
}

export interface TwilioConfig {
  readonly accountSid: string
  readonly authToken: Secret
  /** Sender of messages; calls have the caller's number. */
  readonly from: string | undefined
  readonly messagingServiceSid: string | undefined
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly caFile: string | undefined
}

export interface AwsConfig {
  readonly region: string
  /** `undefined` for those of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secret: Secret } | undefined
  readonly originationIdentity: string | undefined
  readonly configurationSet: string | undefined
  readonly endpoint: string | undefined
  readonly caFile: string | undefined
}

export interface HttpGatewayConfig {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: Secret
  readonly body: Secret | undefined
  readonly contentType: 'form' | 'json'
  readonly headers: readonly { readonly name: string; readonly value: Secret }[]
  readonly from: string
  /** Whether a number is written with its plus sign. */
  readonly plus: boolean
  readonly successPattern: RegExp | undefined
  readonly caFile: string | undefined
}

export interface SmtpConfig {
  /** Name in EHLO (RFC 5321 §4.1.1.1); the machine's own where it is not set. */
  readonly clientName?: string
  readonly from: string
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly login: { readonly username: string; readonly password: Secret } | undefined
  readonly caFile: string | undefined
}

type Off = { readonly kind: 'off' }
type Outbox = { readonly kind: 'outbox' }
type Twilio = { readonly kind: 'twilio'; readonly twilio: TwilioConfig }
type Aws = { readonly kind: 'aws'; readonly aws: AwsConfig }

export interface SmsConfig {
  readonly provider:
    | Off
    | Outbox
    | Twilio
    | Aws
    | { readonly kind: 'http'; readonly gateway: HttpGatewayConfig }
  /** Passcodes in one message. */
  readonly batch: number
  /** 0 for never ending. */
  readonly validMinutes: number
  /** Whether a new batch is sent when the last passcode has been used. */
  readonly refresh: boolean
  /** Stands before the application's name. */
  readonly message: string
  readonly limits: TelephonyLimits
}

export type Language = 'en' | 'de' | 'fr' | 'es' | 'it' | 'nl' | 'pt' | 'pl'

export interface PhoneConfig {
  readonly provider: Off | Outbox | Twilio | Aws
  readonly callerId: string | undefined
  readonly language: Language
  /** The first is the one that is spoken. */
  readonly confirmKeys: string
  readonly fraudKey: string | undefined
  readonly limits: TelephonyLimits
}

export interface MailConfig {
  readonly provider: Off | Outbox | { readonly kind: 'smtp'; readonly smtp: SmtpConfig }
}

export interface DeliveryConfig {
  readonly sms: SmsConfig
  readonly phone: PhoneConfig
  readonly mail: MailConfig
}
