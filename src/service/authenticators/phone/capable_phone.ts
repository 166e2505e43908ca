import type { Delivery } from '../../messaging/messaging.ts'
import type { ListedPhone, Phone } from './phones.ts'

/** Names of the factors that go to a phone. */
export type PhoneFactorName = 'push' | 'phone' | 'sms'

export function isPhoneFactorName(name: string): name is PhoneFactorName {
  return name === 'push' || name === 'phone' || name === 'sms'
}

interface Capabilities {
  readonly capabilities: readonly ('auto' | 'push' | 'sms' | 'phone' | 'mobile_otp')[]
}

export interface CapablePhone extends Phone, Capabilities {}

/** Phones in their order, with what each can do in this configuration. */
export function capablePhones<Listed extends ListedPhone>(
  phones: readonly Listed[],
  tokens: readonly { readonly phoneId: string | null }[],
  delivery: Delivery,
): (Listed & Capabilities)[] {
  return phones.map((phone) => {
    const push = phone.pushActivated && delivery.push !== undefined
    const call = delivery.phone !== undefined && phone.number !== ''
    const sms = delivery.sms !== undefined && phone.number !== ''
    const hasToken = tokens.some(({ phoneId }) => phoneId === phone.phoneId)
    return {
      ...phone,
      capabilities: [
        ...(push || call ? (['auto'] as const) : []),
        ...(push ? (['push'] as const) : []),
        ...(sms ? (['sms'] as const) : []),
        ...(call ? (['phone'] as const) : []),
        ...(hasToken ? (['mobile_otp'] as const) : []),
      ],
    }
  })
}

/**
 * Chooses the phone for a factor: the one that `device` names, or the first capable one.
 *
 * @param device `auto`, `DP…`, or the phone's number in the list, from 1 on.
 * @returns `undefined` if the named phone, or every phone, lacks the capability.
 */
export function choosePhone(
  factor: PhoneFactorName,
  device: string | number,
  phones: readonly CapablePhone[],
): CapablePhone | undefined {
  const capable = (phone: CapablePhone): boolean => phone.capabilities.includes(factor)
  if (device === 'auto') return phones.find(capable)
  const named =
    typeof device === 'number'
      ? phones[device - 1]
      : phones.find(({ phoneId }) => phoneId === device)
  return named !== undefined && capable(named) ? named : undefined
}
