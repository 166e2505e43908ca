const blockOctets = 64

/** Shifts of the three rounds (RFC 1320 §3.4). */
const shifts = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
] as const

/** The word that each step of a round adds. */
const order = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
] as const

const constants = [0, 0x5a827999, 0x6ed9eba1] as const

/**
 * MD4 (RFC 1320), which only MS-CHAP needs: OpenSSL 3 has it in its legacy provider alone. It is broken
 * as a hash function; MS-CHAP depends on it.
 *
 * @returns A new array of 16 octets.
 */
export function md4(message: Uint8Array): Uint8Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const padded = new DataView(new ArrayBuffer(paddedLength(message.length)))
  new Uint8Array(padded.buffer).set(message)
  padded.setUint8(message.length, 0x80)
  padded.setUint32(padded.byteLength - 8, message.length << 3, true)
  padded.setUint32(padded.byteLength - 4, Math.floor(message.length / 2 ** 29), true)
  for (let at = 0; at < padded.byteLength; at += blockOctets) hashBlock(state, padded, at)
  const digest = new DataView(new ArrayBuffer(16))
  for (const [index, word] of state.entries()) digest.setInt32(index * 4, word, true)
  return new Uint8Array(digest.buffer)
}

/** The message, one octet 0x80, and its length in 8 octets, in whole blocks (RFC 1320 §3.1, §3.2). */
function paddedLength(length: number): number {
  return Math.ceil((length + 9) / blockOctets) * blockOctets
}

/** The three rounds of RFC 1320 §3.4. */
function hashBlock(state: Int32Array, message: DataView, at: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  for (let round = 0; round < 3; round++) {
    for (let step = 0; step < 16; step++) {
      const word = message.getInt32(at + (order[round]?.[step] ?? 0) * 4, true)
      const sum = (a + mix(round, b, c, d) + word + (constants[round] ?? 0)) | 0
      const shift = shifts[round]?.[step & 3] ?? 0
      a = d
      d = c
      c = b
      b = (sum << shift) | (sum >>> (32 - shift))
    }
  }
  state[0] = (state[0] ?? 0) + a
  state[1] = (state[1] ?? 0) + b
  state[2] = (state[2] ?? 0) + c
  state[3] = (state[3] ?? 0) + d
}

/** F, G and H of RFC 1320 §3.4. */
function mix(round: number, x: number, y: number, z: number): number {
  if (round === 0) return (x & y) | (~x & z)
  return round === 1 ? (x & y) | (x & z) | (y & z) : x ^ y ^ z
}
