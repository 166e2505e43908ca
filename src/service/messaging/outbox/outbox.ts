import { randomInt } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../host/clock.ts'

interface Kept {
  /** Short enough to type. */
  readonly id: string
  /** In milliseconds since 1970. */
  readonly at: number
  readonly to: string
}

export interface KeptMessage extends Kept {
  readonly kind: 'sms'
  readonly text: string
}

export interface KeptMail extends Kept {
  readonly kind: 'mail'
  /** The sender's name. */
  readonly from?: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

export interface KeptCall extends Kept {
  readonly kind: 'phone'
  readonly txid: string
  /** The spoken text. */
  readonly text: string
  readonly confirmKeys: string
  readonly fraudKey: string | null
  readonly expires: number
}

/** A test message. */
export type OutboxEntry = KeptMessage | KeptMail | KeptCall

export type OutboxErrorCode = 'OUTBOX_NO_CALL' | 'OUTBOX_CALL_OVER'

/** Thrown if a call can't be answered. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError'
  readonly code: OutboxErrorCode

  constructor(code: OutboxErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The key pressed in a call; `null` if the callee hung up. */
interface OutboxAnswer {
  readonly id: string
  readonly key: string | null
}

type WithoutId<Entry> = Entry extends Kept ? Omit<Entry, 'id' | 'at'> : never

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
const keptMs = 7 * 24 * 60 * 60_000
const maxKept = 500
const answerName = /^([a-z0-9]{6})\.answer$/
const entryName = /^(\d{13})-[a-z0-9]{6}\.json$/

/**
 * Stores messages, calls and mail as files instead of sending them, one file each, readable only by the
 * owner.
 */
export class Outbox {
  readonly #folder: string
  readonly #clock: Clock

  /** @param dataFolder The outbox is its subfolder `outbox`. */
  constructor(dataFolder: string, clock: Clock) {
    this.#folder = join(dataFolder, 'outbox')
    this.#clock = clock
  }

  /** @returns Its id. */
  async add(entry: WithoutId<OutboxEntry>): Promise<string> {
    const at = this.#clock.now()
    const id = Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const file = join(this.#folder, `${String(at).padStart(13, '0')}-${id}.json`)
    const text = `${JSON.stringify({ id, at, ...entry }, undefined, 2)}\n`
    // renamed into place, so that readers see only complete files
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
    await this.#prune(at)
    return id
  }

  /** The newest entries first. */
  async list(limit = maxKept): Promise<OutboxEntry[]> {
    const files = (await this.#files()).slice(0, limit)
    const entries = await Promise.all(files.map((file) => this.#read(file)))
    return entries.filter((entry) => entry !== undefined)
  }

  async byId(id: string): Promise<OutboxEntry | undefined> {
    const file = (await this.#files()).find((name) => name.endsWith(`-${id}.json`))
    return file === undefined ? undefined : await this.#read(file)
  }

  /** Stores an answer to a call for the service. @param key `null` to hang up. */
  async answer(id: string, key: string | null): Promise<void> {
    const file = this.#answerFile(id)
    await writeFile(`${file}.new`, JSON.stringify({ key }), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  /** Answers that the service has not processed yet. */
  async answers(): Promise<OutboxAnswer[]> {
    const ids = (await this.#names()).flatMap((name) => answerName.exec(name)?.[1] ?? [])
    const answers = await Promise.all(ids.map((id) => this.#readAnswer(id)))
    return answers.filter((answer) => answer !== undefined)
  }

  async answerTaken(id: string): Promise<void> {
    await rm(this.#answerFile(id), { force: true })
  }

  /** @returns `undefined` if the answer was processed after the folder was listed. */
  async #readAnswer(id: string): Promise<OutboxAnswer | undefined> {
    try {
      const { key }: Pick<OutboxAnswer, 'key'> = JSON.parse(
        await readFile(this.#answerFile(id), 'utf8'),
      )
      return { id, key }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  #answerFile(id: string): string {
    return join(this.#folder, `${id}.answer`)
  }

  /** File names of the entries, newest first. */
  async #files(): Promise<string[]> {
    const names = await this.#names()
    return names
      .filter((name) => entryName.test(name))
      .sort()
      .reverse()
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch {
      // the folder does not exist before the first message
      return []
    }
  }

  /** @returns `undefined` if the file was removed in the meantime. */
  async #read(file: string): Promise<OutboxEntry | undefined> {
    try {
      const entry: OutboxEntry = JSON.parse(await readFile(join(this.#folder, file), 'utf8'))
      return entry
    } catch {
      return undefined
    }
  }

  async #prune(now: number): Promise<void> {
    const files = await this.#files()
    const old = files.filter((file, index) => {
      const at = Number(entryName.exec(file)?.[1])
      return index >= maxKept || at < now - keptMs
    })
    await Promise.all(old.map((file) => rm(join(this.#folder, file), { force: true })))
  }
}
