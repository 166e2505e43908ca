import { execFileSync } from 'node:child_process'
import type { FileOwner } from '../host/replace_file.ts'

/** Finds an account of this machine by name; `undefined` if it has none, or is Windows. */
export function findAccount(name: string): FileOwner | undefined {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return undefined
  }
}
