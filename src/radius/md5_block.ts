/** Messages up to this length are hashed here; node:crypto is faster for longer ones. */
export const maxOwnLength = 256
export const digestOctets = 16

const blockOctets = 64

/**
 * The message to hash. One shared buffer is enough, because hashing is synchronous.
 */
export const scratch = new Uint8Array(maxOwnLength + 2 * blockOctets)

/** `scratch` as the little-endian words of MD5. All platforms of Node 24 except s390x are little-endian. */
export const words = new Int32Array(scratch.buffer)

/** A, B, C and D of RFC 1321 §3.3: the initial values before hashing, the digest afterwards. */
export const state = new Int32Array(4)

/** The initial values (RFC 1321 §3.3). */
export const initialState = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)

/**
 * Pads the message in `scratch` (RFC 1321 §3.1, §3.2) and hashes it into `state`.
 *
 * @param length Length of the message in octets; at most `maxOwnLength`.
 * @param before Octets that are already hashed into `state`, in whole blocks.
 */
export function hashScratch(length: number, before: number): void {
  const end = (length + 8 + blockOctets) & ~(blockOctets - 1)
  scratch[length] = 0x80
  let at = length + 1
  while ((at & 3) !== 0) scratch[at++] = 0
  for (at >>= 2; at < (end >> 2) - 2; at++) words[at] = 0
  words[(end >> 2) - 2] = (before + length) << 3
  words[(end >> 2) - 1] = 0
  for (let block = 0; block < end; block += blockOctets) hashBlock(block >> 2)
}

/** Writes the digest in `state`. */
export function writeDigest(target: Uint8Array, at: number): void {
  for (let index = 0; index < 4; index++) {
    const word = state[index] ?? 0
    const to = at + (index << 2)
    target[to] = word
    target[to + 1] = word >>> 8
    target[to + 2] = word >>> 16
    target[to + 3] = word >>> 24
  }
}

/**
 * The 64 steps of RFC 1321 §3.4, unrolled, on the 16 words from `at` on. Each step ends with what
 * depends on the step before, for instruction-level parallelism. F and G use one operation less than
 * in the RFC.
 */
