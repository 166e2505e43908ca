import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'

export interface RotatingFileOptions {
  readonly folder: string
  readonly name: string
  /** Octets at which the file is rotated; 0 for never. */
  readonly maxSize: number
  /** Rotated files that are kept; 0 keeps all. */
  readonly maxFiles: number
}

/**
 * A file that lines are appended to: `NAME`, and when it is full `NAME.1`, `NAME.2`, … .
 *
 * Writing never throws and never waits: what can't be written (a full disk) is counted and said
 * once on standard error, and writing goes on when there is room again.
 */
export class RotatingFile {
  readonly #path: string
  readonly #stream: RotatingFileStream
  #failing = false
  /** Times that writing failed. */
  failures = 0

  /** @throws An error of the system's where the folder can't be made or written to. */
  constructor({ folder, name, maxSize, maxFiles }: RotatingFileOptions) {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
    accessSync(folder, constants.W_OK)
    this.#path = join(folder, name)
    this.#stream = createStream((index) => (index ? `${name}.${index}` : name), {
      path: folder,
      mode: 0o640,
      ...(maxSize > 0 ? { size: `${maxSize}B`, rotate: maxFiles > 0 ? maxFiles : 1_000_000 } : {}),
    })
    this.#stream.on('error', (error) => this.#failed(error))
    this.#stream.on('warning', (error) => this.#failed(error))
  }

  /** @param line Without its line end. */
  write(line: string): void {
    // a stream that can't write would keep every line in memory
    if (this.#stream.writableLength > 8 * 1024 * 1024) this.failures++
    else this.#stream.write(`${line}\n`)
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.end(resolve)
      this.#stream.once('error', () => resolve())
    })
  }

  #failed(error: Error): void {
    this.failures++
    if (this.#failing) return
    this.#failing = true
    process.stderr.write(
      `${this.#path}: ${error.message}; lines are lost until it can be written again\n`,
    )
    setTimeout(() => {
      this.#failing = false
    }, 60_000).unref()
  }
}
