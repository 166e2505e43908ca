import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from '../host/account.ts'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { readConfigFile } from '../host/regular_file.ts'
import { createFile, replaceFile } from '../host/replace_file.ts'
import { ConfigBackups } from './config_backups.ts'
import { decodeConfig, versionOf } from './config_text.ts'
import type { FileView, SaveAnswer, SaveRequest } from './editor/page_api.ts'

export type SaveOutcome =
  | ({ readonly kind: 'saved' } & SaveAnswer)
  /** The file is not the one that was edited. */
  | { readonly kind: 'stale'; readonly current: FileView }
  | { readonly kind: 'refused'; readonly message: string }

const maxOctets = 1024 * 1024

/** Thrown if the file can't be read. */
export class ConfigUnreadable extends Error {
  override readonly name = 'ConfigUnreadable'
}

/** The configuration file on disk, with backups of its previous versions. */
export class ConfigStore {
  readonly file: string
  readonly backups: ConfigBackups
  readonly #clock: Clock
  readonly #newOwner: Account | undefined
  /** Result of the last call of `version`. */
  #seen: { readonly stamp: string; readonly version: string } | undefined

  /** @param newOwner Who owns the file if root creates it; by default, the owner of its folder. */
  constructor(file: string, clock: Clock, newOwner?: Account) {
    this.file = file
    this.backups = new ConfigBackups(file)
    this.#clock = clock
    this.#newOwner = newOwner
  }

  /** @throws {ConfigUnreadable} if it is there and can't be read. */
  read(): FileView {
    const octets = this.#readOctets()
    const problem = findSaveProblem(this.file, octets !== undefined)
    const readOnly = problem === undefined ? {} : { readOnly: problem }
    if (octets === undefined) {
      return { path: this.file, text: '', version: null, encoding: 'utf-8', ...readOnly }
    }
    return { path: this.file, ...decodeConfig(octets), version: versionOf(octets), ...readOnly }
  }

  /** The version on disk, without reading a file that has not changed since the last call. */
  version(): string | null {
    const stat = statSync(this.file, { throwIfNoEntry: false })
    if (stat === undefined) return null
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`
    if (this.#seen?.stamp !== stamp) {
      const octets = this.#readOctets()
      if (octets === undefined) return null
      this.#seen = { stamp, version: versionOf(octets) }
    }
    return this.#seen.version
  }

  /**
   * Writes the file atomically, with its mode and owner, after a copy of the previous one. It is written
   * only if it still has the version that was edited.
   */
  save({ text, base }: SaveRequest): SaveOutcome {
    const before = this.#readOctets()
    const version = before === undefined ? null : versionOf(before)
    if (version !== base) return { kind: 'stale', current: this.read() }
    const problem = findSaveProblem(this.file, before !== undefined)
    if (problem !== undefined) return { kind: 'refused', message: problem }
    const saved = { kind: 'saved', version: versionOf(Buffer.from(text)) } as const
    try {
      if (before === undefined) {
        createFile(this.file, text, this.#newOwner)
        return saved
      }
      const backup = this.backups.add(before, this.#clock.now())
      replaceFile(this.file, text)
      return { ...saved, backup }
    } catch (error) {
      return { kind: 'refused', message: describeFailure(error, this.file) }
    }
  }

  #readOctets(): Buffer | undefined {
    try {
      const octets = readConfigFile(this.file)
      if (octets.length <= maxOctets) return octets
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw new ConfigUnreadable(`${this.file} can't be read: ${describeFailure(error, this.file)}`)
    }
    throw new ConfigUnreadable(`${this.file} is larger than 1 MB, so it can't be an authproxy.cfg`)
  }
}

/** Why a file can't be saved, as far as that can be known in advance. */
function findSaveProblem(file: string, exists: boolean): string | undefined {
  try {
    if (exists) {
      // root could write to a read-only file, but its owner has protected it on purpose
      if ((statSync(file).mode & 0o200) === 0) {
        return `${file} is read-only; make it writable first (chmod u+w)`
      }
      accessSync(file, constants.W_OK)
    }
    accessSync(dirname(file), constants.W_OK)
    return undefined
  } catch (error) {
    return describeFailure(error, file)
  }
}

function describeFailure(error: unknown, file: string): string {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk is full, and ${file} is unchanged; free some space and save again`
    case 'EACCES':
    case 'EPERM':
      return `no permission for ${file} or its folder; run authproxy_manager as root, or as the user that owns the file`
    case 'EROFS':
      return `${file} is on a read-only file system`
    case 'ENOENT':
      return `the folder ${dirname(file)} does not exist; create it first`
    default:
      return errorText(error)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
