import { statSync } from 'node:fs'
import type { Account } from '../../host/account.ts'

/**
 * Finds the user that runs the proxy: that of the running process, else the owner of the log folder if
 * root runs the tool, else the user that runs the tool.
 *
 * @returns `undefined` if it can't be found out, as on Windows.
 */
export function findServiceUser(proxyPid: number | undefined, logDir: string): Account | undefined {
  const own = process.geteuid?.()
  if (own === undefined) return undefined
  const running =
    proxyPid === undefined ? undefined : statSync(`/proc/${proxyPid}`, { throwIfNoEntry: false })
  const found = running ?? (own === 0 ? statSync(logDir, { throwIfNoEntry: false }) : undefined)
  if (found !== undefined) return { uid: found.uid, gid: found.gid }
  return own === 0 ? undefined : { uid: own, gid: process.getegid?.() ?? own }
}
