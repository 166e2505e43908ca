const initialOctets = 64 * 1024
/** A buffer that has grown beyond this is given up once it is empty. */
const maxKeptOctets = 1024 * 1024
const lineFeed = 0x0a

/**
 * Lines that are to be written together, in UTF-8. As strings, those of a busy program would live long enough
 * to reach V8's old generation, whose collections stop the process.
 */
export class LineBuffer {
  #octets = Buffer.allocUnsafe(initialOctets)
  #length = 0
  #lines = 0

  /** In octets. */
  get length(): number {
    return this.#length
  }

  get lines(): number {
    return this.#lines
  }

  /** All lines, each with its end; a view that is valid until `clear`. */
  get octets(): Uint8Array {
    return this.#octets.subarray(0, this.#length)
  }

  /** @param line Without its end. */
  add(line: string): void {
    // a UTF-16 unit has at most three octets in UTF-8
    const needed = this.#length + line.length * 3 + 1
    if (needed > this.#octets.length) this.#grow(Math.max(needed, this.#octets.length * 2))
    this.#length += this.#octets.write(line, this.#length)
    this.#octets[this.#length++] = lineFeed
    this.#lines++
  }

  clear(): void {
    this.#length = 0
    this.#lines = 0
    if (this.#octets.length > maxKeptOctets) this.#octets = Buffer.allocUnsafe(initialOctets)
  }

  #grow(octets: number): void {
    const grown = Buffer.allocUnsafe(octets)
    grown.set(this.octets)
    this.#octets = grown
  }
}
