import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/** When the certificates of a connection expire, in milliseconds since 1970. */
export interface CertificateExpiry {
  /** The certificate of the server. */
  readonly service: number
  /** The first of those that vouch for it; `undefined` for a certificate that signs itself. */
  readonly authority: number | undefined
}

/** Checks the host name as Node does, and passes on when the certificates of the chain expire. */
export function checkIdentityAndExpiry(
  onExpiry: (expiry: CertificateExpiry) => void,
): typeof checkServerIdentity {
  return (host, certificate) => {
    const error = checkServerIdentity(host, certificate)
    if (error === undefined) {
      const [service = Number.NaN, ...others] = chainOf(certificate)
        .map(({ valid_to: end }) => Date.parse(end))
        .filter((end) => !Number.isNaN(end))
      if (!Number.isNaN(service)) {
        onExpiry({ service, authority: others.length === 0 ? undefined : Math.min(...others) })
      }
    }
    return error
  }
}

/** More certificates than a chain has; ends the loop of a root, which is its own issuer. */
const maxChain = 10

function chainOf(certificate: PeerCertificate): PeerCertificate[] {
  const chain: PeerCertificate[] = []
  let next: PeerCertificate | undefined = certificate
  while (next !== undefined && !chain.includes(next) && chain.length < maxChain) {
    chain.push(next)
    next = 'issuerCertificate' in next ? toCertificate(next.issuerCertificate) : undefined
  }
  return chain
}

function toCertificate(value: unknown): PeerCertificate | undefined {
  return isCertificate(value) ? value : undefined
}

function isCertificate(value: unknown): value is PeerCertificate {
  return typeof value === 'object' && value !== null && 'valid_to' in value
}
