import { wrongRecord } from './token_file_error.ts'
import { findChild, type XmlElement } from './xml.ts'

const known = ['StartDate', 'ExpiryDate', 'PINPolicy', 'KeyUsage', 'NumberOfTransactions']

/**
 * Checks a key's policy (RFC 6030 §5). Policies that can't be enforced are refused, as §5 requires,
 * including unknown elements.
 *
 * @returns When the key expires.
 */
export function keyPolicy(
  device: XmlElement | undefined,
  policy: XmlElement | undefined,
  now: number,
): { readonly expires: number | undefined } {
  const elements = policy?.children ?? []
  if (elements.some(({ name }) => !known.includes(name))) {
    throw wrongRecord('its Policy has an unknown element, which forbids all use')
  }
  const usages = elements.filter(({ name }) => name === 'KeyUsage')
  if (usages.length > 0 && !usages.some(({ text }) => text === 'OTP')) {
    throw wrongRecord('its KeyUsage is not OTP')
  }
  const pin = findChild(policy, 'PINPolicy')?.attributes.get('PINUsageMode') ?? 'Local'
  if (pin !== 'Local') {
    throw wrongRecord('the server would have to check its PIN')
  }
  if (findChild(policy, 'NumberOfTransactions') !== undefined) {
    throw wrongRecord('its NumberOfTransactions is not supported')
  }
  const starts = dates('StartDate', device, policy)
  const ends = dates('ExpiryDate', device, policy)
  const start = starts.length === 0 ? undefined : Math.max(...starts)
  const expires = ends.length === 0 ? undefined : Math.min(...ends)
  if (start !== undefined && start > now) {
    throw wrongRecord(`it is not valid before ${day(start)}; import it then`)
  }
  if (expires !== undefined && expires <= now) throw wrongRecord(`it expired on ${day(expires)}`)
  return { expires }
}

function dates(name: string, ...elements: readonly (XmlElement | undefined)[]): number[] {
  return elements
    .flatMap((element) => findChild(element, name) ?? [])
    .map(({ text }) => {
      const zoned = /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`
      const moment = Date.parse(zoned)
      if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(moment)) return moment
      throw wrongRecord(`its ${name} is not a date like 2027-12-31T00:00:00Z`)
    })
}

function day(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10)
}
