import type { Delivery } from '../../messaging/messaging.ts'
import type { Token } from '../oath/oath_tokens.ts'
import type { Phone } from './phones.ts'

/** The factors that go to a phone. */
export type PhoneFactor = 'push' | 'phone' | 'sms'

export interface CapablePhone extends Phone {
  readonly capabilities: readonly ('auto' | 'push' | 'sms' | 'phone' | 'mobile_otp')[]
}

/** A user's phones, in their order, with what each can do by the ways that are configured. */
export function capablePhones(
  phones: readonly Phone[],
  tokens: readonly Token[],
  delivery: Delivery,
): CapablePhone[] {
  return phones.map((phone) => {
    const push = phone.pushActivated && delivery.push !== undefined
    const call = delivery.phone !== undefined && phone.number !== ''
    const sms = delivery.sms !== undefined && phone.number !== ''
    const generator = tokens.some(({ phoneId }) => phoneId === phone.phoneId)
    return {
      ...phone,
      capabilities: [
        ...(push || call ? (['auto'] as const) : []),
        ...(push ? (['push'] as const) : []),
        ...(sms ? (['sms'] as const) : []),
        ...(call ? (['phone'] as const) : []),
        ...(generator ? (['mobile_otp'] as const) : []),
      ],
    }
  })
}

/**
 * The phone for a factor: the one that `device` names, by its id or by its number in the list, or
 * the first that can do it.
 *
 * @param device `auto`, `DP…`, or a number from 1 on.
 * @returns `undefined` where no phone is meant that can do it.
 */
export function phoneFor(
  factor: PhoneFactor,
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
