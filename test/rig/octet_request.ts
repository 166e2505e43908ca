import { createHash, createHmac } from 'node:crypto'
import { authorization, rfc2822Date } from '../../src/duo/index.ts'
import type { Integration } from '../../src/service/applications/integrations.ts'
import type { RawRequest } from './service_client.ts'

/** A name and a value that need not be text. */
export type OctetPair = readonly [name: Uint8Array, value: Uint8Array]

/** A request that may carry what no honest client sends, signed all the same. */
export interface OctetRequest {
  readonly method: 'GET' | 'POST'
  /** The signed path. */
  readonly path: string
  /** Version 2 signs `query` and `form`; 4 and 5 sign `query` and the body. */
  readonly version: 1 | 2 | 4 | 5
  readonly digest?: 'sha1' | 'sha512'
  readonly query?: readonly OctetPair[]
  readonly form?: readonly OctetPair[]
  /** In place of the form. */
  readonly body?: Uint8Array
  readonly contentType?: string
  readonly host?: string
  /** Sent as `Date`; `undefined` for none. */
  readonly date?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Signs a request as `canon_params` of the vendor's clients does: over the octets, whatever they are.
 * Uses none of the service's code, which it tests.
 */
export function signedOctets(
  { ikey, skey }: Pick<Integration, 'ikey' | 'skey'>,
  request: OctetRequest,
): RawRequest {
  const { method, path, version, digest = 'sha512', query = [], form = [] } = request
  const { host = '127.0.0.1', contentType = 'application/x-www-form-urlencoded' } = request
  const date = 'date' in request ? request.date : rfc2822Date(Date.now())
  const body = request.body ?? Buffer.from(joined(form))
  const lines = [method, host, path, joined(version <= 2 ? [...query, ...form] : query)]
  if (version >= 2) lines.unshift(date ?? '')
  if (version >= 4) lines.push(sha512(body))
  if (version === 5) lines.push(sha512(''))
  const signature = createHmac(digest, skey.reveal()).update(lines.join('\n')).digest('hex')
  return {
    method,
    path: query.length === 0 ? path : `${path}?${joined(query)}`,
    body,
    headers: {
      authorization: authorization(ikey, signature),
      ...(date === undefined ? {} : { date }),
      ...(body.length === 0 ? {} : { 'content-type': contentType }),
      ...request.headers,
    },
  }
}

/** Pairs of texts. */
export function pairs(parameters: Readonly<Record<string, string>>): OctetPair[] {
  return Object.entries(parameters).map(([name, value]) => [Buffer.from(name), Buffer.from(value)])
}

function joined(parameters: readonly OctetPair[]): string {
  return parameters
    .map(([name, value]) => [quoted(name), quoted(value)] as const)
    .sort(([name, value], [otherName, otherValue]) =>
      name === otherName ? compared(value, otherValue) : compared(name, otherName),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compared(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function quoted(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => {
      const character = String.fromCharCode(octet)
      const digits = octet.toString(16).toUpperCase().padStart(2, '0')
      return /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${digits}`
    })
    .join('')
}

function sha512(octets: string | Uint8Array): string {
  return createHash('sha512').update(octets).digest('hex')
}
