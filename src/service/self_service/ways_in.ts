/** How a device lets its user in at a login. */
export type WayIn = 'push' | 'phone' | 'sms' | 'passcode'

/** All that somebody can sign in with. */
export interface WaysIn {
  /** Phones and tokens; one that no way leads to, as a number without SMS, lets nobody in. */
  readonly devices: readonly { readonly id: string; readonly ways: readonly WayIn[] }[]
  /** They open the portal, and no login that asks over RADIUS. */
  readonly passkeys: readonly string[]
}

/**
 * Whether a device or passkey may go without shutting its user out: the last device that lets him in
 * stays, and the last passkey of somebody who has nothing else. Recovery codes do not count: they
 * come to an end.
 */
export function mayRemove({ devices, passkeys }: WaysIn, id: string): boolean {
  const usable = devices.filter(({ ways }) => ways.length > 0)
  if (passkeys.includes(id)) return usable.length > 0 || passkeys.length > 1
  if (usable.every((device) => device.id !== id)) return true
  return usable.length > 1
}
