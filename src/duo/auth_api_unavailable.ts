/**
 * Why a call has no answer:
 *
 * - `dns`, `connect`, `tls`, `proxy`: no connection to the API;
 * - `timeout`, `reset`: a connection, but no answer or only part of one;
 * - `http_5xx`: the API answered that it can't decide;
 * - `gateway`: a proxy in front of the API had no answer from it (HTTP 502, 504, 520 and above);
 * - `malformed`: the answer is not one of the API's;
 * - `overload`: this process could not send the request: it waited in the queue until its deadline, or no
 *   descriptor or memory was left;
 * - `too_many_waiting`: as many calls as are allowed wait for their users, so this one was not sent;
 * - `cancelled`: the caller cancelled the call.
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
  | 'too_many_waiting'
  | 'cancelled'

/**
 * A call to the API has no answer. By itself this does not mean that the API is down.
 *
 * `mayHaveBeenReceived` says whether the request may have reached the API. If it is `false`, the request
 * had no effect there.
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
