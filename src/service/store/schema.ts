import type { Generated } from 'kysely'

/**
 * The tables. Times are milliseconds since 1970, and booleans are 1 and 0, in both databases. Columns
 * named `sealed_…` contain secrets sealed by `Sealing`.
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
  user_names: {
    name: string
    user_id: string
    position: number
    written: string
    /** The key that the name shares with its look-alikes (`foldedUsername`). */
    folded: string
    /** The same key of the name without its domain (`foldedWithoutDomain`). */
    folded_simple: string
    /** 1 for one name of each `folded` key, by a unique index; 0 for the user's others. */
    claims: number
  }
  /** The words by which administrators find users (`searchWords`). */
  user_words: { word: string; user_id: string }
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
    /** HOTP: counter after the last code of an unfinished resynchronisation, and when the code came. */
    resync_position: number | null
    resync_codes: number
    resync_at: number | null
    sealed_secret: string
    created: number
    /** When its passcodes stop being accepted; null for never. */
    expires: number | null
    /** When its last passcode was used. */
    used: Generated<number | null>
  }
  bypass_codes: {
    bypass_code_id: string
    user_id: string
    code_hash: string
    /** Remaining uses; null for unlimited. */
    remaining: number | null
    expires: number | null
    created: number
    created_by: string
  }
  integrations: {
    ikey: string
    name: string
    /** The name in the form in which it is compared; unique. */
    name_key: Generated<string | null>
    type: string
    sealed_skey: string
    username_normalization: string
    signature_v1: Generated<number>
    enabled: number
    created: number
  }
  policies: {
    policy_key: string
    name: string
    name_key: string | null
    /** The sections that the policy sets, as JSON. */
    sections: string
    /** 1 for the global policy, of which there is at most one. */
    is_global: number
    created: number
  }
  application_policies: {
    ikey: string
    policy_key: string
  }
  group_policies: {
    ikey: string
    policy_key: string
    group_id: string
    /** Place in the stack of the application; the lowest decides. */
    position: number
  }
  failed_attempts: {
    user_id: string
    ikey: string
    source: string
    consecutive: number
    last_wrong: string
    /** When that guess was counted. */
    last_wrong_at: Generated<number>
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
    phone_id: string | null
    application: string
    username: string
    ipaddr: string
    hostname: string
    /** JSON: details that the application asked to show. */
    details: string
    /** `enter`: the code is typed into the app; `show`: the app shows it. */
    code_kind: string | null
    code: string | null
    code_tries: number
    /** How often a caller was answered that it still waits. */
    waiting_replies: number
    /** When it was last written to; nodes that poll search by it. */
    changed: number
    /** The `txid` of the first of several requests that a client sent for one sign-in. */
    repeat_of: Generated<string | null>
  }
  activation_codes: {
    code_hash: string
    user_id: string
    /** The phone to activate; `null` if the activation creates one. */
    phone_id: string | null
    /** The invitation whose browser requested the code; `null` for other codes. */
    invitation_hash: string | null
    created: number
    expires: number
    used: number | null
  }
  /** Phones that answer pushes, each with its own key. */
  push_devices: {
    phone_id: string
    /** SubjectPublicKeyInfo in base64url: P-256. */
    public_key: string
    user_agent: string
    activated: number
    seen: number | null
    /** JSON of the browser's PushSubscription. */
    subscription: string | null
  }
  /** YubiKeys in their AES mode. Counters are those of the last passcode that was used. */
  yubikeys: {
    token_id: string
    user_id: string | null
    serial: string
    /** In modhex. */
    public_id: string
    /** JSON of the private identity and the AES key, in hex. */
    sealed_key: string
    session_counter: number
    use_counter: number
    created: number
    /** When its last passcode was used. */
    used: Generated<number | null>
  }
  webauthn_credentials: {
    credential_id: string
    webauthn_id: string
    user_id: string
    public_key: string
    counter: number
    transports: string
    name: string
    created: number
    used: number | null
  }
  /** The latest batch of each phone. */
  sms_passcodes: {
    phone_id: string
    position: number
    user_id: string
    code_hash: string
    first_digit: string
    /** 1 if a call spoke it. */
    spoken: Generated<number>
    created: number
    expires: number | null
    used: number | null
  }
  /** Codes that preauth gave a client to show, until auth asks for the push. */
  verification_codes: {
    txid: string
    user_id: string
    ikey: string
    code: string
    expires: number
  }
  /** Links into the enrolment portal. */
  portal_codes: {
    code_hash: string
    /** The name of the invited person, who may not be a user yet. */
    username: string
    user_id: string | null
    ikey: string | null
    created: number
    created_by: string
    expires: number
    /** The session that opened it. */
    session_hash: Generated<string | null>
    /** 1 if the user was created for this link, and is deleted if the link is never used up. */
    made_user: Generated<number>
    used: number | null
  }
  portal_sessions: {
    token_hash: string
    kind: string
    username: string
    user_id: string | null
    /** The invitation that opened it. */
    code_hash: Generated<string | null>
    address: string
    challenge: string | null
    /** The transaction that a sign-in waits for, the code that it shows, and when it began to wait. */
    txid: Generated<string | null>
    shown_code: Generated<string | null>
    asked: Generated<number | null>
    created: number
    seen: number
    expires: number
  }
  /** Codes sent to the numbers that users add, to verify them. */
  number_checks: {
    check_id: string
    session_hash: string
    username: string
    number: string
    name: string
    code_hash: string
    tries: number
    created: number
    expires: number
    used: number | null
  }
  telephony_log: {
    id: Generated<number>
    timestamp: number
    type: string
    context: string
    number: string
    user_id: string | null
    txid: string | null
    provider: string
    result: string
    detail: string
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
    /** The `txid` of the first of several requests that a client sent for one sign-in. */
    repeat_of: Generated<string | null>
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
