import { randomInt } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../host/clock.ts'

interface Kept {
  /** Short enough to be typed. */
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
  readonly subject: string
  readonly text: string
  readonly html?: string
}

export interface KeptCall extends Kept {
  readonly kind: 'phone'
  readonly txid: string
  /** What a callee hears. */
  readonly text: string
  readonly confirmKeys: string
  readonly fraudKey: string | null
  readonly expires: number
}

/** What would have been sent. */
export type OutboxEntry = KeptMessage | KeptMail | KeptCall

/** A key that was pressed in a call; `null` if the callee hung up. */
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
 * Messages, calls and mail that leave the machine only as files in a folder, to try everything out
 * without a provider: one file each, for its owner alone.
 */
export class Outbox {
  readonly #folder: string
  readonly #clock: Clock

  /** @param dataFolder The folder is `outbox` in it. */
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
    // who lists the folder meanwhile sees whole files only
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
    await this.#prune(at)
    return id
  }

  /** The newest first, `most` of them. */
  async list(most = maxKept): Promise<OutboxEntry[]> {
    const files = (await this.#files()).slice(0, most)
    const entries = await Promise.all(files.map((file) => this.#read(file)))
    return entries.filter((entry) => entry !== undefined)
  }

  async byId(id: string): Promise<OutboxEntry | undefined> {
    const file = (await this.#files()).find((name) => name.endsWith(`-${id}.json`))
    return file === undefined ? undefined : await this.#read(file)
  }

  /** Leaves an answer to a call for the service to take. @param key `null` for hanging up. */
  async answer(id: string, key: string | null): Promise<void> {
    const file = this.#answerFile(id)
    await writeFile(`${file}.new`, JSON.stringify({ key }), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  /** Answers that the service has not taken yet. */
  async answers(): Promise<OutboxAnswer[]> {
    const ids = (await this.#names()).flatMap((name) => answerName.exec(name)?.[1] ?? [])
    const answers = await Promise.all(ids.map((id) => this.#readAnswer(id)))
    return answers.filter((answer) => answer !== undefined)
  }

  async answerTaken(id: string): Promise<void> {
    await rm(this.#answerFile(id), { force: true })
  }

  /** @returns `undefined` if the answer was taken after the folder was listed. */
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

  /** The names of entries' files, the newest first. */
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
      // nothing has been sent yet
      return []
    }
  }

  /** `undefined` where it is gone meanwhile. */
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
