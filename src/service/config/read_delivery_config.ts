import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { Secret } from '../../host/secret.ts'
import type { ConfigValues } from './config_values.ts'
import type {
  AwsConfig,
  DeliveryConfig,
  HttpGatewayConfig,
  Language,
  MailConfig,
  PhoneConfig,
  SmsConfig,
  TelephonyLimits,
  TwilioConfig,
} from './delivery_config.ts'
import { templateProblems } from './gateway_template.ts'
import { isMailbox } from './mail_address.ts'

/** RFC 9110 §5.6.2: a token, and what every server reads the same. */
const headerForm = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:[ \t]*([\t\x20-\x7e]*?)[ \t]*$/
const ownHeaders: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]

const languages: readonly Language[] = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl']

/** Reads the sections on messages, calls and mail. Problems are reported to `values`. */
export function readDeliveryConfig(values: ConfigValues, file: string): DeliveryConfig {
  const reader = new DeliveryReader(values, dirname(file))
  return { sms: reader.sms(), phone: reader.phone(), mail: reader.mail() }
}

class DeliveryReader {
  readonly #values: ConfigValues
  readonly #folder: string

  constructor(values: ConfigValues, folder: string) {
    this.#values = values
    this.#folder = folder
  }

  sms(): SmsConfig {
    const values = this.#values
    return {
      provider: this.#smsProvider(),
      batch: values.integer('sms', 'sms_batch'),
      validMinutes: values.integer('sms', 'sms_expiration'),
      refresh: values.yes('sms', 'sms_refresh'),
      message: values.text('sms', 'sms_message') ?? '',
      limits: this.#limits('sms'),
    }
  }

