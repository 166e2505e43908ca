import { spawnSync } from 'node:child_process'

/** The numbers of an account. */
export interface ServiceAccount {
  readonly uid: number
  readonly gid: number
}

/**
 * The account that must run the proxy: that of the installation if root starts it.
 *
 * @returns `undefined` for the present account.
 * @throws {Error} if the account does not exist.
 */
export function findServiceAccount(user: string | undefined): ServiceAccount | undefined {
  if (user === undefined || process.geteuid?.() !== 0) return undefined
  const [uid, gid] = [numberOf(user, '-u'), numberOf(user, '-g')]
  if (uid === undefined || gid === undefined) {
    throw new Error(`the service user ${user} does not exist; install the package again`)
  }
  return { uid, gid }
}

function numberOf(user: string, option: string): number | undefined {
  const { status, stdout } = spawnSync('id', [option, '--', user], { encoding: 'utf8' })
  const number = Number(stdout)
  return status === 0 && Number.isSafeInteger(number) ? number : undefined
}
