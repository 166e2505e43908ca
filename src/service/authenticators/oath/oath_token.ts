import { type Bound, prepared } from '../../store/prepared.ts'
import type { OathParameters } from './oath_code.ts'

/** An HOTP or TOTP token: a hardware token, an authenticator app, or the push app of a phone. */
export interface OathToken extends OathParameters {
  /** `DH…` */
  readonly tokenId: string
  readonly userId: string | null
  /** The phone whose push app shows the codes; `null` for any other token. */
  readonly phoneId: string | null
  readonly serial: string
  /** HOTP: the next counter; TOTP: the last step used. */
  readonly position: number
  readonly drift: number
  /** When its passcodes stop being accepted. */
  readonly expires: number | null
  /** Name of an authenticator app that its user added; `null` for any other token. */
  readonly appName: string | null
  readonly created: number
}

/** A token as it is stored, with its sealed secret. */
export interface OathTokenRow {
  readonly token_id: string
  readonly user_id: string | null
  readonly phone_id: string | null
  readonly serial: string
  readonly kind: string
  readonly digits: number
  readonly algorithm: string
  readonly step_secs: number
  readonly position: number
  readonly drift: number
  readonly resync_position: number | null
  readonly resync_codes: number
  readonly resync_at: number | null
  readonly sealed_secret: string
  readonly expires: number | null
  readonly used: number | null
  readonly app_name: string | null
  readonly created: number
}

/** A statement of each sign-in, which is prepared once for each connection. */
export const tokensOfUser = prepared((db, user: { readonly userId: Bound<string> }) =>
  db
    .selectFrom('oath_tokens')
    .selectAll()
    .where('user_id', '=', user.userId)
    .orderBy('created')
    .orderBy('token_id'),
)

export function toToken(row: OathTokenRow): OathToken {
  return {
    tokenId: row.token_id,
    userId: row.user_id,
    phoneId: row.phone_id,
    serial: row.serial,
    kind: row.kind === 'totp' ? 'totp' : 'hotp',
    digits: row.digits,
    algorithm: row.algorithm === 'SHA256' || row.algorithm === 'SHA512' ? row.algorithm : 'SHA1',
    stepSecs: row.step_secs,
    position: row.position,
    drift: row.drift,
    expires: row.expires,
    appName: row.app_name,
    created: row.created,
  }
}
