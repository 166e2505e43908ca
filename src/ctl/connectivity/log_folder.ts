import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Account } from '../../host/account.ts'
import type { Installation } from '../../host/installation.ts'
import { asAccount, findPathOwner } from '../../host/path_owner.ts'
import { ownFileFlags } from '../../host/regular_file.ts'

const fileMode = 0o640
const folderMode = 0o750

/** Where a log is, and who decides about it. */
interface LogPlace {
  readonly logDir: string
  /** Names the folder. */
  readonly configFile: string
  readonly installation: Installation
  /** Runs the proxy; `undefined`: the account of this process. */
  readonly serviceAccount: Account | undefined
}

/**
 * The account with whose rights root works in the folder of the logs: who may change the configuration may
 * choose the folder, but gets nothing there beyond their own rights.
 */
function findLogWriter({ logDir, configFile, serviceAccount }: LogPlace): Account {
  if (serviceAccount !== undefined) return serviceAccount
  const chooser = findPathOwner(configFile, { ofFile: true })
  return chooser.uid === 0 ? findPathOwner(logDir) : chooser
}

/**
 * Opens a log for writing, and creates it and its folder if they are missing. As root, it creates no folder
 * that a configuration names, except with the rights of the account that could create it; only the folder
 * of the installation is created for the service user.
 *
 * @param flag Whether the previous content stays.
 * @returns A descriptor. @throws A system error; {Error} for a link or anything but a file.
 */
export function openLog(
  name: string,
  place: LogPlace,
  flag: 'append' | 'replace',
): { readonly file: string; readonly descriptor: number; readonly size: number } {
  const { logDir, installation, serviceAccount } = place
  const writer = findLogWriter(place)
  if (resolve(logDir) === installation.logDir && !existsSync(logDir)) {
    makeInstalledFolder(logDir, serviceAccount)
  }
  const file = join(logDir, name)
  const descriptor = asAccount(writer, () => {
    mkdirSync(logDir, { recursive: true, mode: folderMode })
    const { O_WRONLY, O_APPEND, O_CREAT } = constants
    const append = flag === 'append' ? O_APPEND : 0
    return openSync(file, O_WRONLY | O_CREAT | append | ownFileFlags, fileMode)
  })
  const found = fstatSync(descriptor)
  if (found.isFile() && found.nlink === 1) return { file, descriptor, size: found.size }
  closeSync(descriptor)
  throw new Error(`${file} is not a file of its own; remove it`)
}

/** The path comes from `installation.json`, which only root can change. */
function makeInstalledFolder(folder: string, owner: Account | undefined): void {
  asAccount(findPathOwner(dirname(folder)), () =>
    mkdirSync(folder, { recursive: true, mode: folderMode }),
  )
  if (owner === undefined) return
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | ownFileFlags)
  try {
    fchownSync(descriptor, owner.uid, owner.gid)
  } finally {
    closeSync(descriptor)
  }
}
