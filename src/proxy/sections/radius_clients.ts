import {
  AddressError,
  type AddressRange,
  parseAddresses,
} from '../../radius/udp/client_addresses.ts'
import type {
  MessageAuthenticatorPolicy,
  RadiusClientEntry,
} from '../../radius/udp/radius_client.ts'
import type { Report } from './problem.ts'
import { type OpenSealed, readSecret } from './secret_setting.ts'
import type { Section, Setting } from './section.ts'
import type { SectionValues } from './section_values.ts'

const shortSecret = 12
/** As our page and the vendor's documentation write it, for everyone to read. */
const documentedSecret = /^(24-random-characters-or-more|(thisisa)?radiussecret\d*)$/i

/** Who may ask a server section: each `radius_ip_N` with its `radius_secret_N`, in their order. */
export function readRadiusClients(
  section: Section,
  values: SectionValues,
  open: OpenSealed,
  report: Report,
): RadiusClientEntry[] {
  const addresses = readSettings(section, 'radius_ip')
  const secrets = readSettings(section, 'radius_secret')
  reportLonely(section, addresses, report)
  reportRepeated(addresses, report)
  reportContradiction(values, report)
  if (addresses.length === 0) {
    report('error', section.line, `[${section.name}] has no radius_ip_1; nobody could ask it`)
  }
  return addresses.flatMap(({ entry, number }) => {
    const found = secrets.find((candidate) => candidate.number === number)
    if (found === undefined) {
      report(
        'error',
        entry.line,
        `radius_secret_${number} is missing; every radius_ip_N needs its radius_secret_N`,
      )
      return []
    }
    const secret = readSecret(section, 'radius_secret', number, open, report)
    if (secret === undefined) return []
    if (documentedSecret.test(secret.reveal())) {
      const message = `radius_secret_${number} is the documentation's placeholder, which everyone knows; use 24 random characters or more`
      report('error', found.entry.line, message)
    } else if (secret.reveal().length <= shortSecret) {
      const message = `radius_secret_${number} is short; use 24 random characters or more`
      report('warning', found.entry.line, message)
    }
    return [
      {
        name: `radius_ip_${number}`,
        addresses: entry.value,
        secret,
        messageAuthenticator: authenticatorPolicy(values, number),
        messageAuthenticatorInReplies:
          values.boolean('message_authenticator_in_replies', number) ?? true,
      },
    ]
  })
}

function readSettings(section: Section, key: string): Setting[] {
  return section.settings
    .filter(({ option }) => option.key === key)
    .toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0))
}

/** What is numbered as a client that there is none of. */
function reportLonely(section: Section, addresses: readonly Setting[], report: Report): void {
  const has = (number: number | undefined): boolean =>
    addresses.some((address) => address.number === number)
  for (const { entry, number, option } of section.settings) {
    if (number === undefined || has(number)) continue
    if (option.key === 'radius_secret') {
      const message = `radius_ip_${number} is missing; every radius_secret_N needs its radius_ip_N`
      report('error', entry.line, message)
    } else if (option.key.startsWith('message_authenticator')) {
      const message = `${entry.key} has no effect, since there is no radius_ip_${number}; add it, or correct the number`
      report('warning', entry.line, message)
    }
  }
}

function reportRepeated(addresses: readonly Setting[], report: Report): void {
  const seen: { readonly range: AddressRange; readonly number: number | undefined }[] = []
  for (const { entry, number } of addresses) {
    const range = parseRange(entry.value)
    if (range === undefined) continue
    const before = seen.find(
      (other) => other.range.first === range.first && other.range.last === range.last,
    )
    if (before === undefined) seen.push({ range, number })
    else {
      report(
        'warning',
        entry.line,
        `${entry.value} is radius_ip_${before.number} already, which counts; remove this one`,
      )
    }
  }
}

/** `undefined` for a value that is reported as wrong elsewhere. */
export function parseRange(text: string): AddressRange | undefined {
  try {
    return parseAddresses(text)
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    return undefined
  }
}

function reportContradiction(values: SectionValues, report: Report): void {
  const policy = values.text('message_authenticator')?.toLowerCase()
  const forced = values.boolean('force_message_authenticator')
  if (forced !== true || policy === undefined || policy === 'required') return
  report(
    'error',
    values.line('message_authenticator'),
    `force_message_authenticator=true and message_authenticator=${policy} contradict each other; remove one of them`,
  )
}

/** What is said of this client counts more than what is said of all. */
function authenticatorPolicy(
  values: SectionValues,
  number: number | undefined,
): MessageAuthenticatorPolicy {
  const forced = values.boolean('force_message_authenticator') === true
  const policy =
    values.own('message_authenticator', number) ??
    (forced ? 'required' : values.text('message_authenticator'))
  switch (policy?.toLowerCase()) {
    case 'required':
      return 'required'
    case 'off':
      return 'off'
    default:
      return 'auto'
  }
}
