/** In ms. Below the 7 s that our proxy waits for `check`. */
const lockTimeoutMs = 4_000
const statementTimeoutMs = 15_000
/** The locks of a node that vanishes in the middle of a transaction are free after this. */
const idleTimeoutMs = 5_000
/** How soon PostgreSQL gives up a connection to a node that vanishes. */
const keepAlive =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'

/** Begins a transaction with limits, in one round trip. SET LOCAL also works behind PgBouncer. */
export const limitedBegin = `begin; set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = ${statementTimeoutMs}; set local idle_in_transaction_session_timeout = ${idleTimeoutMs}`
/** Limits all statements of a connection that no pooler shares with others. */
export const limitedSession = `set lock_timeout = ${lockTimeoutMs}; set statement_timeout = ${statementTimeoutMs}; set idle_in_transaction_session_timeout = ${idleTimeoutMs}; ${keepAlive}`
