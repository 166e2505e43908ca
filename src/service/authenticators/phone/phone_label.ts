import type { Phone } from './phones.ts'

/** Masks all but the last four digits. */
export function maskedNumber(number: string): string {
  return number === '' ? '' : `XXX-XXX-${number.slice(-4)}`
}

/** The label of a phone in lists: its name, its platform or "Phone", and the masked number. */
export function displayName({
  name,
  platform,
  number,
}: Pick<Phone, 'name' | 'platform' | 'number'>): string {
  const label = name === '' ? platform : name
  const masked = maskedNumber(number)
  if (masked === '') return label === '' ? 'Phone' : label
  return label === '' ? masked : `${label} (${masked})`
}
