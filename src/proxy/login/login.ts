import type { ChallengeResponse } from '../../radius/index.ts'

/** What the user typed, or the proof of it. EAP and ARAP are rejected. */
export type Credential = PapCredential | ResponseCredential

/** A password or passcode in plain text (RADIUS PAP, RFC 2865 §5.2). */
interface PapCredential {
  readonly kind: 'pap'
  readonly text: string
}

/** The client hides what the user typed (CHAP, MS-CHAP): only who knows the text can tell what it was. */
interface ResponseCredential {
  readonly kind: 'challenge_response'
  readonly proof: ChallengeResponse
}

/**
 * What identifies a RADIUS request: a retransmission has the same address, Identifier and Request
 * Authenticator (RFC 5080 §2.2.2).
 */
export interface RequestIdentity {
  /** Address of the RADIUS client. */
  readonly source: string
  readonly identifier: number
  /** The Request Authenticator, 16 octets. */
  readonly authenticator: Uint8Array
}

/** A login on its way through the proxy. */
export interface Login {
  /** Prefix of its log lines. */
  readonly label: string
  readonly request: RequestIdentity
  readonly username: string
  readonly credential: Credential
  /** The octets that continue an earlier challenge; `undefined` for a first request. */
  readonly state: Uint8Array | undefined
  /** The user's own address, if the appliance sends it. */
  readonly clientAddress: string | undefined
}
