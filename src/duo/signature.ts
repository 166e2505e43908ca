import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import {
  canonicalEncoded,
  canonicalParameters,
  duoHeadersHash,
  type EncodedParameter,
  type Parameter,
  sha512Hex,
} from './canonical.ts'

export type SignatureVersion = 1 | 2 | 4 | 5
export type SignatureDigest = 'sha1' | 'sha512'

/** The parts of a request that its signature covers. */
export interface SignedParts {
  /** RFC 2822 date, byte for byte as in the `Date` or `X-Duo-Date` header; version 1 has none. */
  readonly date: string
  readonly method: string
  readonly host: string
  readonly path: string
  /** Versions 1 and 2: of query and form together; versions 4 and 5: of the query only. */
  readonly parameters: readonly Parameter[]
  /** The raw body; versions 4 and 5 only. */
  readonly body?: string | Uint8Array
  /** Headers of the request; version 5 signs those whose names begin with `X-Duo-`. */
  readonly headers?: readonly Parameter[]
}

/** Creates the HMAC key. Reuse it: with a string, Node takes five times as long. */
export function signingKey(skey: string): KeyObject {
  return createSecretKey(skey, 'utf8')
}

/**
 * Signs a request (duo.com/docs/authapi, "Authentication"): HMAC over the canonical lines.
 *
 * @returns Lower-case hexadecimal digits, 40 for SHA-1 and 128 for SHA-512.
 */
export function sign(
  parts: SignedParts,
  key: KeyObject,
  version: SignatureVersion,
  digest: SignatureDigest = 'sha512',
): string {
  const { parameters, body = '', headers = [] } = parts
  const lines = canonicalLines(version, {
    ...parts,
    parameters: canonicalParameters(parameters),
    bodyHash: version >= 4 ? sha512Hex(body) : '',
    headersHash: version === 5 ? duoHeadersHash(headers) : '',
  })
  return createHmac(digest, key).update(lines).digest('hex')
}

/**
 * Signs a request in version 2, with its parameters in the canonical form that is also sent.
 *
 * @param canonical The result of `canonicalParameters` or `canonicalNamed`.
 */
export function signCanonical(
  { date, method, host, path }: Pick<SignedParts, 'date' | 'method' | 'host' | 'path'>,
  canonical: string,
  key: KeyObject,
): string {
  const lines = `${date}\n${method}\n${host}\n${path}\n${canonical}`
  return createHmac('sha512', key).update(lines).digest('hex')
}

/** The value of the Authorization header. */
export function authorization(ikey: string, signature: string): string {
  return `Basic ${Buffer.from(`${ikey}:${signature}`).toString('base64')}`
}

/** Parses the Authorization header; `undefined` if it is not one of ours. */
export function parseAuthorization(
  header: string,
): { readonly ikey: string; readonly signature: string } | undefined {
  const [scheme, encoded, ...more] = header.trim().split(/\s+/)
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined || more.length > 0)
    return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return undefined
  return { ikey: decoded.slice(0, colon), signature: decoded.slice(colon + 1).toLowerCase() }
}

/** A received request, with every part that any of the versions signs. */
export interface ReceivedRequest {
  readonly method: string
  /**
   * Hosts that the client may have signed, with their ports, most likely first: the Host header and the
   * service's own names, because a reverse proxy may have changed the header.
   */
  readonly hosts: readonly string[]
  readonly path: string
  readonly query: readonly EncodedParameter[]
  readonly form: readonly EncodedParameter[]
  readonly body: string | Uint8Array
  /** `X-Duo-Date`, else `Date`; `undefined` if there is neither. */
  readonly date: string | undefined
  readonly headers: readonly Parameter[]
}

/**
 * Finds the version by which a request is signed. Neither the version nor the spelling of the host
 * travels with the request, so every combination is tried, the most common first.
 *
 * Version 1 does not sign the date, so its signatures can be replayed forever. It is tried last, and
 * callers decide where they accept it.
 *
 * @param signature Lower-case hexadecimal digits.
 * @returns The version, or `undefined` if the signature was not made with this key.
 */
