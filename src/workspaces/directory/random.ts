import { createHash, randomBytes } from 'node:crypto'

/** Source of randomness, injected so that tests can repeat a run. */
export interface Random {
  octets(count: number): Uint8Array
  /** From 0 up to, but not including, 1. */
  fraction(): number
}

export const systemRandom: Random = {
  octets: (count) => randomBytes(count),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
}

/** The same sequence for the same seed. For tests only: its octets are predictable. */
export function seededRandom(seed: string): Random {
  let count = 0
  const octets = (length: number): Uint8Array => {
    const blocks: Buffer[] = []
    for (let made = 0; made < length; made += 32) {
      blocks.push(createHash('sha256').update(`${seed} ${count++}`).digest())
    }
    return Buffer.concat(blocks).subarray(0, length)
  }
  return { octets, fraction: () => Buffer.from(octets(4)).readUInt32BE() / 2 ** 32 }
}
