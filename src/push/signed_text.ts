/** What a person says to a sign-in that a phone shows. */
export const decisions = ['approve', 'deny', 'fraud'] as const
export type Decision = (typeof decisions)[number]

/** How far the clocks of phone and service may be apart. */
export const allowedSkewMs = 5 * 60_000

/**
 * What a phone signs to prove that it has the key that it registers: no key of somebody else's can be
 * registered, and no proof be used for another code.
 *
 * @param codeHash SHA-256 of the activation code, in base64url.
 * @param publicKey SubjectPublicKeyInfo in base64url.
 */
export function activationText(codeHash: string, publicKey: string): string {
  return ['countersign-activation-v1', codeHash, publicKey].join('\n')
}

/**
 * What a phone signs of each request.
 *
 * @param path With its query, as it is sent.
 * @param time Milliseconds since 1970.
 * @param bodyHash SHA-256 of the body, in hex.
 */
export function requestText(method: string, path: string, time: string, bodyHash: string): string {
  return ['countersign-request-v1', method, path, time, bodyHash].join('\n')
}

/**
 * What a phone signs of an answer.
 *
 * @param time Milliseconds since 1970.
 * @param code What was typed from the login's screen; empty where none is asked for.
 */
export function answerText(txid: string, decision: Decision, time: number, code: string): string {
  return ['countersign-answer-v1', txid, decision, String(time), code].join('\n')
}
