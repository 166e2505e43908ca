import { hash } from 'node:crypto'

const blockOctets = 64
const digestOctets = 16

/** Above this length node:crypto is the faster one; below it, a call into it costs more than the hash. */
const longestOwn = 256

// The words of a block are read straight from the octets: MD5 is little-endian, and so is every
// machine that Node 24 runs on but s390x.
const scratch = new Uint8Array(new ArrayBuffer(longestOwn + 2 * blockOctets))
const words = new Int32Array(scratch.buffer)
const state = new Int32Array(4)
const initial = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476)

/**
 * MD5 (RFC 1321) of the parts, one after another.
 *
 * @returns 16 octets, the caller's own.
 */
export function md5(first: Uint8Array, second?: Uint8Array): Uint8Array {
  const length = first.length + (second === undefined ? 0 : second.length)
  if (length > longestOwn) return longMd5(first, second)
  scratch.set(first, 0)
  if (second !== undefined) scratch.set(second, first.length)
  state.set(initial)
  finish(length, 0)
  return digest()
}

/**
 * A key for HMAC-MD5 (RFC 2104) with its two first blocks hashed already: half of the work for the
 * short messages of RADIUS.
 */
export class HmacMd5Key {
  readonly #inner = new Int32Array(4)
  readonly #outer = new Int32Array(4)
  readonly #innerPad = new Uint8Array(blockOctets)
  readonly #outerPad = new Uint8Array(blockOctets)

  constructor(key: Uint8Array) {
    const block = key.length > blockOctets ? md5(key) : key
    for (let index = 0; index < blockOctets; index++) {
      const octet = block[index] ?? 0
      this.#innerPad[index] = octet ^ 0x36
      this.#outerPad[index] = octet ^ 0x5c
    }
    this.#inner.set(afterBlock(this.#innerPad))
    this.#outer.set(afterBlock(this.#outerPad))
  }

