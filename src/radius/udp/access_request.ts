import {
  type Attribute,
  type ChallengeResponse,
  decodeStrictText,
  decodeText,
  findPasswordProblem,
  namedText,
  type Packet,
  type PasswordProblem,
  readChallengeResponse,
  revealPassword,
  type SharedSecret,
  Type,
} from '../index.ts'
import type { RadiusClient, RadiusClientEntry } from './radius_client.ts'

/** Address and port of a socket. */
export interface Peer {
  readonly address: string
  readonly port: number
}

/** An authentic Access-Request from a known client. */
export interface AccessRequest {
  readonly client: RadiusClientEntry
  readonly peer: Peer
  readonly identifier: number
  /** The Request Authenticator, 16 octets. */
  readonly authenticator: Uint8Array
  /** All attributes, in the order of the packet. */
  readonly attributes: readonly Attribute[]
  /** The first attribute of that type, decoded as UTF-8. */
  text(type: number): string | undefined
  /** The octets of the first attribute of that type. */
  value(type: number): Uint8Array | undefined
  /** The octets of every attribute of that type. */
  values(type: number): readonly Uint8Array[]
  /** An attribute as text, by its name in the dictionary, which includes vendors' attributes. */
  named(name: string): string | undefined
  /**
   * Whether a valid Message-Authenticator proves that the client knows the shared secret. Without one,
   * an unreadable password may be due to a different secret.
   */
  readonly signed: boolean
  /** Whether it uses the secret that is being replaced; without a signature, as the password shows. */
  readonly usesPreviousSecret: boolean
  /** User-Name; `undefined` if it is absent or not UTF-8. */
  readonly username: string | undefined
  /** The revealed User-Password; `undefined` if there is a `passwordProblem`. */
  readonly password: Uint8Array | undefined
  /** Why the request has no readable password. */
  readonly passwordProblem: PasswordProblem | undefined
  /** The proof of a password; only if the `passwordProblem` is `chap` or `mschap`. */
  readonly challengeResponse: ChallengeResponse | undefined
}

/** The answer to an Access-Request; the server adds Proxy-State and signatures. */
export interface Answer {
  /** Access-Accept, Access-Reject or Access-Challenge. */
  readonly code: 2 | 3 | 11
  readonly attributes: readonly Attribute[]
}

/** Reads values from the packet on demand. */
export class ReceivedRequest implements AccessRequest {
  readonly client: RadiusClient
  readonly peer: Peer
  readonly signed: boolean
  /** The secret of this request, and of its reply. */
  readonly secret: SharedSecret
  readonly passwordProblem: PasswordProblem | undefined
  readonly #packet: Packet
  #password: Uint8Array | undefined

  constructor(
    packet: Packet,
    client: RadiusClient,
    peer: Peer,
    { signed, secret }: { readonly signed: boolean; readonly secret: SharedSecret },
  ) {
    this.client = client
    this.peer = peer
    this.signed = signed
    this.secret = secret
    this.passwordProblem = findPasswordProblem(packet)
    this.#packet = packet
  }

  get usesPreviousSecret(): boolean {
    return this.secret !== this.client.shared
  }

  get identifier(): number {
    return this.#packet.identifier
  }

  get authenticator(): Uint8Array {
    return this.#packet.authenticator
  }

  get attributes(): readonly Attribute[] {
    return this.#packet.attributes
  }

  get username(): string | undefined {
    const value = this.#packet.first(Type.UserName)
    return value === undefined ? undefined : decodeStrictText(value)
  }

  get password(): Uint8Array | undefined {
    if (this.passwordProblem !== undefined) return undefined
    this.#password ??= this.#revealed()
    return this.#password
  }

  get challengeResponse(): ChallengeResponse | undefined {
    const { passwordProblem: problem } = this
    const hasProof = problem === 'chap' || problem === 'mschap'
    return hasProof ? readChallengeResponse(this.#packet) : undefined
  }

  text(type: number): string | undefined {
    const value = this.#packet.first(type)
    return value === undefined ? undefined : decodeText(value)
  }

  value(type: number): Uint8Array | undefined {
    return this.#packet.first(type)
  }

  values(type: number): readonly Uint8Array[] {
    return this.#packet.all(type)
  }

  named(name: string): string | undefined {
    return namedText(this.#packet, name)
  }

  #revealed(): Uint8Array | undefined {
    const hidden = this.#packet.first(Type.UserPassword)
    if (hidden === undefined) return undefined
    return revealPassword(hidden, this.secret.octets, this.#packet.authenticator)
  }
}
