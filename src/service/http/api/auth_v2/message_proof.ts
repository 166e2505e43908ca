import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import {
  encodeBatch,
  encodeServiceFrame,
  isProof,
  policyViolation,
  signingKey,
} from '../../../../duo/index.ts'
import type { Secret } from '../../../../host/secret.ts'

export interface MessageProofOptions {
  /** The key of the application that signed the request which opened the connection. */
  readonly skey: Secret
  /** Called at most once: from now on the connection can be used. */
  readonly proven: () => void
  /** Called at most once, if the connection closes before. */
  readonly ended: () => void
}

/** For a frame that the client sends at once. */
const proofMs = 10_000
/** Characters of the frame with the proof, and some more. */
const maxProofLength = 256

/**
 * A message connection whose client has yet to prove that it has the key. The signed request that opened it is
 * valid for minutes, so that whoever has seen it could send it again, and any call over the connection.
 */
export class MessageProof {
  readonly #socket: WebSocket
  readonly #options: MessageProofOptions
  readonly #challenge = randomBytes(32).toString('hex')
  readonly #late: NodeJS.Timeout
  #isOver = false

  constructor(socket: WebSocket, options: MessageProofOptions) {
    this.#socket = socket
    this.#options = options
    this.#late = setTimeout(() => this.#refuse('no proof of the key in time'), proofMs).unref()
    // `close` follows
    socket.on('error', () => {})
    socket.on('message', this.#receive)
    socket.once('close', this.#closed)
    socket.send(encodeBatch([encodeServiceFrame({ challenge: this.#challenge })]))
  }

  /** Breaks the connection. */
  cutOff(): void {
    this.#socket.terminate()
  }

  readonly #receive = (data: RawData, isBinary: boolean): void => {
    if (this.#isOver) return
    const text = isBinary ? '' : data.toString()
    const key = signingKey(this.#options.skey.reveal())
    if (text.length > maxProofLength || !isProof(text, this.#challenge, key)) {
      return this.#refuse('the first frame does not prove the key')
    }
    this.#end()
    this.#options.proven()
  }

  readonly #closed = (): void => {
    this.#end()
    this.#options.ended()
  }

  #refuse(reason: string): void {
    this.#isOver = true
    this.#socket.close(policyViolation, reason)
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#late)
    this.#socket.off('message', this.#receive)
    this.#socket.off('close', this.#closed)
  }
}
