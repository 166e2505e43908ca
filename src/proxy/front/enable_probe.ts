import { lookupName } from '../../duo/index.ts'

/**
 * Users that AWS Directory Service invents when MFA is enabled: each controller asks once for one of them,
 * to see whether the RADIUS server answers. Any valid reply will do.
 */
const probeNames: ReadonlySet<string> = new Set(['fakeusername', 'awsfakeuser'])

/** Whether a username is that of the probe, in any of the forms in which a directory sends names. */
export function isEnableProbe(username: string): boolean {
  return probeNames.has(lookupName(username, 'simple'))
}
