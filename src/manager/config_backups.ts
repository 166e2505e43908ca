import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BackupView } from './editor/page_api.ts'

const maxBackups = 20

/**
 * Copies of a configuration before each save, in the folder `backup` beside it, with its mode and owner.
 * The newest `limit` are kept.
 */
export class ConfigBackups {
  readonly limit = maxBackups
  readonly folder: string
  readonly #file: string
  readonly #pattern: RegExp

  constructor(file: string) {
    this.#file = file
    this.folder = join(dirname(file), 'backup')
    const name = basename(file).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    this.#pattern = new RegExp(`^${name}\\.(\\d{8}T\\d{6}Z)(?:-(\\d{1,4}))?$`)
  }

  /** Newest first. */
  list(): BackupView[] {
    return this.#names().map((name) => {
      const { size } = statSync(join(this.folder, name))
      return { name, at: toDate(this.#pattern.exec(name)?.[1] ?? ''), octets: size }
    })
  }

  /** @returns `undefined` if there is no backup of this name. */
  read(name: string): Buffer | undefined {
    return this.#names().includes(name) ? readFileSync(join(this.folder, name)) : undefined
  }

  /** Copies the file as it is on disk. @returns Name of the copy. @throws A system error. */
  add(octets: Uint8Array, now: number): string {
    const { mode, uid, gid } = statSync(this.#file)
    const isRoot = process.getuid?.() === 0
    if (mkdirSync(this.folder, { recursive: true, mode: 0o700 }) !== undefined && isRoot) {
      chownSync(this.folder, uid, gid)
    }
    const name = this.#freeName(now)
    const path = join(this.folder, name)
    try {
      writeFileSync(path, octets, { flag: 'wx', mode: 0o600, flush: true })
      if (isRoot) chownSync(path, uid, gid)
      chmodSync(path, mode & 0o777)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    }
    for (const old of this.#names().slice(maxBackups))
      rmSync(join(this.folder, old), { force: true })
    return name
  }

  #freeName(now: number): string {
    const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
    const names = this.#names()
    for (let number = 1; ; number++) {
      const name = `${basename(this.#file)}.${stamp}${number === 1 ? '' : `-${number}`}`
      if (!names.includes(name)) return name
    }
  }

  #names(): string[] {
    let names: string[]
    try {
      names = readdirSync(this.folder)
    } catch {
      return []
    }
    const keyOf = (name: string): [string, number] => {
      const [, stamp = '', number = '1'] = this.#pattern.exec(name) ?? []
      return [stamp, Number(number)]
    }
    return names
      .filter((name) => this.#pattern.test(name))
      .toSorted((one, other) => {
        const [[stamp, number], [otherStamp, otherNumber]] = [keyOf(one), keyOf(other)]
        return stamp === otherStamp ? otherNumber - number : stamp < otherStamp ? 1 : -1
      })
  }
}

/** `20261129T145801Z` in ISO 8601 with separators. */
function toDate(stamp: string): string {
  return stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z')
}
