const initialBytes = 64 * 1024
/** A buffer that has grown beyond this is replaced by a small one once it is empty. */
const maxKeptBytes = 1024 * 1024
const lineFeed = 0x0a

/**
 * Lines that are to be written together, in UTF-8. As strings, those of a busy program would live long enough
 * to reach V8's old generation, whose collections stop the process.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(initialBytes)
  #length = 0
  #lines = 0

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  get lines(): number {
    return this.#lines
  }

  /** All lines, each with its end; a view that is valid until `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** @param line Without its end. */
  add(line: string): void {
    // a UTF-16 unit has at most three bytes in UTF-8
    const needed = this.#length + line.length * 3 + 1
    if (needed > this.#bytes.length) this.#grow(Math.max(needed, this.#bytes.length * 2))
    this.#length += this.#bytes.write(line, this.#length)
    this.#bytes[this.#length++] = lineFeed
    this.#lines++
  }

  clear(): void {
    this.#length = 0
    this.#lines = 0
    if (this.#bytes.length > maxKeptBytes) this.#bytes = Buffer.allocUnsafe(initialBytes)
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafe(size)
    grown.set(this.bytes)
    this.#bytes = grown
  }
}