  phone(): PhoneConfig {
    const values = this.#values
    const confirmKeys = values.text('phone', 'keypress_confirm') ?? '1'
    const fraud = values.text('phone', 'keypress_fraud') ?? 'none'
    if (!/^[0-9*#]+$/.test(confirmKeys)) {
      values.refuse('phone', 'keypress_confirm', 'keypress_confirm is not of 0 to 9, * and #')
    }
    if (fraud !== 'none' && !/^[0-9*#]$/.test(fraud)) {
      values.refuse('phone', 'keypress_fraud', 'keypress_fraud is neither one key nor none')
    }
    if (confirmKeys.includes(fraud)) {
      // reported at the key that is written, and not at a default
      const key = confirmKeys === '1#' ? 'keypress_fraud' : 'keypress_confirm'
      values.refuse('phone', key, `key ${fraud} is in keypress_confirm and in keypress_fraud`)
    }
    const callerId = this.#number('phone', 'caller_id')
    const language = values.text('phone', 'language')
    return {
      provider: this.#phoneProvider(callerId),
      callerId,
      language: languages.find((known) => known === language) ?? 'en',
      confirmKeys,
      fraudKey: fraud === 'none' ? undefined : fraud,
      limits: this.#limits('phone'),
    }
  }

  mail(): MailConfig {
    const values = this.#values
    switch (values.text('mail', 'provider')) {
      case 'outbox':
        return { provider: { kind: 'outbox' } }
      case 'smtp':
        break
      default:
        return { provider: { kind: 'off' } }
    }
    const username = values.text('mail', 'username')
    const password = this.#secret('mail', 'password')
    this.#together('mail', 'username', 'password')
    const security = values.text('mail', 'security')
    if (security === 'none' && !isLoopback(values.text('mail', 'host'))) {
      values.refuse(
        'mail',
        'security',
        'security=none would send links that let in, and the password, readable to all',
      )
    }
    const from = this.#needed('mail', 'from', 'mail')
    if (from !== '' && !isMailbox(from)) {
      values.refuse(
        'mail',
        'from',
        `from is '${from}'; write it like Countersign <mfa@example.com>`,
      )
    }
    const clientName = ehloName(values.text('service', 'host_names') ?? '')
    return {
      provider: {
        kind: 'smtp',
        smtp: {
          ...(clientName === undefined ? {} : { clientName }),
          from,
          host: this.#needed('mail', 'host', 'mail'),
          port: values.integer('mail', 'port'),
          security: security === 'tls' || security === 'none' ? security : 'starttls',
          login:
            username === undefined || password === undefined ? undefined : { username, password },
          caFile: this.#path('mail', 'ca_file'),
        },
      },
    }
  }

  #smsProvider(): SmsConfig['provider'] {
    switch (this.#values.text('sms', 'provider')) {
      case 'outbox':
        return { kind: 'outbox' }
      case 'twilio': {
        const twilio = this.#twilio('sms')
        if (twilio.from === undefined && twilio.messagingServiceSid === undefined) {
          this.#values.refuse(
            'sms',
            'provider',
            'provider=twilio needs from or messaging_service_sid in [twilio]',
          )
        }
        return { kind: 'twilio', twilio }
      }
      case 'aws':
        return { kind: 'aws', aws: this.#aws('sms') }
      case 'http':
        return { kind: 'http', gateway: this.#gateway() }
      default:
        return { kind: 'off' }
    }
  }

  #phoneProvider(callerId: string | undefined): PhoneConfig['provider'] {
    switch (this.#values.text('phone', 'provider')) {
      case 'outbox':
        return { kind: 'outbox' }
      case 'twilio':
        if (callerId === undefined) {
          this.#values.refuse('phone', 'provider', 'provider=twilio needs caller_id')
        }
        return { kind: 'twilio', twilio: this.#twilio('phone') }
      case 'aws':
        if (callerId === undefined) {
          this.#values.refuse('phone', 'provider', 'provider=aws needs caller_id')
        }
        return { kind: 'aws', aws: this.#aws('phone') }
      default:
        return { kind: 'off' }
    }
  }

  #twilio(from: 'sms' | 'phone'): TwilioConfig {
    const values = this.#values
    const baseUrl = this.#url('twilio', 'base_url') ?? ''
    if (baseUrl.startsWith('http:') && !isLoopback(new URL(baseUrl).hostname)) {
      values.refuse(
        'twilio',
        'base_url',
        'base_url would send auth_token readable to all; write https://',
      )
    }
    return {
      accountSid: this.#needed('twilio', 'account_sid', from),
      authToken: new Secret(this.#needed('twilio', 'auth_token', from)),
      from: values.text('twilio', 'from'),
      messagingServiceSid: values.text('twilio', 'messaging_service_sid'),
      baseUrl: baseUrl.replace(/\/+$/, ''),
      caFile: this.#path('twilio', 'ca_file'),
    }
  }

  #aws(from: 'sms' | 'phone'): AwsConfig {
    const values = this.#values
    const accessKeyId = values.text('aws', 'access_key_id')
    const secret = this.#secret('aws', 'secret_access_key')
    this.#together('aws', 'access_key_id', 'secret_access_key')
    const endpoint = this.#url('aws', 'endpoint')
    if (endpoint?.startsWith('http:') && !isLoopback(new URL(endpoint).hostname)) {
      values.refuse(
        'aws',
        'endpoint',
        'endpoint would send passcodes readable to all; write https://',
      )
    }
    return {
      region: this.#needed('aws', 'region', from),
      credentials:
        accessKeyId === undefined || secret === undefined ? undefined : { accessKeyId, secret },
      originationIdentity: values.text('aws', 'origination_identity'),
      configurationSet: values.text('aws', 'configuration_set'),
      endpoint,
      caFile: this.#path('aws', 'ca_file'),
    }
  }

  #gateway(): HttpGatewayConfig {
    const values = this.#values
    const method = values.text('http_gateway', 'method')
    const body = this.#secret('http_gateway', 'body')
    this.#needed('http_gateway', 'url', 'sms')
    const url = this.#url('http_gateway', 'url') ?? ''
    const gateway = {
      method: method === 'GET' || method === 'PUT' ? method : 'POST',
      contentType: values.text('http_gateway', 'content_type') === 'json' ? 'json' : 'form',
      from: values.text('http_gateway', 'from') ?? '',
      plus: values.yes('http_gateway', 'plus'),
    } as const
    for (const { key, message } of templateProblems({ ...gateway, url, body: body?.reveal() })) {
      values.refuse('http_gateway', key, message)
    }
    if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
      const message = 'messages and the password travel readable to all; write https:// if it can'
      values.warn('http_gateway', 'url', message)
    }
    return {
      ...gateway,
      url: new Secret(url),
      body,
      headers: this.#headers(),
      successPattern: this.#pattern(),
      caFile: this.#path('http_gateway', 'ca_file'),
    }
  }

