import { createHash } from 'node:crypto'

/** A parameter's name and value, decoded. */
export type Parameter = readonly [name: string, value: string]

/** A parameter as it is signed: name and value percent-encoded as RFC 3986 §2.1 does. */
export interface EncodedParameter {
  readonly name: string
  readonly value: string
}

/**
 * Percent-encodes as RFC 3986 does: all but `A-Z a-z 0-9 - _ . ~`, upper-case digits.
 *
 * @throws {URIError} for a lone surrogate, which UTF-8 can't encode.
 */
function percentEncoded(text: string): string {
  const encoded = encodeURIComponent(text)
  return leftByEncodeUri.test(encoded) ? encoded.replace(/[!'()*]/g, percent) : encoded
}

const leftByEncodeUri = /[!'()*]/

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/**
 * Parameters as they are signed: encoded, sorted by encoded name and then by value, joined with `&`.
 * The same text serves as form body or query.
 */
export function canonicalParameters(parameters: readonly Parameter[]): string {
  return canonicalEncoded(parameters.map(encodeParameter))
}

/**
 * The same for parameters with unique names that need no encoding, as those of the API. Leaves out absent ones.
 *
 * @throws {URIError} for a lone surrogate.
 */
export function canonicalNamed(parameters: Readonly<Record<string, string | undefined>>): string {
  let canonical = ''
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name]
    if (value === undefined) continue
    const separator = canonical === '' ? '' : '&'
    canonical += `${separator}${name}=${percentEncoded(value)}`
  }
  return canonical
}

/** @throws {URIError} for a lone surrogate. */
export function encodeParameter([name, value]: Parameter): EncodedParameter {
  return { name: percentEncoded(name), value: percentEncoded(value) }
}

/** The same for parameters that are already encoded. */
export function canonicalEncoded(parameters: readonly EncodedParameter[]): string {
  if (parameters.length === 0) return ''
  return [...parameters]
    .sort((one, other) =>
      one.name === other.name ? order(one.value, other.value) : order(one.name, other.name),
    )
    .map(({ name, value }) => `${name}=${value}`)
    .join('&')
}

/**
 * Reads a form or a query without decoding it, so that octets which are not UTF-8 are signed as they
 * came.
 *
 * @param octets One character per octet (`latin1`).
 */
export function parseEncodedParameters(octets: string): EncodedParameter[] {
  return octets
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0
        ? { name: reencoded(pair), value: '' }
        : { name: reencoded(pair.slice(0, equals)), value: reencoded(pair.slice(equals + 1)) }
    })
}

/** Some clients encode more than necessary, use lower-case digits, or write blanks as `+`. */
function reencoded(octets: string): string {
  return octets.replace(
    /%([0-9a-f]{2})|[^A-Za-z0-9\-_.~]/gi,
    (character, digits: string | undefined) => {
      if (character === '+') return '%20'
      const octet =
        digits === undefined ? character.charCodeAt(0) & 0xff : Number.parseInt(digits, 16)
      const unreserved = String.fromCharCode(octet)
      return /[A-Za-z0-9\-_.~]/.test(unreserved)
        ? unreserved
        : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
    },
  )
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** SHA-512 in lower-case hexadecimal digits. */
export function sha512Hex(octets: string | Uint8Array): string {
  return createHash('sha512').update(octets).digest('hex')
}

/**
 * The hash over a request's `X-Duo-*` headers (signature version 5): names in lower case, sorted,
 * name and value in turn, joined by NUL. Headers of other names are left out.
 */
export function duoHeadersHash(headers: readonly Parameter[]): string {
  const own = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith('x-duo-'))
    .sort(([name], [other]) => order(name, other))
  return sha512Hex(own.flat().join('\0'))
}