export function verifiedVersion(
  request: ReceivedRequest,
  signature: string,
  key: KeyObject,
): SignatureVersion | undefined {
  const digest = digestOfLength(signature.length)
  if (digest === undefined) return undefined
  const received = Buffer.from(signature, 'latin1')
  const versions = candidateVersions(request, digest)
  const known = new Map<SignatureVersion, Omit<CanonicalParts, 'host'>[]>()
  const signedParts = (version: SignatureVersion) => {
    const parts = known.get(version) ?? candidateParts(request, version)
    known.set(version, parts)
    return parts
  }
  for (const host of candidateHosts(request.hosts)) {
    for (const version of versions) {
      for (const parts of signedParts(version)) {
        const lines = canonicalLines(version, { ...parts, host })
        const expected = createHmac(digest, key).update(lines).digest('hex')
        if (timingSafeEqual(Buffer.from(expected, 'latin1'), received)) return version
      }
    }
  }
  return undefined
}

interface CanonicalParts {
  readonly date: string
  readonly method: string
  readonly host: string
  readonly path: string
  /** In canonical form. */
  readonly parameters: string
  readonly bodyHash: string
  readonly headersHash: string
}

function canonicalLines(version: SignatureVersion, parts: CanonicalParts): string {
  const { date, method, host, path, parameters, bodyHash, headersHash } = parts
  const request = `${method.toUpperCase()}\n${host}\n${path}\n${parameters}`
  switch (version) {
    case 1:
      return request
    case 2:
      return `${date}\n${request}`
    case 4:
      return `${date}\n${request}\n${bodyHash}`
    case 5:
      return `${date}\n${request}\n${bodyHash}\n${headersHash}`
  }
}

function digestOfLength(length: number): SignatureDigest | undefined {
  if (length === 40) return 'sha1'
  return length === 128 ? 'sha512' : undefined
}

function candidateVersions(
  { date, form, body, method }: ReceivedRequest,
  digest: SignatureDigest,
): readonly SignatureVersion[] {
  if (date === undefined) return [1]
  if (digest === 'sha1') return [2, 1]
  const usesForm = form.length > 0 || (body.length === 0 && method.toUpperCase() === 'GET')
  return usesForm ? [2, 5, 4, 1] : [5, 4, 2, 1]
}

function candidateParts(
  request: ReceivedRequest,
  version: SignatureVersion,
): Omit<CanonicalParts, 'host'>[] {
  const { method, path, date = '', query, form, headers } = request
  const inForm = version <= 2
  const parts = {
    date,
    method,
    path,
    parameters: canonicalEncoded(inForm ? [...query, ...form] : query),
    bodyHash: inForm ? '' : sha512Hex(request.body),
    headersHash: version === 5 ? duoHeadersHash(headers) : '',
  }
  if (version !== 5) return [parts]
  // some clients omit the date from the header hash, although they send it as X-Duo-Date
  const undated = headers.filter(([name]) => name.toLowerCase() !== 'x-duo-date')
  return undated.length === headers.length
    ? [parts]
    : [parts, { ...parts, headersHash: duoHeadersHash(undated) }]
}

/**
 * Lists the spellings of a host that clients sign: with or without its port, in lower case or as
 * configured, and with a final dot if it was configured with one.
 */
function* candidateHosts(hosts: readonly string[]): Generator<string> {
  const tried = new Set<string>()
  for (const host of hosts) {
    const [, name = '', port = ''] = /^(.*?)\.?(:\d+)?$/s.exec(host) ?? []
    for (const each of [name, `${name}.`]) {
      for (const written of [each, each + port]) {
        for (const cased of [written.toLowerCase(), written]) {
          if (tried.has(cased)) continue
          tried.add(cased)
          yield cased
        }
      }
    }
  }
}
