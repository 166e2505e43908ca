import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { type Account, findAccount } from './account.ts'

const root: Account = { uid: 0, gid: 0 }
const nobody: Account = { uid: 65534, gid: 65534 }
const maxLinks = 40
const writableByOthers = 0o002
const writableByGroup = 0o020
const sticky = 0o1000

/**
 * The account that decides where a path leads: the first one besides root that owns a folder or a link on
 * the way to it, or the file itself. What root does with the path, it must do with the rights of that
 * account, which can replace each part of it by a link at any time.
 *
 * @param options.ofFile Whether the owner of the file counts: who owns it decides what is in it, but not
 *   where it is.
 * @throws A system error, except if a part of the path is missing.
 */
export function findPathOwner(path: string, { ofFile = false } = {}): Account {
  const start = parse(resolve(path)).root
  let rest = resolve(path).slice(start.length).split(sep).filter(Boolean)
  let folder = start
  let isOpen = false
  for (let links = 0; rest.length > 0; ) {
    const [name = '', ...after] = rest
    const place = join(folder, name)
    const found = lstatSync(place, { throwIfNoEntry: false })
    if (found === undefined) break
    const isPart = found.isDirectory() || found.isSymbolicLink()
    if (found.uid !== 0 && (isPart || ofFile || isOpen)) return accountOf(found.uid)
    if (found.isSymbolicLink()) {
      if (++links > maxLinks) throw new Error(`${path} has too many symbolic links`)
      const target = resolve(folder, readlinkSync(place))
      rest = [...target.slice(start.length).split(sep).filter(Boolean), ...after]
      folder = start
      continue
    }
    isOpen ||= found.isDirectory() && isOpenFolder(found)
    folder = place
    rest = after
  }
  return isOpen ? nobody : root
}

/** The owner of the folder that a file is in, or will be. */
export function findFolderOwner(file: string): Account {
  return findPathOwner(dirname(file))
}

/** Others can replace what is in it. */
function isOpenFolder({ mode, gid }: Stats): boolean {
  if ((mode & sticky) !== 0) return false
  return (mode & writableByOthers) !== 0 || ((mode & writableByGroup) !== 0 && gid !== 0)
}

const accounts = new Map<number, Account>()

/** With its own main group: the group of a folder may have rights that the account has not. */
function accountOf(uid: number): Account {
  const account = accounts.get(uid) ?? findAccount(String(uid)) ?? { uid, gid: nobody.gid }
  accounts.set(uid, account)
  return account
}

/** The types of Node lack one of its functions. */
interface GroupProcess
  extends Pick<
    NodeJS.Process,
    'geteuid' | 'getegid' | 'getgroups' | 'seteuid' | 'setegid' | 'setgroups'
  > {
  readonly initgroups?: (user: number, extraGroup: number) => void
}

/**
 * Does file work with the rights of an account, if this process runs as root: the kernel then refuses
 * whatever the account itself could not do, also behind a link that it plants meanwhile.
 *
 * The whole process has these rights until the work ends, so the work must be short and synchronous.
 *
 * @throws What the work throws, and a system error if root can't take the rights of the account.
 */
export function asAccount<T>({ uid, gid }: Account, work: () => T): T {
  const { geteuid, getegid, getgroups, seteuid, setegid, setgroups, initgroups }: GroupProcess =
    process
  if (
    geteuid?.() !== 0 ||
    uid === 0 ||
    getegid === undefined ||
    getgroups === undefined ||
    seteuid === undefined ||
    setegid === undefined ||
    setgroups === undefined ||
    initgroups === undefined
  ) {
    return work()
  }
  const [ownGroup, ownGroups] = [getegid(), getgroups()]
  try {
    try {
      initgroups(uid, gid)
    } catch {
      // an id without an account
      setgroups([gid])
    }
    setegid(gid)
    seteuid(uid)
    return work()
  } finally {
    seteuid(0)
    setegid(ownGroup)
    setgroups(ownGroups)
  }
}
