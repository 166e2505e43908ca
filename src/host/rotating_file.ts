import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'
import { LineBuffer } from './line_buffer.ts'

export interface RotatingFileOptions {
  readonly folder: string
  readonly name: string
  /** Size in bytes at which the file is rotated; 0 disables rotation. */
  readonly maxSize: number
  /** Number of rotated files to keep; 0 keeps all. */
  readonly maxFiles: number
  /** Delay before a retry after a failure. */
  readonly retryMs?: number
}

/** Maximum number of bytes kept in memory while the file can't be written. */
const maxPending = 8 * 1024 * 1024
/** Maximum delay of a line, to batch it with others. */
const gatherMs = 20
const checkEveryMs = 1000
/** Stands for a missing file in comparisons of inodes. */
const missing = 0

/**
 * An append-only file, rotated to `NAME.1` (the newest), `NAME.2`, … . If all rotated files are kept,
 * they are not renamed: the highest number is then the newest.
 *
 * Writing never throws or blocks: lines are buffered and written together. Lines that can't be written
 * (full disk, missing folder) are counted and reported once on standard error. Writing resumes when
 * possible, and a file that was moved or deleted is created again.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions
  readonly #path: string
  #stream: RotatingFileStream | undefined
  #inode = missing
  #pending = new LineBuffer()
  /** The lines that are being written; empty otherwise. */
  #written = new LineBuffer()
  #writing: Promise<void> | undefined
  #failing = false
  #checked = performance.now()
  #lost = 0

  /** @throws A system error if the folder can't be created or the file can't be opened. */
  constructor(options: RotatingFileOptions) {
    this.#options = options
    this.#path = join(options.folder, options.name)
    this.#makeFile()
    this.#open()
  }

  /** Number of lost lines. */
  get lost(): number {
    return this.#lost
  }

  /** @param line One line without its break, or several that are kept together. */
  write(line: string): void {
    if (this.#pending.length > maxPending) {
      this.#lost++
      return
    }
    this.#pending.add(line)
    this.#writing ??= this.#writePending()
  }

  /** Flushes pending lines. */
  async close(): Promise<void> {
    await this.#writing
    await this.#closeStream()
  }

  async #writePending(): Promise<void> {
    while (this.#pending.lines > 0) {
      // batched, because one write per login would cost a tenth of the login's time
      await new Promise((resolve) => setTimeout(resolve, gatherMs))
      const written = this.#pending
      this.#pending = this.#written
      this.#written = written
      await this.#reopenWhereMoved()
      const error = await this.#append(written.bytes)
      if (error !== undefined) this.#failed(error, written.lines)
      else if (this.#failing) this.#recovered()
      written.clear()
    }
    this.#writing = undefined
  }

  #append(lines: Uint8Array): Promise<Error | undefined> {
    const stream = this.#stream
    if (stream === undefined) return Promise.resolve(new Error('the file is not open'))
    return new Promise((resolve) => {
      stream.write(lines, (error) => resolve(error ?? undefined))
    })
  }

  async #reopenWhereMoved(): Promise<void> {
    const now = performance.now()
    if (this.#stream === undefined || now - this.#checked < checkEveryMs) return
    this.#checked = now
    const inode = await readInode(this.#path)
    if (inode !== missing && inode === this.#inode) return
    await this.#closeStream()
    this.#open()
  }

  #makeFile(): void {
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o750 })
    const descriptor = openSync(this.#path, 'a+', 0o640)
    try {
      endLine(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  #open(): void {
    const { folder, name, maxSize, maxFiles } = this.#options
    let before = maxFiles > 0 ? 0 : highestNumber(folder, name)
    const stream = createStream(
      (first: number | Date | null, index?: number) => {
        if (!first) return name
        return `${name}.${typeof first === 'number' ? first : before + (index ?? 1)}`
      },
      {
        path: folder,
        mode: 0o640,
        ...(maxSize > 0 ? { size: `${maxSize}B` } : {}),
        ...(maxSize > 0 && maxFiles > 0 ? { rotate: maxFiles } : {}),
      },
    )
    stream.on('open', () => {
      void readInode(this.#path).then((inode) => {
        this.#inode = inode
      })
    })
    stream.on('rotated', () => before++)
    // a failed stream accepts no more writes
    stream.on('error', (error) => {
      if (this.#stream === stream) this.#failed(error, 0)
    })
    this.#stream = stream
  }

  async #closeStream(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    if (stream === undefined || stream.destroyed) return
    await new Promise<void>((resolve) => {
      stream.once('close', resolve)
      stream.end()
    })
  }

  #failed(error: Error, lines: number): void {
    this.#lost += lines
    if (this.#stream !== undefined) {
      this.#stream.destroy()
      this.#stream = undefined
      setTimeout(() => this.#tryAgain(), this.#options.retryMs ?? 1000).unref()
    }
    if (this.#failing) return
    this.#failing = true
    process.stderr.write(
      `${this.#path}: ${error.message}; lines are lost until the file is writable again\n`,
    )
  }

  #tryAgain(): void {
    try {
      this.#makeFile()
      this.#open()
    } catch {
      setTimeout(() => this.#tryAgain(), this.#options.retryMs ?? 1000).unref()
    }
  }

  #recovered(): void {
    this.#failing = false
    process.stderr.write(`${this.#path}: writable again; ${this.#lost} lines were lost\n`)
  }
}

/** Ends an incomplete last line, so that the next line starts on its own. */
function endLine(descriptor: number): void {
  const { size } = fstatSync(descriptor)
  if (size === 0) return
  const last = Buffer.alloc(1)
  readSync(descriptor, last, 0, 1, size - 1)
  if (last.toString() !== '\n') writeSync(descriptor, '\n')
}

async function readInode(path: string): Promise<number> {
  try {
    return (await stat(path)).ino
  } catch {
    return missing
  }
}

function highestNumber(folder: string, name: string): number {
  const numbers = readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => Number(file.slice(name.length + 1)))
  return Math.max(0, ...numbers.filter(Number.isInteger))
}