  /** Problems are reported without the values, which may be keys. */
  #headers(): HttpGatewayConfig['headers'] {
    const refuse = (message: string) => this.#values.refuse('http_gateway', 'headers', message)
    const lines = (this.#values.text('http_gateway', 'headers') ?? '').split('\n')
    const headers = lines
      .filter((header) => header.trim() !== '')
      .map((header) => {
        const [, name = '', value = ''] = headerForm.exec(header) ?? []
        if (name === '') refuse('headers are not written as Name: value, in ASCII')
        return { name: name.toLowerCase(), value: new Secret(value) }
      })
    for (const [index, { name }] of headers.entries()) {
      if (ownHeaders.includes(name)) refuse(`header ${name} is made by the client itself`)
      if (headers.findIndex((other) => other.name === name) !== index) {
        refuse(`header ${name} stands there twice`)
      }
    }
    return headers
  }

  #pattern(): RegExp | undefined {
    const text = this.#values.text('http_gateway', 'success_pattern')
    if (text === undefined) return undefined
    try {
      return new RegExp(text)
    } catch {
      this.#values.refuse(
        'http_gateway',
        'success_pattern',
        `success_pattern '${text}' is no regular expression`,
      )
      return undefined
    }
  }

  #limits(section: 'sms' | 'phone'): TelephonyLimits {
    const values = this.#values
    const allowedPrefixes = (values.text(section, 'allowed_prefixes') ?? '')
      .split(/[\s,]+/)
      .filter((prefix) => prefix !== '')
    for (const prefix of allowedPrefixes) {
      if (/^\+[1-9]\d{0,14}$/.test(prefix)) continue
      values.refuse(section, 'allowed_prefixes', `'${prefix}' is no prefix; write one like +49`)
    }
    return {
      userPerHour: values.integer(section, 'user_per_hour'),
      userPerDay: values.integer(section, 'user_per_day'),
      numberPerHour: values.integer(section, 'number_per_hour'),
      numberPerDay: values.integer(section, 'number_per_day'),
      allPerHour: values.integer(section, 'all_per_hour'),
      allowedPrefixes,
    }
  }

  /** A setting that a provider requires; reported at the choice of the provider where it is missing. */
  #needed(section: string, key: string, chosenIn: 'sms' | 'phone' | 'mail'): string {
    const value = this.#values.text(section, key)
    if (value !== undefined) return value
    const provider = this.#values.text(chosenIn, 'provider') ?? ''
    const place = section === chosenIn ? '' : ` in [${section}]`
    this.#values.refuse(chosenIn, 'provider', `provider=${provider} needs ${key}${place}`)
    return ''
  }

  #together(section: string, one: string, other: string): void {
    const [first, second] = [this.#values.text(section, one), this.#values.text(section, other)]
    if ((first === undefined) === (second === undefined)) return
    const message = `${one} and ${other} belong together; set both or neither`
    this.#values.refuse(section, first === undefined ? other : one, message)
  }

  #number(section: string, key: string): string | undefined {
    const value = this.#values.text(section, key)
    if (value !== undefined && !/^\+[1-9]\d{6,14}$/.test(value)) {
      this.#values.refuse(section, key, `${key} is '${value}'; write a number like +15550101234`)
    }
    return value
  }

  /** Problems are reported without the address, which may have a password in it. */
  #url(section: string, key: string): string | undefined {
    const value = this.#values.text(section, key)
    if (value === undefined || (/^https?:\/\//.test(value) && URL.canParse(value))) return value
    this.#values.refuse(section, key, `${key} does not begin with https:// or is no address`)
    return ''
  }

  #secret(section: string, key: string): Secret | undefined {
    const value = this.#values.text(section, key)
    return value === undefined ? undefined : new Secret(value)
  }

  #path(section: string, key: string): string | undefined {
    const value = this.#values.text(section, key)
    return value === undefined ? undefined : resolve(this.#folder, value)
  }
}

/** The first host name, or an address literal (RFC 5321 §4.1.3); none for `localhost`, which servers refuse. */
function ehloName(hostNames: string): string | undefined {
  const [name = ''] = hostNames.split(',', 1).map((item) => item.trim())
  if (name === '' || isLoopback(name)) return undefined
  const version = isIP(name)
  return version === 0 ? name : version === 6 ? `[IPv6:${name}]` : `[${name}]`
}

function isLoopback(host = ''): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host)
}
