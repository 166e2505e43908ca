/** One attempt of a login: which server is asked, and for which time. */
export interface PlannedAttempt<Server> {
  readonly server: Server
  /** From 1. */
  readonly round: number
}

/**
 * Lists the attempts of a login in their order.
 *
 * @param retries Attempts per server after the first one.
 * @param kind `server-major`: all attempts at one server before the next; `round-major`: each server once per round.
 */
export function planAttempts<Server>(
  servers: readonly Server[],
  retries: number,
  kind: 'server-major' | 'round-major',
): PlannedAttempt<Server>[] {
  const rounds = Array.from({ length: retries + 1 }, (_, index) => index + 1)
  return kind === 'server-major'
    ? servers.flatMap((server) => rounds.map((round) => ({ server, round })))
    : rounds.flatMap((round) => servers.map((server) => ({ server, round })))
}
