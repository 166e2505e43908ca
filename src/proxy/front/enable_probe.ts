import { lookupName } from '../../duo/index.ts'
import { probeUsers } from '../../workspaces/guide/probe_users.ts'

const probeNames: ReadonlySet<string> = new Set(probeUsers)

/**
 * Whether a username is that of AWS's probe, in any of the forms in which a directory sends names. Any valid reply to it
 * will do.
 */
export function isEnableProbe(username: string): boolean {
  return probeNames.has(lookupName(username, 'simple'))
}
