import { spawnSync } from 'node:child_process'

/** User and group id of an account of this machine. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Finds an account by its name; `undefined` if there is none, and always on Windows. */
export function findAccount(user: string): Account | undefined {
  const [uid, gid] = [readId(user, '-u'), readId(user, '-g')]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/**
 * The account that the proxy must run as: if root starts it, the service user of the installation.
 *
 * @returns `undefined` for the account of this process.
 * @throws {Error} if the account does not exist.
 */
export function findServiceAccount(user: string | undefined): Account | undefined {
  if (user === undefined || process.geteuid?.() !== 0) return undefined
  const account = findAccount(user)
  if (account !== undefined) return account
  throw new Error(`the service user ${user} does not exist; install the package again`)
}

function readId(user: string, option: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [option, '--', user], { encoding: 'utf8' })
  const id = Number(stdout)
  return status === 0 && Number.isSafeInteger(id) ? id : undefined
}
