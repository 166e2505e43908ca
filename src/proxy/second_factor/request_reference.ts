import {
  type CheckAnswer,
  type FingerprintKey,
  fingerprintKey,
  joinedSignIns,
  requestAgeText,
  requestFingerprint,
  requestUnread,
} from '../../duo/index.ts'
import type { Secret } from '../../host/secret.ts'
import type { Login } from '../login/login.ts'

/**
 * Names the RADIUS request of a login to an API that joins transmissions of one request to one sign-in
 * (capability `joined_sign_ins`).
 */
export class RequestReference {
  readonly #key: FingerprintKey
  /** What the last `check` that was answered offered; `undefined` before that. */
  #isOffered: boolean | undefined

  constructor(skey: Secret) {
    this.#key = fingerprintKey(skey.reveal())
  }

  /** Whether no `check` has been answered yet, so that it is unknown what the API offers. */
  get isUnknown(): boolean {
    return this.#isOffered === undefined
  }

  /** Whether the API is known to take every request as a sign-in of its own. */
  get isRefused(): boolean {
    return this.#isOffered === false
  }

  /** A `check` that failed changes nothing: the same server will answer again. */
  checked({ capabilities }: CheckAnswer): void {
    this.#isOffered = capabilities.includes(joinedSignIns)
  }

  /** The parameters for `auth`; `undefined` if the API does not offer the capability. */
  parameters(
    { request, username }: Login,
    unreadMs: number,
  ): Readonly<Record<string, string>> | undefined {
    if (this.#isOffered !== true) return undefined
    return {
      ...(unreadMs > 0 ? { [requestUnread]: requestAgeText(unreadMs) } : {}),
      request_fingerprint: requestFingerprint(this.#key, { ...request, username }),
      radius_source: request.source,
    }
  }
}
