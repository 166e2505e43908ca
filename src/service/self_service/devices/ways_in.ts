/** How a device can be used at a login. */
export type WayIn = 'push' | 'phone' | 'sms' | 'passcode'

/** The devices and passkeys of a user. */
export interface WaysIn {
  /** Phones and tokens. One without any way in can't be used at a login. */
  readonly devices: readonly { readonly id: string; readonly ways: readonly WayIn[] }[]
  /** For the portal only; logins over RADIUS can't use them. */
  readonly passkeys: readonly string[]
}

/**
 * Whether a device or passkey can be removed without locking its user out. The last device with a way
 * in can't be removed, nor the last passkey of a user without such a device. Recovery codes do not
 * count, because they run out.
 */
export function mayRemove({ devices, passkeys }: WaysIn, id: string): boolean {
  const usable = devices.filter(({ ways }) => ways.length > 0)
  if (passkeys.includes(id)) return usable.length > 0 || passkeys.length > 1
  if (usable.every((device) => device.id !== id)) return true
  return usable.length > 1
}
