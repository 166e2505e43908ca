import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'

/** A phone as the list shows it. Times are in milliseconds since 1970. */
export interface Phone {
  readonly phone_id: string
  readonly number: string
  readonly extension: string
  readonly name: string
  readonly type: string
  readonly platform: string
  readonly activated: boolean
  /** When its app last called. */
  readonly seen: number | null
  readonly user: { readonly user_id: string; readonly username: string } | null
  readonly created: number
}

type Capability = 'push' | 'phone' | 'sms' | 'mobile_otp'

/** A phone as its page shows it. */
export interface PhoneDetails extends Phone {
  /** Its place in the list of its user, from 1. */
  readonly position: number | null
  readonly capabilities: readonly Capability[]
  readonly app: { readonly activated: number; readonly wakes: boolean } | null
  /** What its user can sign in with besides. */
  readonly remaining: RemainingDevices | null
}

export interface RemainingDevices {
  readonly phones: number
  readonly tokens: number
  readonly passkeys: number
}

export const capabilityWords: Readonly<Record<Capability, string>> = {
  push: 'Push',
  phone: 'Calls',
  sms: 'SMS passcodes',
  mobile_otp: 'Passcodes of the app',
}

/** The platforms that an administrator can set; the app writes its own. */
export const platformWords: Readonly<Record<string, string>> = {
  '': 'Unknown',
  'apple ios': 'iOS',
  'google android': 'Android',
  'windows phone': 'Windows Phone',
  'generic smartphone': 'Smartphone',
}

export const typeWords: Readonly<Record<string, string>> = {
  '': 'Unknown',
  mobile: 'Mobile phone',
  landline: 'Landline',
}

export function platformName(platform: string): string {
  return platformWords[platform.toLowerCase()] ?? platform
}

/** `+12025550143, extension 12` */
export function numberText({ number, extension }: Pick<Phone, 'number' | 'extension'>): string {
  return extension === '' ? number : `${number}, extension ${extension}`
}

/** The phone whose page is open; its data is absent until it is loaded. */
export function useShownPhone() {
  const { id = '' } = useParams({ strict: false })
  return useView<PhoneDetails>(`phones/${id}`)
}

/** What the user of a removed device can do afterwards, as a sentence. */
export function remainingText(username: string, { phones, tokens, passkeys }: RemainingDevices) {
  const kept = [
    [phones, 'phone', 'phones'] as const,
    [tokens, 'token', 'tokens'] as const,
    [passkeys, 'passkey', 'passkeys'] as const,
  ].flatMap(([count, one, many]) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]))
  return kept.length === 0
    ? `${username} has no other device, and can’t sign in until they have a new one.`
    : `${username} keeps ${new Intl.ListFormat('en').format(kept)}.`
}
