/** The user's answer to a push. */
export const decisions = ['approve', 'deny', 'fraud'] as const
export type Decision = (typeof decisions)[number]

/** Maximum difference between the clocks of phone and service. */
export const allowedSkewMs = 5 * 60_000

/**
 * Builds the text that a phone signs to prove possession of the key that it registers. The text includes
 * the activation code, so the proof is valid for that code only.
 *
 * @param codeHash SHA-256 of the activation code, in base64url.
 * @param publicKey SubjectPublicKeyInfo in base64url.
 */
export function activationText(codeHash: string, publicKey: string): string {
  return ['countersign-activation-v1', codeHash, publicKey].join('\n')
}

/**
 * Builds the text that a phone signs for each request.
 *
 * @param path With its query, as sent.
 * @param time Milliseconds since 1970.
 * @param bodyHash SHA-256 of the body, in hex.
 */
export function requestText(method: string, path: string, time: string, bodyHash: string): string {
  return ['countersign-request-v1', method, path, time, bodyHash].join('\n')
}

/**
 * Builds the text that a phone signs for its answer to a sign-in.
 *
 * @param time Milliseconds since 1970.
 * @param code Typed by the user; empty if the sign-in asks for none.
 */
export function answerText(txid: string, decision: Decision, time: number, code: string): string {
  return ['countersign-answer-v1', txid, decision, String(time), code].join('\n')
}
