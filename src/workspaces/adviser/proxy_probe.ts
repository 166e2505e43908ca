import { errorText } from '../../host/error_text.ts'
import type { Secret } from '../../host/secret.ts'
import { encodeAccessRequest, SharedSecret } from '../../radius/index.ts'
import { exchange } from '../../radius/udp/exchange.ts'
import type { Finding } from '../guide/finding.ts'
import { probeUsers } from '../guide/probe_users.ts'

/** The user of the probe of AWS; our proxy rejects it without asking the API. */
const [probeUser] = probeUsers
const probePassword = 'badpassword'
const waitMs = 5_000
const check = 'probe'

/**
 * Asks a proxy as AWS does, with a signed request: a reply that verifies proves that both have the same
 * secret. The machine must be a RADIUS client of the proxy.
 */
export async function probeProxy(
  { host, port }: { readonly host: string; readonly port: number },
  secret: Secret,
): Promise<Finding> {
  const place = `${host}:${port}`
  const shared = new SharedSecret(secret.reveal())
  let refused = 0
  try {
    const reply = await exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, shared, {
          username: probeUser,
          password: new TextEncoder().encode(probePassword),
        }),
      { host, port, secret: shared, timeoutMs: waitMs, onInvalidReply: () => refused++ },
    )
    if (reply !== undefined) {
      return { severity: 'ok', check, what: `${place} answers, and has the same secret.` }
    }
  } catch (error) {
    return {
      severity: 'error',
      check,
      what: `${place} can't be asked: ${errorText(error)}.`,
      todo: 'Start the proxy, or correct its address or port.',
    }
  }
  if (refused > 0) {
    return {
      severity: 'error',
      check,
      what: `${place} answers with another secret.`,
      why: 'AWS ignores such a reply.',
      todo: 'Write the same secret into authproxy.cfg and the secret file.',
    }
  }
  return {
    severity: 'warning',
    check,
    what: `${place} does not answer this machine.`,
    why: 'A proxy does not answer if no radius_ip_N includes this machine, or if the secret differs. Otherwise UDP is blocked, or the proxy is not running.',
    todo: 'Run this on a machine that is a RADIUS client of the proxy, such as the proxy itself with 127.0.0.1 as radius_ip_N.',
  }
}
