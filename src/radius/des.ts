const blockOctets = 8

/**
 * Encrypts one block with DES (FIPS 46-3), which only MS-CHAP needs: OpenSSL 3 has it in its legacy
 * provider alone. It protects nothing by itself.
 *
 * @param key 8 octets; the lowest bit of each is parity and is ignored.
 * @param block 8 octets.
 * @returns A new array of 8 octets.
 */
export function desEncrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  const view = new DataView(block.buffer, block.byteOffset, blockOctets)
  const permuted = initialPermutation(view.getUint32(0), view.getUint32(4))
  const [high, low] = finalPermutation(sixteenRounds(permuted, key))
  const encrypted = new DataView(new ArrayBuffer(blockOctets))
  encrypted.setUint32(0, high)
  encrypted.setUint32(4, low)
  return new Uint8Array(encrypted.buffer)
}

/** Spreads 7 octets over the 8 of a DES key, and sets their parity bits (odd parity). */
export function desKey(octets: Uint8Array): Uint8Array {
  const key = new Uint8Array(blockOctets)
  let bits = 0
  for (let index = 0; index < blockOctets; index++) {
    bits = ((bits << 8) | (octets[index] ?? 0)) & 0xffff
    const seven = ((bits >>> (index + 1)) & 0x7f) << 1
    key[index] = seven | (isOdd(seven) ? 0 : 1)
  }
  return key
}

function isOdd(octet: number): boolean {
  let bits = octet
  bits ^= bits >>> 4
  bits ^= bits >>> 2
  bits ^= bits >>> 1
  return (bits & 1) === 1
}

type Words = readonly [left: number, right: number]

/** IP, as five exchanges of bits between the halves. */
function initialPermutation(high: number, low: number): Words {
  let halves: Words = [high, low]
  halves = exchangeLeftRight(halves, 4, 0x0f0f0f0f)
  halves = exchangeLeftRight(halves, 16, 0x0000ffff)
  halves = exchangeRightLeft(halves, 2, 0x33333333)
  halves = exchangeRightLeft(halves, 8, 0x00ff00ff)
  return exchangeLeftRight(halves, 1, 0x55555555)
}

/** The inverse of IP. */
function finalPermutation(preoutput: Words): Words {
  let halves = exchangeLeftRight(preoutput, 1, 0x55555555)
  halves = exchangeRightLeft(halves, 8, 0x00ff00ff)
  halves = exchangeRightLeft(halves, 2, 0x33333333)
  halves = exchangeLeftRight(halves, 16, 0x0000ffff)
  return exchangeLeftRight(halves, 4, 0x0f0f0f0f)
}

function exchangeLeftRight([left, right]: Words, by: number, mask: number): Words {
  const bits = ((left >>> by) ^ right) & mask
  return [left ^ (bits << by), right ^ bits]
}

function exchangeRightLeft([left, right]: Words, by: number, mask: number): Words {
  const bits = ((right >>> by) ^ left) & mask
  return [left ^ bits, right ^ (bits << by)]
}

/** @returns The block before the final permutation: R16, then L16. */
function sixteenRounds([l0, r0]: Words, key: Uint8Array): Words {
  let [left, right] = [l0, r0]
  let c = choose(choice1OfC, sevens(key, 0), sevens(key, 4))
  let d = choose(choice1OfD, sevens(key, 0), sevens(key, 4))
  for (const shift of keyShifts) {
    c = rotateHalf(c, shift)
    d = rotateHalf(d, shift)
    const next = left ^ cipher(right, choose(choice2OfC, c), choose(choice2OfD, d))
    left = right
    right = next
  }
  return [right, left]
}

/** Four octets of the key without their parity bits. */
function sevens(key: Uint8Array, at: number): number {
  return (
    (((key[at] ?? 0) >>> 1) << 21) |
    (((key[at + 1] ?? 0) >>> 1) << 14) |
    (((key[at + 2] ?? 0) >>> 1) << 7) |
    ((key[at + 3] ?? 0) >>> 1)
  )
}

/**
 * The cipher function f: expansion, key, S-boxes and P. The six bits of a box overlap those of its
 * neighbours by two, so that a rotation of R yields them.
 *
 * @param keyC 24 bits for the boxes S1 to S4.
 * @param keyD 24 bits for the boxes S5 to S8.
 */
function cipher(right: number, keyC: number, keyD: number): number {
  let mixed = 0
  for (let box = 0; box < 8; box++) {
    const turn = (27 - 4 * box) & 31
    const bits = ((right >>> turn) | (right << (32 - turn))) & 0x3f
    const key = (box < 4 ? keyC : keyD) >>> (18 - 6 * (box & 3))
    mixed |= boxes[box]?.[bits ^ (key & 0x3f)] ?? 0
  }
  return mixed
}

function rotateHalf(half: number, by: number): number {
  return ((half << by) | (half >>> (28 - by))) & 0xfffffff
}

/** Looks up what each 7 bits contribute to a permuted choice. */
function choose(table: readonly Uint32Array[], first: number, second = 0): number {
  let chosen = 0
  for (let part = 0; part < table.length; part++) {
    const bits = (part < 4 ? first : second) >>> (21 - 7 * (part & 3))
    chosen |= table[part]?.[bits & 0x7f] ?? 0
  }
  return chosen
}

/** PC-1: the bits of C, then of D. */
const choice1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
  52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21,
  13, 5, 28, 20, 12, 4,
]

/** PC-2; the first half selects from C only, the second from D only. */
const choice2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
  31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]

const keyShifts = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

const permutationP = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13,
  30, 6, 22, 11, 4, 25,
]

/** S1 to S8: four rows of 16 values, one hexadecimal digit each. */
const selections = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((rows) => rows.replaceAll(' ', ''))

/** What an S-box followed by P yields, for each of its 64 inputs. */
const boxes = selections.map((digits, box) =>
  Uint32Array.from({ length: 64 }, (_, bits) => {
    const row = ((bits >>> 4) & 2) | (bits & 1)
    const column = (bits >>> 1) & 0xf
    const value = Number.parseInt(digits[row * 16 + column] ?? '0', 16) << (28 - 4 * box)
    return permutationP.reduce((word, bit) => (word << 1) | ((value >>> (32 - bit)) & 1), 0)
  }),
)

// PC-1 counts the parity bits, which the tables do not have
const withoutParity = choice1.map((bit) => bit - Math.floor(bit / 8))
const choice1OfC = choiceTable(withoutParity.slice(0, 28), 8)
const choice1OfD = choiceTable(withoutParity.slice(28), 8)
const choice2OfC = choiceTable(choice2.slice(0, 24), 4)
const choice2OfD = choiceTable(
  choice2.slice(24).map((bit) => bit - 28),
  4,
)

/**
 * What each 7 bits of the input contribute to the chosen ones.
 *
 * @param bits From 1, the highest bit of the input.
 * @param parts How many times 7 bits the input has.
 */
function choiceTable(bits: readonly number[], parts: number): Uint32Array[] {
  return Array.from({ length: parts }, (_, part) =>
    Uint32Array.from({ length: 128 }, (_, value) =>
      bits.reduce((chosen, bit) => {
        const within = bit - 7 * part
        const isSet = within >= 1 && within <= 7 && ((value >>> (7 - within)) & 1) === 1
        return (chosen << 1) | (isSet ? 1 : 0)
      }, 0),
    ),
  )
}
