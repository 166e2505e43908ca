/** In ms. Below the 7 s that our proxy waits for `check`. */
const lockTimeoutMs = 4_000
const statementTimeoutMs = 15_000

/** Begins a transaction with limits, in one round trip. SET LOCAL also works behind PgBouncer. */
export const limitedBegin = `begin; set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = ${statementTimeoutMs}`
/** Limits all statements of a connection that no pooler shares with others. */
export const limitedSession = `set lock_timeout = ${lockTimeoutMs}; set statement_timeout = ${statementTimeoutMs}`
