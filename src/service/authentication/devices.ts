import type { Capability, Device } from '../../duo/index.ts'
import type { Phone } from '../directory/phones.ts'
import type { Token } from '../directory/tokens.ts'
import type { DeviceFactor } from '../factor/device_factor.ts'

/** A phone, and what it can do with what is set up here. */
export interface CapablePhone {
  readonly phone: Phone
  readonly capabilities: readonly Capability[]
}

/** The user's phones in their order, which is what numbers count. */
export function capablePhones(
  phones: readonly Phone[],
  tokens: readonly Token[],
  factors: readonly DeviceFactor[],
): CapablePhone[] {
  return phones.map((phone) => {
    const offered = factors.filter((factor) => factor.offers(phone)).map(({ name }) => name)
    const generates = tokens.some(({ phoneId }) => phoneId === phone.phoneId)
    const auto = offered.includes('push') || offered.includes('phone')
    const order = ['push', 'sms', 'phone'] as const
    return {
      phone,
      capabilities: [
        ...(auto ? ['auto' as const] : []),
        ...order.filter((name) => offered.includes(name)),
        ...(generates ? ['mobile_otp' as const] : []),
      ],
    }
  })
}

/** The devices as preauth lists them (duo.com/docs/authapi): phones, then hardware tokens. */
export function deviceList(phones: readonly CapablePhone[], tokens: readonly Token[]): Device[] {
  return [
    ...phones.map(({ phone, capabilities }) => ({
      device: phone.phoneId,
      type: 'phone' as const,
      name: phone.name,
      number: maskedNumber(phone.number),
      display_name: displayName(phone),
      capabilities,
    })),
    ...tokens
      .filter(({ phoneId }) => phoneId === null)
      .map(({ tokenId, serial }) => ({ device: tokenId, type: 'token' as const, name: serial })),
  ]
}

/** `Work (XXX-XXX-4788)`, or without a number only what it is called. */
export function displayName({ name, platform, number }: Phone): string {
  const called = name === '' ? (platform === '' ? 'Phone' : platform) : name
  return number === '' ? called : `${called} (${maskedNumber(number)})`
}

/** All but the last four digits hidden. */
export function maskedNumber(number: string): string {
  return number === '' ? '' : `XXX-XXX-${number.slice(-4)}`
}

export type DeviceChoice = {
  readonly phone: Phone
  readonly factor: DeviceFactor
}

/** A factor by name, or `auto`: push before a call. */
export type AskedFactor = 'auto' | 'push' | 'phone' | 'sms'

/**
 * Finds the phone for a factor.
 *
 * @param which Its identifier, its number, or `auto` for the first that can.
 * @returns `undefined` where there is none that can.
 */
export function chooseDevice(
  asked: AskedFactor,
  which: string | number,
  phones: readonly Phone[],
  factors: readonly DeviceFactor[],
): DeviceChoice | undefined {
  const candidates =
    which === 'auto'
      ? phones
      : phones.filter(({ phoneId }, index) => phoneId === which || index + 1 === which)
  const names = asked === 'auto' ? (['push', 'phone'] as const) : [asked]
  for (const name of names) {
    const factor = factors.find((candidate) => candidate.name === name)
    if (factor === undefined) continue
    const phone = candidates.find((candidate) => factor.offers(candidate))
    if (phone !== undefined) return { phone, factor }
  }
  return undefined
}