export function hashBlock(at: number): void {
  const x0 = words[at] ?? 0
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
  a = (a + x0 + -680876936 + (d ^ (b & (c ^ d)))) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + x1 + -389564586 + (c ^ (a & (b ^ c)))) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + x2 + 606105819 + (b ^ (d & (a ^ b)))) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + x3 + -1044525330 + (a ^ (c & (d ^ a)))) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + x4 + -176418897 + (d ^ (b & (c ^ d)))) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + x5 + 1200080426 + (c ^ (a & (b ^ c)))) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + x6 + -1473231341 + (b ^ (d & (a ^ b)))) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + x7 + -45705983 + (a ^ (c & (d ^ a)))) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + x8 + 1770035416 + (d ^ (b & (c ^ d)))) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + x9 + -1958414417 + (c ^ (a & (b ^ c)))) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + x10 + -42063 + (b ^ (d & (a ^ b)))) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + x11 + -1990404162 + (a ^ (c & (d ^ a)))) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + x12 + 1804603682 + (d ^ (b & (c ^ d)))) | 0
  a = (((a << 7) | (a >>> 25)) + b) | 0
  d = (d + x13 + -40341101 + (c ^ (a & (b ^ c)))) | 0
  d = (((d << 12) | (d >>> 20)) + a) | 0
  c = (c + x14 + -1502002290 + (b ^ (d & (a ^ b)))) | 0
  c = (((c << 17) | (c >>> 15)) + d) | 0
  b = (b + x15 + 1236535329 + (a ^ (c & (d ^ a)))) | 0
  b = (((b << 22) | (b >>> 10)) + c) | 0
  a = (a + x1 + -165796510 + (c & ~d) + (b & d)) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + x6 + -1069501632 + (b & ~c) + (a & c)) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + x11 + 643717713 + (a & ~b) + (d & b)) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + x0 + -373897302 + (d & ~a) + (c & a)) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + x5 + -701558691 + (c & ~d) + (b & d)) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + x10 + 38016083 + (b & ~c) + (a & c)) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + x15 + -660478335 + (a & ~b) + (d & b)) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + x4 + -405537848 + (d & ~a) + (c & a)) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + x9 + 568446438 + (c & ~d) + (b & d)) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + x14 + -1019803690 + (b & ~c) + (a & c)) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + x3 + -187363961 + (a & ~b) + (d & b)) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + x8 + 1163531501 + (d & ~a) + (c & a)) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + x13 + -1444681467 + (c & ~d) + (b & d)) | 0
  a = (((a << 5) | (a >>> 27)) + b) | 0
  d = (d + x2 + -51403784 + (b & ~c) + (a & c)) | 0
  d = (((d << 9) | (d >>> 23)) + a) | 0
  c = (c + x7 + 1735328473 + (a & ~b) + (d & b)) | 0
  c = (((c << 14) | (c >>> 18)) + d) | 0
  b = (b + x12 + -1926607734 + (d & ~a) + (c & a)) | 0
  b = (((b << 20) | (b >>> 12)) + c) | 0
  a = (a + x5 + -378558 + (c ^ d ^ b)) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + x8 + -2022574463 + (b ^ c ^ a)) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + x11 + 1839030562 + (a ^ b ^ d)) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + x14 + -35309556 + (d ^ a ^ c)) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + x1 + -1530992060 + (c ^ d ^ b)) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + x4 + 1272893353 + (b ^ c ^ a)) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + x7 + -155497632 + (a ^ b ^ d)) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + x10 + -1094730640 + (d ^ a ^ c)) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + x13 + 681279174 + (c ^ d ^ b)) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + x0 + -358537222 + (b ^ c ^ a)) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + x3 + -722521979 + (a ^ b ^ d)) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + x6 + 76029189 + (d ^ a ^ c)) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + x9 + -640364487 + (c ^ d ^ b)) | 0
  a = (((a << 4) | (a >>> 28)) + b) | 0
  d = (d + x12 + -421815835 + (b ^ c ^ a)) | 0
  d = (((d << 11) | (d >>> 21)) + a) | 0
  c = (c + x15 + 530742520 + (a ^ b ^ d)) | 0
  c = (((c << 16) | (c >>> 16)) + d) | 0
  b = (b + x2 + -995338651 + (d ^ a ^ c)) | 0
  b = (((b << 23) | (b >>> 9)) + c) | 0
  a = (a + x0 + -198630844 + (c ^ (b | ~d))) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + x7 + 1126891415 + (b ^ (a | ~c))) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + x14 + -1416354905 + (a ^ (d | ~b))) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + x5 + -57434055 + (d ^ (c | ~a))) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + x12 + 1700485571 + (c ^ (b | ~d))) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + x3 + -1894986606 + (b ^ (a | ~c))) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + x10 + -1051523 + (a ^ (d | ~b))) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + x1 + -2054922799 + (d ^ (c | ~a))) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + x8 + 1873313359 + (c ^ (b | ~d))) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + x15 + -30611744 + (b ^ (a | ~c))) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + x6 + -1560198380 + (a ^ (d | ~b))) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + x13 + 1309151649 + (d ^ (c | ~a))) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  a = (a + x4 + -145523070 + (c ^ (b | ~d))) | 0
  a = (((a << 6) | (a >>> 26)) + b) | 0
  d = (d + x11 + -1120210379 + (b ^ (a | ~c))) | 0
  d = (((d << 10) | (d >>> 22)) + a) | 0
  c = (c + x2 + 718787259 + (a ^ (d | ~b))) | 0
  c = (((c << 15) | (c >>> 17)) + d) | 0
  b = (b + x9 + -343485551 + (d ^ (c | ~a))) | 0
  b = (((b << 21) | (b >>> 11)) + c) | 0
  state[0] = a + a0
  state[1] = b + b0
  state[2] = c + c0
  state[3] = d + d0
}
