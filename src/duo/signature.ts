import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { canonicalParameters, duoHeadersHash, type Parameter, sha512Hex } from './canonical.ts'

export type SignatureVersion = 1 | 2 | 4 | 5
export type SignatureDigest = 'sha1' | 'sha512'

/** The parts of a request that its signature covers. */
export interface SignedParts {
  /** RFC 2822 date, octet for octet as the `Date` or `X-Duo-Date` header has it; version 1 has none. */
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

/** A secret key as the HMAC wants it: made once, since Node takes five times as long for a text. */
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
  return createHmac(digest, key).update(canonicalLines(parts, version)).digest('hex')
}

/** The value of the Authorization header. */
export function authorization(ikey: string, signature: string): string {
  return `Basic ${Buffer.from(`${ikey}:${signature}`).toString('base64')}`
}

/** What the Authorization header says; `undefined` where it says nothing that we can read. */
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

/** A request as it came, with all that one of the versions may have signed. */
export interface ReceivedRequest {
  readonly method: string
  /** The Host header, with its port if it has one. */
  readonly host: string
  readonly path: string
  readonly query: readonly Parameter[]
  readonly form: readonly Parameter[]
  readonly body: string | Uint8Array
  /** `X-Duo-Date`, else `Date`; `undefined` where there is neither. */
  readonly date: string | undefined
  readonly headers: readonly Parameter[]
}

/**
 * Finds the version by which a request is signed: neither it nor the way that the host was written
 * travels with the request, so all that a client may have done are tried, the most usual first.
 *
 * @param signature Lower-case hexadecimal digits.
 * @returns The version, or `undefined` where the signature is not one of this key's.
 */
export function verifiedVersion(
  request: ReceivedRequest,
  signature: string,
  key: KeyObject,
): SignatureVersion | undefined {
  const digest = digestOfLength(signature.length)
  if (digest === undefined) return undefined
  const received = Buffer.from(signature, 'latin1')
  for (const version of candidateVersions(request, digest)) {
    for (const parts of candidateParts(request, version)) {
      if (timingSafeEqual(Buffer.from(sign(parts, key, version, digest), 'latin1'), received)) {
        return version
      }
    }
  }
  return undefined
}

function canonicalLines(parts: SignedParts, version: SignatureVersion): string {
  const request = [
    parts.method.toUpperCase(),
    parts.host,
    parts.path,
    canonicalParameters(parts.parameters),
  ]
  switch (version) {
    case 1:
      return request.join('\n')
    case 2:
      return [parts.date, ...request].join('\n')
    case 4:
      return [parts.date, ...request, sha512Hex(parts.body ?? '')].join('\n')
    case 5:
      return [
        parts.date,
        ...request,
        sha512Hex(parts.body ?? ''),
        duoHeadersHash(parts.headers ?? []),
      ].join('\n')
  }
}

function digestOfLength(length: number): SignatureDigest | undefined {
  if (length === 40) return 'sha1'
  return length === 128 ? 'sha512' : undefined
}

function candidateVersions(
  { date, body, method }: ReceivedRequest,
  digest: SignatureDigest,
): readonly SignatureVersion[] {
  if (date === undefined) return [1]
  // a date that is sent is a date that is signed: version 1 would let anyone change it
  if (digest === 'sha1') return [2]
  const form = body.length > 0 || method.toUpperCase() === 'GET'
  return form ? [2, 5, 4] : [5, 2, 4]
}

function* candidateParts(
  request: ReceivedRequest,
  version: SignatureVersion,
): Generator<SignedParts> {
  const parameters = version <= 2 ? [...request.query, ...request.form] : request.query
  const { method, path, body, date = '' } = request
  for (const host of candidateHosts(request.host)) {
    yield { date, method, host, path, parameters, body, headers: request.headers }
    if (version !== 5) continue
    // some clients leave the date out of the header hash, though they send it as X-Duo-Date
    const headers = request.headers.filter(([name]) => name.toLowerCase() !== 'x-duo-date')
    if (headers.length < request.headers.length) {
      yield { date, method, host, path, parameters, body, headers }
    }
  }
}

/** Clients sign the host with its port or without, in lower case or as it was configured. */
function candidateHosts(host: string): Set<string> {
  const bare = host.replace(/:\d+$/, '')
  return new Set([bare.toLowerCase(), host.toLowerCase(), bare, host])
}
