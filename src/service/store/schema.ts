import type { Generated } from 'kysely'

/**
 * The tables. Moments are milliseconds since 1970, yes and no are 1 and 0: both databases hold them
 * alike. Columns named `sealed_…` hold what `Sealing` made.
 */
export interface Schema {
  settings: { name: string; value: string }
  users: {
    user_id: string
    username: string
    realname: string
    email: string
    status: string
    created: number
    last_login: number | null
  }
  /** Every name a user goes by, in lower case: unique over user names and aliases together. */
  user_names: { name: string; user_id: string; position: number; written: string }
  groups: { group_id: string; name: string; status: string; description: string }
  group_members: { group_id: string; user_id: string }
  phones: {
    phone_id: string
    user_id: string
    position: number
    number: string
    name: string
    platform: string
    created: number
  }
  /** Hardware tokens, and the passcode generators of phones (`phone_id`). */
  oath_tokens: {
    token_id: string
    user_id: string | null
    phone_id: string | null
    serial: string
    kind: string
    digits: number
    algorithm: string
    step_secs: number
    /** HOTP: the next counter that may be used. TOTP: the last step that was used. */
    position: number
    /** TOTP: steps by which the token's clock was ahead at its last use. */
    drift: number
    /** HOTP: counter behind the last code of an unfinished resynchronisation, and when it came. */
    resync_position: number | null
    resync_codes: number
    resync_at: number | null
    sealed_secret: string
    created: number
  }
  bypass_codes: {
    bypass_code_id: string
    user_id: string
    code_hash: string
    /** Uses that are left; null for unlimited. */
    remaining: number | null
    expires: number | null
    created: number
    created_by: string
  }
  integrations: {
    ikey: string
    name: string
    type: string
    sealed_skey: string
    new_user_policy: string
    username_normalization: string
    enabled: number
    created: number
  }
  failed_attempts: {
    user_id: string
    ikey: string
    source: string
    consecutive: number
    last_wrong: string
    locked_until: number
    locks: number
    updated: number
  }
  transactions: {
    txid: string
    ikey: string
    user_id: string | null
    factor: string
    result: string
    status: string
    status_msg: string
    opened: number
    expires: number
    settled: number | null
  }
  activation_codes: {
    code_hash: string
    user_id: string
    created: number
    expires: number
    used: number | null
  }
  authentication_log: {
    id: Generated<number>
    timestamp: number
    txid: string | null
    user_id: string | null
    username: string
    ikey: string
    application: string
    factor: string
    result: string
    reason: string
    ipaddr: string
    hostname: string
    device: string
  }
  administrator_log: {
    id: Generated<number>
    timestamp: number
    actor: string
    action: string
    object: string
    description: string
  }
}
