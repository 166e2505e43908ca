/** The user's answer to a push. */
export const decisions = ['approve', 'deny', 'fraud'] as const
export type Decision = (typeof decisions)[number]

/** By how much the clocks of phone and service may differ. */
export const allowedSkewMs = 5 * 60_000

/**
 * The text that a phone signs to prove possession of the key that it registers. It includes the activation
 * code, so that the proof can't be used for another one.
 *
 * @param codeHash SHA-256 of the activation code, in base64url.
 * @param publicKey SubjectPublicKeyInfo in base64url.
 */
export function activationText(codeHash: string, publicKey: string): string {
  return ['countersign-activation-v1', codeHash, publicKey].join('\n')
}

/**
 * The text that a phone signs for each request.
 *
 * @param path With its query, as sent.
 * @param time Milliseconds since 1970.
 * @param bodyHash SHA-256 of the body, in hex.
 */
export function requestText(method: string, path: string, time: string, bodyHash: string): string {
  return ['countersign-request-v1', method, path, time, bodyHash].join('\n')
}

/**
 * The text that a phone signs for an answer.
 *
 * @param time Milliseconds since 1970.
 * @param code Typed by the user; empty if the login shows no code.
 */
export function answerText(txid: string, decision: Decision, time: number, code: string): string {
  return ['countersign-answer-v1', txid, decision, String(time), code].join('\n')
}
