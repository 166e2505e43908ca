import type { ServerSection } from '../proxy/sections/proxy_config.ts'
import { encodeStatusServer } from '../radius/index.ts'
import { exchange } from '../radius/udp/exchange.ts'
import { RadiusClients } from '../radius/udp/radius_client.ts'

/** Long, because a start must not fail on a machine that is merely busy. */
const timeoutMs = 20_000

/**
 * Sends a Status-Server (RFC 5997) to a section, if it accepts requests from this machine.
 *
 * @returns Why it does not work; `undefined` if the section answers, or can't be asked from here.
 */
export async function probeListener({
  name,
  interfaceAddress,
  port,
  radiusClients,
  pwCodec,
}: ServerSection): Promise<string | undefined> {
  const host = toReachable(interfaceAddress)
  const client = RadiusClients.of(radiusClients, pwCodec).find(host)
  if (client === undefined) return undefined
  const reply = await exchange(
    (identifier, authenticator) => encodeStatusServer(identifier, authenticator, client.shared),
    { host, port, secret: client.shared, timeoutMs },
  ).catch(() => undefined)
  return reply === undefined
    ? `[${name}] does not answer a Status-Server at ${host} port ${port}; see its log`
    : undefined
}

/** An address of this machine at which a listener can be reached; it is the source address, too. */
function toReachable(interfaceAddress: string | undefined): string {
  if (interfaceAddress === undefined || interfaceAddress === '0.0.0.0') return '127.0.0.1'
  return interfaceAddress === '::' ? '::1' : interfaceAddress
}
