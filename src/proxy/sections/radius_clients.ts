import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import type { Secret } from '../../host/secret.ts'
import type {
  MessageAuthenticatorPolicy,
  RadiusClientEntry,
} from '../../radius/udp/radius_client.ts'
import type { radiusServerOptions } from './radius_server_options.ts'
import { readSecret, type Unprotect } from './secret_setting.ts'

type Values = SectionValues<typeof radiusServerOptions>

const maxShortSecretLength = 12
/** The secrets of our reference page and of the vendor's documentation. */
const documentedSecret = /^(24-random-characters-or-more|(thisisa)?radiussecret\d*)$/i

/** Reads the RADIUS clients of a server section: each `radius_ip_N` with its `radius_secret_N`. */
export function readRadiusClients(
  values: Values,
  decrypt: Unprotect | undefined,
  report: Report,
): RadiusClientEntry[] {
  reportRepeated(values, report)
  reportContradiction(values, report)
  const secrets = readSecrets('radius_secret', values, decrypt, report)
  const previousSecrets = readSecrets('radius_secret_previous', values, decrypt, report)
  reportUnchanged(values, secrets, previousSecrets, report)
  return values.list('radius_ip').flatMap(({ value, number }) => {
    const secret = secrets.get(number)
    if (secret === undefined) return []
    return [
      {
        name: `radius_ip_${number}`,
        addresses: value.text,
        secret,
        previousSecret: previousSecrets.get(number),
        messageAuthenticator: readAuthenticatorPolicy(values, number),
        messageAuthenticatorInReplies: values.get('message_authenticator_in_replies', number),
      },
    ]
  })
}

type Secrets = ReadonlyMap<number | undefined, Secret>

function readSecrets(
  key: 'radius_secret' | 'radius_secret_previous',
  { section }: Values,
  decrypt: Unprotect | undefined,
  report: Report,
): Secrets {
  const secrets = new Map<number | undefined, Secret>()
  for (const { key: found, number, entry } of section.settings) {
    if (found !== key) continue
    const secret = readSecret(section, key, number, decrypt, report)
    if (secret === undefined) continue
    secrets.set(number, secret)
    reportWeakSecret(secret, `${key}_${number}`, entry.line, report)
  }
  return secrets
}

/** A previous secret that equals the new one was not replaced. */
function reportUnchanged(
  { section }: Values,
  secrets: Secrets,
  previousSecrets: Secrets,
  report: Report,
): void {
  for (const { key, number, entry } of section.settings) {
    if (key !== 'radius_secret_previous') continue
    const previous = previousSecrets.get(number)?.reveal()
    if (previous === undefined || previous !== secrets.get(number)?.reveal()) continue
    const message = `radius_secret_previous_${number} is the same as radius_secret_${number}; remove it, or write the new secret into radius_secret_${number}`
    report('warning', entry.line, message)
  }
}

function reportWeakSecret(secret: Secret, key: string, line: number, report: Report): void {
  const remedy = 'use 24 random characters or more'
  if (documentedSecret.test(secret.reveal())) {
    report(
      'error',
      line,
      `${key} is a placeholder from the documentation, which is public; ${remedy}`,
    )
  } else if (secret.reveal().length <= maxShortSecretLength) {
    report('warning', line, `${key} is short; ${remedy}`)
  }
}

function reportRepeated(values: Values, report: Report): void {
  const addresses = values.list('radius_ip')
  for (const [index, { value, line }] of addresses.entries()) {
    const before = addresses
      .slice(0, index)
      .find(
        (other) =>
          other.value.range.first === value.range.first &&
          other.value.range.last === value.range.last,
      )
    if (before === undefined) continue
    const message = `${value.text} is already radius_ip_${before.number}, which takes precedence; remove this one`
    report('warning', line, message)
  }
}

function reportContradiction(values: Values, report: Report): void {
  const policy = values.get('message_authenticator')
  const isSet = values.list('message_authenticator').some(({ number }) => number === undefined)
  if (!values.get('force_message_authenticator') || !isSet || policy === 'required') return
  report(
    'error',
    values.line('message_authenticator'),
    `force_message_authenticator=true and message_authenticator=${policy} contradict each other; remove one of them`,
  )
}

/** The setting of one client overrides `force_message_authenticator`, which overrides the general one. */
function readAuthenticatorPolicy(
  values: Values,
  number: number | undefined,
): MessageAuthenticatorPolicy {
  const own = values.list('message_authenticator').find((entry) => entry.number === number)
  if (own !== undefined) return own.value
  return values.get('force_message_authenticator')
    ? 'required'
    : values.get('message_authenticator')
}
