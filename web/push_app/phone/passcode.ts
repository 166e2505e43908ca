import type { Phone } from './phone_store.ts'

/** Computes the TOTP passcode for a time (RFC 6238). */
export async function passcodeAt(phone: Phone, now: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(Math.floor(now / 1000 / phone.oathStepSecs)))
  const mac = new DataView(await crypto.subtle.sign('HMAC', phone.oathKey, counter.buffer))
  // RFC 4226 §5.3
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf
  const number = (mac.getUint32(offset) & 0x7fffffff) % 10 ** phone.oathDigits
  return String(number).padStart(phone.oathDigits, '0')
}

/** Time until the passcode changes. */
export function remainingMs(phone: Phone, now: number): number {
  const stepMs = phone.oathStepSecs * 1000
  return stepMs - (now % stepMs)
}
