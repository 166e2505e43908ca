import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls'
import { errorText } from '../../host/error_text.ts'
import { findCertificateDates } from './certificate_dates.ts'
import type { Finding } from './connectivity_event.ts'
import { errorCode, limited, type Probe } from './probe.ts'

export interface TlsPeer {
  readonly host: string
  readonly port: number
  /** PEM of the authorities to trust; by default those of Node.js. */
  readonly ca: readonly string[] | undefined
  /** What to do if the certificate is not issued by a trusted authority. */
  readonly trustRemedy: string
  /** What to do if the certificate is for another name. */
  readonly nameRemedy: string
  /** Key of the configuration with the port. */
  readonly portKey: string
}

export interface TlsResult {
  /** Absent if the handshake failed. */
  readonly socket?: TLSSocket
  readonly findings: readonly Finding[]
}

/** The proxy refuses older versions. */
const minVersion = 'TLSv1.2'

/** Begins TLS on a connection, and examines the certificates of the server. */
export async function checkTls(raw: Socket, peer: TlsPeer, probe: Probe): Promise<TlsResult> {
  const socket = connect({
    socket: raw,
    minVersion,
    // examined below, so that everything that is wrong with it can be reported
    rejectUnauthorized: false,
    ...(isIP(peer.host) === 0 ? { servername: peer.host } : {}),
    ...(peer.ca === undefined ? {} : { ca: [...peer.ca] }),
  })
  const secured = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
  })
  try {
    await limited(secured, probe)
  } catch (error) {
    secured.catch(() => {})
    socket.destroy()
    return { findings: [explainHandshake(error, peer)] }
  }
  secured.catch(() => {})
  socket.on('error', () => {})
  return { socket, findings: examineCertificates(socket, peer, probe.clock.now()) }
}

/** Says what is wrong with the certificates that a server has shown. */
export function examineCertificates(socket: TLSSocket, peer: TlsPeer, now: number): Finding[] {
  const leaf = socket.getPeerCertificate(true)
  const place = `${peer.host}:${peer.port}`
  const findings = chainOf(leaf).flatMap((certificate, index) =>
    findCertificateDates(
      index === 0
        ? `the certificate of ${place}`
        : `the authority '${nameOf(certificate.subject)}' of ${place}`,
      { from: Date.parse(certificate.valid_from), to: Date.parse(certificate.valid_to) },
      now,
    ),
  )
  const trust = findTrust(socket, leaf, peer)
  if (trust !== undefined) findings.push(trust)
  const wrongName = checkServerIdentity(peer.host, leaf)
  if (wrongName !== undefined) {
    findings.push({
      severity: 'error',
      message: `the certificate of ${place} is not for ${peer.host} but for ${leaf.subjectaltname ?? nameOf(leaf.subject)}`,
      remedy: peer.nameRemedy,
    })
  }
  return findings
}

/** Node stores the code of the verification here, although its type says Error. */
function findTrust(
  { authorized, authorizationError }: TLSSocket,
  leaf: DetailedPeerCertificate,
  peer: TlsPeer,
): Finding | undefined {
  const code = errorCode(authorizationError) || String(authorizationError ?? '')
  // dates and names are findings of their own
  if (authorized || /EXPIRED|NOT_YET_VALID|ALTNAME/.test(code)) return undefined
  const isOwnIssuer =
    leaf.issuerCertificate === leaf ||
    leaf.fingerprint256 === leaf.issuerCertificate?.fingerprint256
  const issuer = isOwnIssuer ? 'by itself' : `by '${nameOf(leaf.issuer)}'`
  const isIncomplete = code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' && !isOwnIssuer
  return {
    severity: 'error',
    message: `the certificate of ${peer.host}:${peer.port} is issued ${issuer}, which is not trusted (${code})`,
    remedy: isIncomplete
      ? `${peer.trustRemedy}; or the server does not send its intermediate certificate`
      : peer.trustRemedy,
  }
}

/** More certificates than a chain has; a root is its own issuer. */
const maxChain = 10

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  let next: DetailedPeerCertificate | undefined = leaf
  while (next?.valid_to !== undefined && !chain.includes(next) && chain.length < maxChain) {
    chain.push(next)
    next = next.issuerCertificate
  }
  return chain
}

/** `Corp CA (Example Corp)` */
function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  const commonName = [name?.CN ?? []].flat().join(', ')
  const organisation = [name?.O ?? []].flat().join(', ')
  if (organisation === '') return commonName
  return commonName === '' ? organisation : `${commonName} (${organisation})`
}

function explainHandshake(error: unknown, { host, port, portKey }: TlsPeer): Finding {
  const code = errorCode(error)
  const place = `${host}:${port}`
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW/.test(code)) {
    return {
      severity: 'error',
      message: `${place} speaks only versions of TLS before 1.2, which the proxy refuses (${code})`,
      remedy: 'enable TLS 1.2 or later there',
    }
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNKNOWN_PROTOCOL/.test(code)) {
    return {
      severity: 'error',
      message: `${place} answers, but not with TLS (${code})`,
      remedy: `check ${portKey}; a captive portal or a firewall may also answer in its place`,
    }
  }
  return {
    severity: 'error',
    message: `${place} accepts the connection, but the TLS handshake fails (${code || errorText(error)})`,
    remedy: `check ${portKey}, the log of the server, and firewalls that inspect TLS`,
  }
}
