import { md5, writeMd5 } from './md5.ts'
import {
  digestOctets,
  hashBlock,
  hashScratch,
  initialState,
  maxOwnLength,
  scratch,
  state,
  words,
  writeDigest,
} from './md5_block.ts'

const blockOctets = 64

/**
 * A key for HMAC-MD5 (RFC 2104) that keeps the hash of the first inner and outer block. This saves half
 * of the work for short messages.
 */
export class HmacMd5Key {
  readonly #innerPad: Uint8Array
  readonly #innerState: Int32Array
  readonly #outerState: Int32Array

  constructor(key: Uint8Array) {
    const block = new Uint8Array(blockOctets)
    block.set(key.length > blockOctets ? md5(key) : key)
    this.#innerPad = block.map((octet) => octet ^ 0x36)
    this.#innerState = stateAfter(this.#innerPad)
    this.#outerState = stateAfter(block.map((octet) => octet ^ 0x5c))
  }

  /** HMAC-MD5 of `message`, in a new array of 16 octets. */
  sign(message: Uint8Array): Uint8Array {
    const code = new Uint8Array(digestOctets)
    this.writeSignature(code, 0, message)
    return code
  }

  /** Writes the HMAC-MD5 of `message` into `target`, which may be the message itself. */
  writeSignature(target: Uint8Array, at: number, message: Uint8Array): void {
    if (message.length <= maxOwnLength) scratch.set(message)
    this.#hash(message, message.length)
    writeDigest(target, at)
  }

  /**
   * Whether the 16 octets at `codeAt` are the HMAC-MD5 of the message with zeros in their place.
   * Compares in constant time.
   *
   * @param authenticator Replaces octets 4 to 19 of the message, if given.
   */
  isSignatureOf(message: Uint8Array, codeAt: number, authenticator?: Uint8Array): boolean {
    const own = message.length <= maxOwnLength
    const signed = own ? scratch : new Uint8Array(message)
    if (own) scratch.set(message)
    signed.fill(0, codeAt, codeAt + digestOctets)
    if (authenticator !== undefined) signed.set(authenticator, 4)
    this.#hash(signed, message.length)
    let difference = 0
    for (let index = 0; index < 4; index++) {
      const at = codeAt + (index << 2)
      const word =
        (message[at] ?? 0) |
        ((message[at + 1] ?? 0) << 8) |
        ((message[at + 2] ?? 0) << 16) |
        ((message[at + 3] ?? 0) << 24)
      difference |= word ^ (state[index] ?? 0)
    }
    return difference === 0
  }

  /** Leaves the HMAC in `state`. A message of up to `maxOwnLength` octets must be in `scratch`. */
  #hash(message: Uint8Array, length: number): void {
    if (length <= maxOwnLength) {
      state.set(this.#innerState)
      hashScratch(length, blockOctets)
      words.set(state)
    } else {
      // the outer hash reads the inner one from here
      writeMd5(scratch, 0, this.#innerPad, message)
    }
    state.set(this.#outerState)
    hashScratch(digestOctets, blockOctets)
  }
}

function stateAfter(block: Uint8Array): Int32Array {
  scratch.set(block)
  state.set(initialState)
  hashBlock(0)
  return state.slice()
}
