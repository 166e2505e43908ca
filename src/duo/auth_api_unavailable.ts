/**
 * Why the API could not be asked:
 *
 * - `dns`, `connect`, `tls`, `proxy`: there was no connection to it;
 * - `timeout`, `reset`: there was one, and no answer came, or not all of it;
 * - `http_5xx`: it answered that it can't decide;
 * - `gateway`: who stands before it answered that it had no answer from it (HTTP 502, 504);
 * - `malformed`: an answer came that is none of the API's.
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

/**
 * The API could not be asked, or did not answer: what failmode is for.
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
