import type { Device } from '../../duo/index.ts'
import type { OathToken } from '../authenticators/oath/oath_token.ts'
import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'
import { displayName, maskedNumber } from '../authenticators/phone/phone_label.ts'
import type { Yubikey } from '../authenticators/yubikey/yubikeys.ts'

/**
 * Lists devices for preauth (duo.com/docs/authapi, /preauth): phones in their order, then
 * tokens.
 *
 * @param nextDigits First digit of the next SMS passcode, by phone.
 */
export function deviceList(
  phones: readonly CapablePhone[],
  tokens: readonly (OathToken | Yubikey)[],
  nextDigits: ReadonlyMap<string, string>,
): Device[] {
  return [
    ...phones.map((phone) => ({
      device: phone.phoneId,
      type: 'phone' as const,
      name: phone.name,
      number: maskedNumber(phone.number),
      display_name: displayName(phone),
      capabilities: phone.capabilities,
      ...nextCode(phone, nextDigits),
    })),
    ...tokens.map(({ tokenId, serial }) => ({
      device: tokenId,
      type: 'token' as const,
      name: serial,
    })),
  ]
}

function nextCode(
  { phoneId }: CapablePhone,
  nextDigits: ReadonlyMap<string, string>,
): Pick<Device, 'sms_nextcode'> {
  const digit = nextDigits.get(phoneId)
  return digit === undefined ? {} : { sms_nextcode: digit }
}
