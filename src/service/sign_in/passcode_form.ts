import { readYubikeyOtp } from '../authenticators/yubikey/yubikey_otp.ts'

/**
 * Whether text can be a passcode at all: bypass and recovery codes, SMS passcodes, OATH codes and
 * verification codes are digits, and a YubiKey types 44 letters of modhex.
 *
 * @param typed Without blanks.
 */
export function isPasscodeForm(typed: string): boolean {
  return /^\d+$/.test(typed) || readYubikeyOtp(typed) !== undefined
}
