import type { ListenPlace } from '../radius/udp/listen_place.ts'
import type { ServerSection } from './sections/proxy_config.ts'

/** Thrown if a section can't start; the message names the section, the port and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  /** Whether places of the configuration in force are lost, too. */
  readonly hasLostPlaces: boolean

  constructor(message: string, { hasLostPlaces = false } = {}) {
    super(message)
    this.hasLostPlaces = hasLostPlaces
  }
}

/** Explains why the system refused to open a port. */
export function toListenError(
  { name }: ServerSection,
  place: ListenPlace,
  transport: 'UDP' | 'TCP',
  error: unknown,
): ListenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const { address, port } = place
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `another program uses ${transport} port ${port}; stop it or set port= to another`,
    EACCES: `only root may open ${transport} port ${port}; start as root or set port= to one above 1023`,
    EAFNOSUPPORT: `this machine has no IPv6; leave interface out for IPv4`,
    EADDRNOTAVAIL: `interface ${address ?? ''} is not an address of this machine`,
  }
  return new ListenError(`[${name}] can't listen on ${formatPlace(place)}: ${advice[code] ?? code}`)
}

/** `10.0.0.1:1812`, `[2001:db8::1]:1812`, or `*:1812` for all IPv4 addresses. */
export function formatPlace({ address = '*', port }: ListenPlace): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
