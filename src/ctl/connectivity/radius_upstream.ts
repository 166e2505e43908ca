import { randomBytes } from 'node:crypto'
import { errorText } from '../../host/error_text.ts'
import type { Secret } from '../../host/secret.ts'
import {
  attributeNamed,
  Code,
  encodeAccessRequest,
  encodeStatusServer,
  type Packet,
  SharedSecret,
} from '../../radius/index.ts'
import { exchange } from '../../radius/udp/exchange.ts'
import type { Finding } from './connectivity_event.ts'
import { errorCode, limited, type Probe, ProbeTimeout } from './probe.ts'

/** A RADIUS server that checks passwords for the proxy. */
export interface RadiusUpstream {
  readonly host: string
  readonly port: number
  readonly secret: Secret
}

/** A user that no directory has; the name explains the request in the log of the server. */
const unlikelyUsername = 'countersign-connectivity-test'
const nasIdentifier = 'authproxy_connectivity_tool'
const timers = { initialMs: 1_500, maxTransmissions: 2 }

/**
 * Asks a RADIUS server for its status, then to authenticate a user that does not exist: a reject proves
 * that address, port and secret are right.
 */
export async function checkRadiusUpstream(
  { host, port, secret }: RadiusUpstream,
  probe: Probe,
): Promise<Finding[]> {
  const shared = new SharedSecret(secret.reveal())
  let isForged = false
  const ask = (build: (identifier: number, authenticator: Uint8Array) => Uint8Array) =>
    exchange(build, {
      host,
      port,
      secret: shared,
      timers,
      timeoutMs: probe.timeoutMs,
      onInvalidReply: () => {
        isForged = true
      },
    })
  const place = `${host}:${port}`
  try {
    const status = await untilCancelled(
      ask((identifier, authenticator) => encodeStatusServer(identifier, authenticator, shared)),
      probe,
    )
    const reply = await untilCancelled(
      ask((identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, shared, {
          username: unlikelyUsername,
          password: randomBytes(12),
          attributes: [nasIdentifierAttribute()],
        }),
      ),
      probe,
    )
    if (reply !== undefined) return [explainReply(reply, place)]
    if (isForged) return [wrongSecret(place)]
    return [status === undefined ? explainSilence(place, port) : explainUnanswered(place)]
  } catch (error) {
    return [explainError(error, place)]
  }
}

function nasIdentifierAttribute(): { type: number; value: Uint8Array } {
  const type = attributeNamed('NAS-Identifier')?.type ?? 32
  return { type, value: new TextEncoder().encode(nasIdentifier) }
}

/** The exchange itself has a limit. */
function untilCancelled<Value>(asked: Promise<Value>, probe: Probe): Promise<Value> {
  return limited(asked, { ...probe, timeoutMs: 2 * probe.timeoutMs })
}

function explainReply({ code }: Packet, place: string): Finding {
  switch (code) {
    case Code.AccessReject:
      return {
        severity: 'info',
        message: `${place} rejects the user '${unlikelyUsername}', who does not exist: it is reached, and the secret is right`,
      }
    case Code.AccessAccept:
      return {
        severity: 'warn',
        message: `${place} accepts the user '${unlikelyUsername}', who does not exist, with a random password`,
        remedy: 'check its rules: it does not check passwords',
      }
    default:
      return {
        severity: 'info',
        message: `${place} answers with an Access-Challenge: it is reached, and the secret is right`,
      }
  }
}

function wrongSecret(place: string): Finding {
  return {
    severity: 'error',
    message: `${place} answers, but with another secret`,
    remedy: 'copy the secret of this client from its configuration to secret=',
  }
}

function explainUnanswered(place: string): Finding {
  return {
    severity: 'warn',
    message: `${place} answers Status-Server, but not the request of a user`,
    remedy: 'check its log: its own directory may be down',
  }
}

function explainSilence(place: string, port: number): Finding {
  return {
    severity: 'error',
    message: `${place} does not answer`,
    remedy: `check that this machine is one of its clients, and that the secret is right (a RADIUS server is silent otherwise), that it is running, and that firewalls let UDP port ${port} through`,
  }
}

function explainError(error: unknown, place: string): Finding {
  const code = errorCode(error)
  if (code === 'ECONNREFUSED') {
    return {
      severity: 'error',
      message: `nothing listens on UDP ${place}`,
      remedy: 'check host and port, and that the RADIUS server is running',
    }
  }
  if (error instanceof ProbeTimeout)
    return { severity: 'error', message: `${place}: ${error.message}` }
  return {
    severity: 'error',
    message: `${place} can't be reached (${code || errorText(error)})`,
    remedy: 'check host, and the network of this machine',
  }
}
