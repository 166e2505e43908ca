import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { asAccount, findFolderOwner, findPathOwner } from '../host/path_owner.ts'
import { readRegularFile } from '../host/regular_file.ts'
import type { BackupView } from './editor/page_api.ts'

const maxBackups = 20

/**
 * Copies of a configuration before each save, in the folder `backup` beside it, with its mode and owner.
 * The newest `limit` are kept. The folder belongs to who owns the one around it: root gives none away.
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
    return this.#asOwner(() =>
      this.#names().map((name) => {
        const { size } = lstatSync(join(this.folder, name))
        return { name, at: toDate(this.#pattern.exec(name)?.[1] ?? ''), octets: size }
      }),
    )
  }

  /** @returns `undefined` if there is no backup of this name. */
  read(name: string): Buffer | undefined {
    const isThere = this.#asOwner(() => this.#names().includes(name))
    return isThere ? readRegularFile(join(this.folder, name)) : undefined
  }

  /** Copies the file as it is on disk. @returns Name of the copy. @throws A system error. */
  add(octets: Uint8Array, now: number): string {
    const { mode, uid, gid } = asAccount(findPathOwner(this.#file), () => statSync(this.#file))
    const isRoot = process.getuid?.() === 0
    asAccount(findFolderOwner(this.folder), () =>
      mkdirSync(this.folder, { recursive: true, mode: 0o700 }),
    )
    const { name, descriptor } = this.#asOwner(() => {
      const name = this.#freeName(now)
      const path = join(this.folder, name)
      const descriptor = openSync(path, 'wx', 0o600)
      try {
        writeFileSync(descriptor, octets)
        fchmodSync(descriptor, mode & 0o777)
        fsyncSync(descriptor)
      } catch (error) {
        closeSync(descriptor)
        rmSync(path, { force: true })
        throw error
      }
      for (const old of this.#names().slice(maxBackups))
        rmSync(join(this.folder, old), { force: true })
      return { name, descriptor }
    })
    try {
      if (isRoot) fchownSync(descriptor, uid, gid)
    } finally {
      closeSync(descriptor)
    }
    return name
  }

  #asOwner<T>(work: () => T): T {
    return asAccount(findPathOwner(this.folder), work)
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