  /** HMAC-MD5 of `message`: 16 octets, the caller's own. */
  sign(message: Uint8Array): Uint8Array {
    const inner = this.#innerHash(message)
    scratch.set(inner, 0)
    state.set(this.#outer)
    finish(digestOctets, blockOctets)
    return digest()
  }

  #innerHash(message: Uint8Array): Uint8Array {
    if (message.length > longestOwn) return longMd5(this.#innerPad, message)
    scratch.set(message, 0)
    state.set(this.#inner)
    finish(message.length, blockOctets)
    return digest()
  }
}

function longMd5(first: Uint8Array, second?: Uint8Array): Uint8Array {
  const whole = second === undefined ? first : Buffer.concat([first, second])
  return hash('md5', whole, 'buffer')
}

function afterBlock(block: Uint8Array): Int32Array {
  scratch.set(block, 0)
  state.set(initial)
  transform(0)
  return state
}

/** Pads `length` octets of `scratch` (RFC 1321 §3.1, §3.2) and hashes them; `before` were hashed already. */
function finish(length: number, before: number): void {
  const end = (length + 9 + blockOctets - 1) & ~(blockOctets - 1)
  scratch[length] = 0x80
  scratch.fill(0, length + 1, end - 8)
  words[(end >> 2) - 2] = (before + length) << 3
  words[(end >> 2) - 1] = 0
  for (let start = 0; start < end; start += blockOctets) transform(start >> 2)
}

function digest(): Uint8Array {
  const octets = new Uint8Array(digestOctets)
  for (let index = 0; index < digestOctets; index++) {
    octets[index] = (state[index >> 2] ?? 0) >>> ((index & 3) << 3)
  }
  return octets
}

/** One block of 16 words from `at` on, unrolled (RFC 1321 §3.4). */
function transform(at: number): void {
  const x0 = words[at + 0] ?? 0
  const x1 = words[at + 1] ?? 0
  const x2 = words[at + 2] ?? 0
  const x3 = words[at + 3] ?? 0
  const x4 = words[at + 4] ?? 0
  const x5 = words[at + 5] ?? 0
  const x6 = words[at + 6] ?? 0
  const x7 = words[at + 7] ?? 0
  const x8 = words[at + 8] ?? 0
  const x9 = words[at + 9] ?? 0
  const x10 = words[at + 10] ?? 0
  const x11 = words[at + 11] ?? 0
  const x12 = words[at + 12] ?? 0
  const x13 = words[at + 13] ?? 0
  const x14 = words[at + 14] ?? 0
  const x15 = words[at + 15] ?? 0
  const a0 = state[0] ?? 0
  const b0 = state[1] ?? 0
  const c0 = state[2] ?? 0
  const d0 = state[3] ?? 0
  let a = a0
  let b = b0
  let c = c0
  let d = d0
  a = (a + ((b & c) | (~b & d)) + x0 + -680876936) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + ((a & b) | (~a & c)) + x1 + -389564586) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + ((d & a) | (~d & b)) + x2 + 606105819) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + ((c & d) | (~c & a)) + x3 + -1044525330) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + ((b & c) | (~b & d)) + x4 + -176418897) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + ((a & b) | (~a & c)) + x5 + 1200080426) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + ((d & a) | (~d & b)) + x6 + -1473231341) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + ((c & d) | (~c & a)) + x7 + -45705983) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + ((b & c) | (~b & d)) + x8 + 1770035416) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + ((a & b) | (~a & c)) + x9 + -1958414417) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + ((d & a) | (~d & b)) + x10 + -42063) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + ((c & d) | (~c & a)) + x11 + -1990404162) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + ((b & c) | (~b & d)) + x12 + 1804603682) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + ((a & b) | (~a & c)) + x13 + -40341101) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + ((d & a) | (~d & b)) + x14 + -1502002290) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + ((c & d) | (~c & a)) + x15 + 1236535329) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + ((b & d) | (c & ~d)) + x1 + -165796510) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + ((a & c) | (b & ~c)) + x6 + -1069501632) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + ((d & b) | (a & ~b)) + x11 + 643717713) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + ((c & a) | (d & ~a)) + x0 + -373897302) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + ((b & d) | (c & ~d)) + x5 + -701558691) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + ((a & c) | (b & ~c)) + x10 + 38016083) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + ((d & b) | (a & ~b)) + x15 + -660478335) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + ((c & a) | (d & ~a)) + x4 + -405537848) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + ((b & d) | (c & ~d)) + x9 + 568446438) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + ((a & c) | (b & ~c)) + x14 + -1019803690) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + ((d & b) | (a & ~b)) + x3 + -187363961) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + ((c & a) | (d & ~a)) + x8 + 1163531501) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + ((b & d) | (c & ~d)) + x13 + -1444681467) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + ((a & c) | (b & ~c)) + x2 + -51403784) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + ((d & b) | (a & ~b)) + x7 + 1735328473) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + ((c & a) | (d & ~a)) + x12 + -1926607734) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + (b ^ c ^ d) + x5 + -378558) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + (a ^ b ^ c) + x8 + -2022574463) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + (d ^ a ^ b) + x11 + 1839030562) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + (c ^ d ^ a) + x14 + -35309556) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + (b ^ c ^ d) + x1 + -1530992060) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + (a ^ b ^ c) + x4 + 1272893353) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + (d ^ a ^ b) + x7 + -155497632) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + (c ^ d ^ a) + x10 + -1094730640) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + (b ^ c ^ d) + x13 + 681279174) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + (a ^ b ^ c) + x0 + -358537222) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + (d ^ a ^ b) + x3 + -722521979) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + (c ^ d ^ a) + x6 + 76029189) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + (b ^ c ^ d) + x9 + -640364487) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + (a ^ b ^ c) + x12 + -421815835) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + (d ^ a ^ b) + x15 + 530742520) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + (c ^ d ^ a) + x2 + -995338651) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + (c ^ (b | ~d)) + x0 + -198630844) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + (b ^ (a | ~c)) + x7 + 1126891415) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + (a ^ (d | ~b)) + x14 + -1416354905) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + (d ^ (c | ~a)) + x5 + -57434055) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + (c ^ (b | ~d)) + x12 + 1700485571) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + (b ^ (a | ~c)) + x3 + -1894986606) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + (a ^ (d | ~b)) + x10 + -1051523) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + (d ^ (c | ~a)) + x1 + -2054922799) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + (c ^ (b | ~d)) + x8 + 1873313359) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + (b ^ (a | ~c)) + x15 + -30611744) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + (a ^ (d | ~b)) + x6 + -1560198380) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + (d ^ (c | ~a)) + x13 + 1309151649) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + (c ^ (b | ~d)) + x4 + -145523070) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + (b ^ (a | ~c)) + x11 + -1120210379) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + (a ^ (d | ~b)) + x2 + 718787259) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + (d ^ (c | ~a)) + x9 + -343485551) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  state[0] = a + a0
  state[1] = b + b0
  state[2] = c + c0
  state[3] = d + d0
}
