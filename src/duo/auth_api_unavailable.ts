/**
 * Why a call has no answer:
 *
 * - `dns`, `connect`, `tls`, `proxy`: there was no connection to the API;
 * - `timeout`, `reset`: there was a connection, and no answer or only part of one came;
 * - `http_5xx`: the API answered that it can't decide;
 * - `gateway`: a proxy in front of the API answered that it had no answer from it (HTTP 502, 504,
 *   520 and above);
 * - `malformed`: an answer came that is not one of the API's;
 * - `overload`: this process could not send it: it waited in the queue until its time was over, or
 *   no descriptor or memory was left;
 * - `cancelled`: the caller gave the call up.
 */
export type UnavailableReason =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'proxy'
  | 'timeout'
  | 'reset'
  | 'http_5xx'
  | 'gateway'
  | 'malformed'
  | 'overload'
  | 'cancelled'

/**
 * A call to the API has no answer. By itself this does not mean that the API is down.
 *
 * `mayHaveBeenReceived` says whether the request may have reached the API all the same; where it is
 * `false` nothing was started there.
 */
export class AuthApiUnavailable extends Error {
  override readonly name = 'AuthApiUnavailable'
  readonly reason: UnavailableReason
  readonly mayHaveBeenReceived: boolean

  constructor(
    reason: UnavailableReason,
    message: string,
    { mayHaveBeenReceived }: { readonly mayHaveBeenReceived: boolean },
  ) {
    super(message)
    this.reason = reason
    this.mayHaveBeenReceived = mayHaveBeenReceived
  }
}
