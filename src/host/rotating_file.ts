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

export interface RotatingFileOptions {
  readonly folder: string
  readonly name: string
  /** Octets at which the file is rotated; 0 for never. */
  readonly maxSize: number
  /** Rotated files that are kept; 0 keeps all. */
  readonly maxFiles: number
  /** How long after a failure it is tried again. */
  readonly retryMs?: number
}

/** A file that can't be written keeps no more than this in memory. */
const maxPending = 8 * 1024 * 1024
/** How long a line may wait for others to be written with. */
const gatherMs = 20
const checkEveryMs = 1000
/** In the place of an inode, where there is no such file. */
const missing = 0

/**
 * A file that lines are appended to: `NAME`, and when it is full `NAME.1` (the newest), `NAME.2`, … .
 * Where all are kept they are not renamed each time: there the highest number is the newest.
 *
 * Writing never throws and never waits: lines are gathered and written together. What can't be
 * written (a full disk, a folder that vanished) is counted and said once on standard error; writing
 * goes on when it can, also in a file that was moved away or deleted and is therefore made anew.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions
  readonly #path: string
  #stream: RotatingFileStream | undefined
  #inode = missing
  #pending: string[] = []
  #pendingLength = 0
  #writing: Promise<void> | undefined
  #failing = false
  #checked = performance.now()
  #lost = 0

  /** @throws An error of the system's where the folder can't be made or the file not be opened. */
  constructor(options: RotatingFileOptions) {
    this.#options = options
    this.#path = join(options.folder, options.name)
    this.#makeFile()
    this.#open()
  }

  /** Lines that were lost. */
  get lost(): number {
    return this.#lost
  }

  /** @param line Without its line end. */
  write(line: string): void {
    if (this.#pendingLength > maxPending) {
      this.#lost++
      return
    }
    this.#pending.push(line)
    this.#pendingLength += line.length
    this.#writing ??= this.#writePending()
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    await this.#writing
    await this.#closeStream()
  }

  async #writePending(): Promise<void> {
    // what comes close together goes to the disk together: a write for each login would cost a tenth of it
    await new Promise((resolve) => setTimeout(resolve, gatherMs))
    while (this.#pending.length > 0) {
      const lines = this.#pending
      this.#pending = []
      this.#pendingLength = 0
      await this.#reopenWhereMoved()
      const error = await this.#append(`${lines.join('\n')}\n`)
      if (error !== undefined) this.#failed(error, lines.length)
      else if (this.#failing) this.#recovered()
    }
    this.#writing = undefined
  }

  #append(text: string): Promise<Error | undefined> {
    const stream = this.#stream
    if (stream === undefined) return Promise.resolve(new Error('it is not open'))
    return new Promise((resolve) => {
      stream.write(text, (error) => resolve(error ?? undefined))
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
    // a stream that has failed once takes nothing more
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
      `${this.#path}: ${error.message}; lines are lost until it can be written again\n`,
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
    process.stderr.write(`${this.#path}: written again; ${this.#lost} lines were lost\n`)
  }
}

/** Ends a line of which the end was lost, so that the next one stands by itself. */
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
