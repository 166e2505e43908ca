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
    firstname: Generated<string>
    lastname: Generated<string>
    notes: Generated<string>
    /** The identifier of the user in another system. */
    external_id: Generated<string | null>
    /** Since when, until when and by which administrator the status is `bypass`; null for no end. */
    bypass_since: Generated<number | null>
    bypass_until: Generated<number | null>
    bypass_by: Generated<string | null>
    /** When the user was put into the trash, and by which administrator. */
    trashed: Generated<number | null>
    trashed_by: Generated<string | null>
    /** Phones, OATH tokens and YubiKeys of the user; triggers keep it. */
    devices: Generated<number>
    /** When the user first had a device; triggers keep it. */
    first_enrolled: Generated<number | null>
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
    /** Null until the phone is attached to a user. */
    user_id: string | null
    position: number
    number: string
    name: string
    platform: string
    created: number
    /** `mobile`, `landline` or empty for an unknown one. */
    type: Generated<string>
    extension: Generated<string>
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
    /** Name of an authenticator app that its user added; null for any other token. */
    app_name: Generated<string | null>
    /** When it was assigned to its user; null for a token that was created with its user. */
    assigned: Generated<number | null>
    /** Finds a secret that is listed under two serials; null for tokens from before it was kept. */
    secret_hash: Generated<string | null>
  }
  bypass_codes: {
    bypass_code_id: string
    user_id: string
    /** `bypass` or `recovery`. */
    kind: Generated<string>
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
    /** `ALL_USERS`, `PERMITTED_GROUPS` (those of `permitted_groups`) or `NO_USERS`. */
    user_access: Generated<string>
    notes: Generated<string>
    /** The entry of the catalogue that it was created from; may be empty. */
    product: Generated<string>
    /** Networks from which an Admin API application is accepted, as a JSON array; an empty one accepts all. */
    networks_for_api_access: Generated<string>
    /** The `adminapi_…` permissions that an Admin API application has, as a JSON array. */
    adminapi_permissions: Generated<string>
    /** What the configuration of its client contains besides keys and secrets, as a JSON object. */
    client_setup: Generated<string>
    /** The secret that the authentication proxy shares with the RADIUS clients of the application. */
    sealed_radius_secret: Generated<string | null>
    skey_created: Generated<number | null>
    /** CHAP or MS-CHAP, if the application was seen to prove what users type. */
    proof_protocol: Generated<string | null>
    proof_seen: Generated<number | null>
  }
  /** Groups whose members may use an application with `user_access` `PERMITTED_GROUPS`. */
  permitted_groups: { ikey: string; group_id: string }
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
    /** When the RADIUS request that opened it reached its proxy; `null` if no proxy said it. */
    requested: Generated<number | null>
    /** How much earlier it may have reached it, because the proxy could not run. */
    unread_ms: Generated<number>
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
    /** The schedule by which its client retries with new requests that join it; `null` if none may. */
    retry_timeout_ms: Generated<number | null>
    retry_attempts: Generated<number | null>
    /** 1 once two requests competed to join it. */
    retries_closed: Generated<number>
    /** When it was approved, if the approval waits for a request that it lets in. */
    approved: Generated<number | null>
    /** The only request that the approval let in; `null` if all callers get the same outcome. */
    accepted_request: Generated<string | null>
  }
  /** RADIUS requests, as proxies name them in `auth`. */
  joined_requests: {
    request_id: string
    ikey: string
    /** `request_fingerprint`; `null` if the caller sent none. */
    fingerprint: string | null
    /** Hash of the user and the factor or passcode that was asked for. */
    asked: string
    /** The transaction that decides it; `null` if it ended without one. */
    txid: string | null
    /** How it ended, if it ended without a transaction. */
    kind: string | null
    result: string | null
    status: string | null
    status_msg: string | null
    /** When it is forgotten. */
    expires: number
    /** Its number in the schedule of retries; 0 for the first one. */
    slot: Generated<number>
    /** When its newest transmission reached a proxy. */
    arrived: Generated<number>
    /** 1 if it surely belongs to the login of the transaction. */
    proven: Generated<number>
    /** 1 if another request competed for its slot. */
    detached: Generated<number>
    /** The call that waits for the outcome; `null` once its proxy has hung up. */
    listener: string | null
    /** When its call returned a denial. */
    denied: Generated<number | null>
    /** Address of the RADIUS client; empty if unknown. */
    radius_source: Generated<string>
  }
  approval_times: {
    txid: string
    ikey: string
    /** Milliseconds since 1970. */
    approved: number
    /** From the request to its approval. */
    elapsed_ms: number
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
    /** When it was assigned to its user; null for a token that was created with its user. */
    assigned: Generated<number | null>
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
    /** `null` in rows from before codes were sealed. */
    sealed_code: Generated<string | null>
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
    /** When it was first opened in a browser. */
    opened: Generated<number | null>
    /** When the first mail of the invitation was sent, and to which address; reminders keep both. */
    sent: Generated<number | null>
    email: Generated<string>
    /** When a newer link took its place, or an administrator revoked it. */
    replaced: Generated<number | null>
    /** 1 if an administrator revoked it. */
    revoked: Generated<number>
    /** Reminders so far, and when the last one was sent. */
    reminders: Generated<number>
    reminded: Generated<number | null>
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
  /** Administrators. Their accounts and factors are separate from those of users. */
  administrators: {
    admin_id: string
    email: string
    /** The address in the form in which it is compared; unique. */
    email_key: string
    name: string
    phone: Generated<string>
    /** The name of a role. */
    role: string
    status: string
    /** `$argon2id$…`; null until the first password is set. */
    password_hash: string | null
    password_changed: number | null
    /** Until when a first factor can be added with the password alone; null for never. */
    enrol_until: number | null
    created: number
    last_login: number | null
    /** The sign-in before the last one. */
    previous_login: Generated<number | null>
    /** When a password or a factor was last refused. */
    last_failed: Generated<number | null>
    /** Refused tries since the last sign-in, and between the last two. */
    failed_since_login: Generated<number>
    failed_before_login: Generated<number>
  }
  /** Second factors of administrators: TOTP secrets, passkeys and phones. */
  administrator_factors: {
    factor_id: string
    admin_id: string
    kind: string
    name: string
    /** TOTP only. */
    sealed_secret: string | null
    /** TOTP: the last step that was used. Passkeys: the signature counter. */
    position: Generated<number>
    /** Passkeys: the WebAuthn credential id. Phones: the phone id. */
    external_id: string | null
    /** Passkeys: COSE. Phones: SubjectPublicKeyInfo of the app. Both in base64url. */
    public_key: string | null
    transports: Generated<string>
    created: number
    used: number | null
  }
  administrator_sessions: {
    token_hash: string
    /** The name of the session in lists; does not open it. */
    session_id: string
    admin_id: string
    state: string
    /** The networks that a factor was proved from, separated by spaces. */
    addresses: string
    user_agent: string
    challenge: string | null
    /** The TOTP secret of an enrolment that is not confirmed yet. */
    sealed_secret: string | null
    /** The transaction of the push that the session waits for. */
    push_txid: string | null
    /** The public key of the phone that the push was sent to. */
    push_key: string | null
    /** When a factor was last proved. */
    stepped_up: number | null
    created: number
    seen: number
    expires: number
    /** Null until the session is ended; one that expires is not. */
    ended: Generated<number | null>
    end_reason: Generated<string>
    /** The administrator who ended it. */
    ended_by: Generated<string>
  }
  /** Browsers in which an administrator has signed in before. */
  administrator_browsers: { token_hash: string; admin_id: string; seen: number }
  /** One-time links: first owner, activation, and resets. */
  administrator_links: {
    code_hash: string
    kind: string
    admin_id: string | null
    created: number
    created_by: string
    expires: number
    used: number | null
  }
  /** Secrets of authenticator apps that no code has confirmed yet, by session. */
  authenticator_setups: {
    token_hash: string
    sealed_secret: string
    tries: number
    expires: number
  }
  /** Acts that wait for a second person, and those that were decided lately. */
  approvals: {
    approval_id: string
    act: string
    summary: string
    /** Separated by spaces. */
    permits: string
    admin_id: string
    email: string
    state: string
    sealed_input: string | null
    sealed_result: string | null
    created: number
    expires: number
    decided: number | null
    decided_by: string | null
    reason: string
  }
  /** Roles that are composed of single permits. */
  administrator_roles: {
    role_id: string
    name: string
    name_key: string
    permits: string
    created: number
  }
  /** How much of what is limited per hour each administrator did. */
  administrator_counts: { admin_id: string; cap: string; hour: number; count: number }
  /** Long work that administrators started, such as imports. */
  jobs: {
    job_id: string
    admin_id: string
    kind: string
    state: string
    total: number
    done: number
    created: number
    /** When the work last reported that it goes on. */
    updated: number
    /** JSON. */
    result: string | null
    error: string
    file_name: string
    file: string | null
  }
  /** Authentication proxies that report; times are those of the service. */
  proxies: {
    proxy_id: string
    host: string
    version: string
    platform: string
    address: string
    started: number
    first_seen: number
    last_seen: number
  }
  /** The last report of each proxy for each application that it serves, as JSON. */
  proxy_reports: { proxy_id: string; ikey: string; received: number; report: string }
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
    /** Authenticates the line (`LogKey.sign`). */
    mac: Generated<string>
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
    /** The step of the decision that ended the sign-in; empty if a factor did. */
    decided_by: Generated<string>
    /** The policy that the step evaluated. */
    policy_key: Generated<string>
    mac: Generated<string>
  }
  administrator_log: {
    id: Generated<number>
    timestamp: number
    actor: string
    /** The administrator's identifier, if they have one. */
    actor_id: Generated<string>
    /** The network address that the administrator acted from. */
    address: Generated<string>
    action: string
    object: string
    object_kind: Generated<string>
    object_id: Generated<string>
    /** The user that the change concerns, such as the holder of a phone. */
    user_id: Generated<string | null>
    description: string
    /** JSON: by field, its old and new value. */
    changes: Generated<string>
    mac: Generated<string>
  }
  /** Lines that are not chained yet; triggers add every new line. */
  log_queue: { log: string; row_id: number }
  /** Lines that were chained together. */
  log_seals: {
    log: string
    /** The node that chained them. */
    node: string
    /** Counts up in each chain, without gaps. */
    seq: number
    /** The ids of the lines, as in `7-9,12`. */
    ids: string
    lines: number
    /** The latest time of a line. */
    newest: number
    /** Covers the lines and the hash before. */
    hash: string
  }
  /** Where each chain begins, after retention has deleted older lines, and ends. */
  log_chains: {
    log: string
    node: string
    base_seq: number
    base_hash: string
    head_seq: number
    head_hash: string
    mac: string
  }
  /** The number of sign-ins by hour. */
  authentication_hours: {
    /** When the hour begins. */
    hour: number
    ikey: string
    factor: string
    result: string
    reason: string
    count: number
  }
}
