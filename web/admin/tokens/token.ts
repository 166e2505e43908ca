import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'
import type { RemainingDevices } from '../phones/phone.ts'

/** A token as the list shows it. */
export interface Token {
  readonly token_id: string
  readonly serial: string
  readonly kind: string
  readonly user: { readonly user_id: string; readonly username: string } | null
  readonly phone_id: string | null
  /** Name of an authenticator app that its user added. */
  readonly app_name: string | null
  /** In milliseconds since 1970. */
  readonly expires: number | null
}

/** A token as its page shows it. */
export interface TokenDetails extends Token {
  /** What its user can sign in with besides. */
  readonly remaining: RemainingDevices | null
}

/** The kinds that can be added by hand. */
export const oathKinds: Readonly<Record<string, string>> = {
  'hotp-6': 'HOTP, 6 digits',
  'hotp-8': 'HOTP, 8 digits',
  'totp-6': 'TOTP, 6 digits',
  'totp-8': 'TOTP, 8 digits',
}

export function kindName(kind: string): string {
  return kind === 'yubikey' ? 'YubiKey' : (oathKinds[kind] ?? kind)
}

/** Whether it belongs to the app of a user, so that it can’t be given to another. */
export function isApp({ phone_id, app_name }: Token): boolean {
  return phone_id !== null || app_name !== null
}

/** The token whose page is open; its data is absent until it is loaded. */
export function useShownToken() {
  const { id = '' } = useParams({ strict: false })
  return useView<TokenDetails>(`tokens/${id}`)
}
