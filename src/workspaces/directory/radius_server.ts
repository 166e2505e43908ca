import { isIP, isIPv6 } from 'node:net'
import type { Knobs } from '../knobs/knob_table.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'

/** A RADIUS server under one address. */
export interface RadiusServer {
  /** The entry of RadiusServers that it comes from. */
  readonly name: string
  readonly address: string
  readonly port: number
}

/** Resolves a DNS name to its addresses. @throws if there are none. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** The name of a server in the trace: `proxy-127.0.0.1:1812`. */
export function nodeOf({ address, port }: Pick<RadiusServer, 'address' | 'port'>): string {
  return `proxy-${isIPv6(address) ? `[${address}]` : address}:${port}`
}

/**
 * Lists the servers of the settings in their order; a DNS name stands for its first address or for all of them.
 *
 * @param onUnresolved Called for a name without an address, which is skipped.
 */
export async function findServers(
  settings: RadiusSettings,
  addresses: Knobs['fqdn']['addresses'],
  resolve: Resolve,
  onUnresolved: (name: string, error: unknown) => void,
): Promise<readonly RadiusServer[]> {
  const { RadiusPort: port } = settings
  const names = [...settings.RadiusServers, ...settings.RadiusServersIpv6]
  const found = await Promise.all(
    names.map(async (name): Promise<RadiusServer[]> => {
      if (isIP(name) !== 0) return [{ name, address: name, port }]
      try {
        const resolved = await resolve(name)
        const used = addresses === 'first' ? resolved.slice(0, 1) : resolved
        return used.map((address) => ({ name, address, port }))
      } catch (error) {
        onUnresolved(name, error)
        return []
      }
    }),
  )
  return found.flat()
}
