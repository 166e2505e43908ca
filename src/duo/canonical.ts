import { createHash } from 'node:crypto'

/** A parameter's name and value, decoded. */
export type Parameter = readonly [name: string, value: string]

/**
 * Percent-encodes as RFC 3986 does: all but `A-Z a-z 0-9 - _ . ~`, upper-case digits.
 */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * Parameters as they are signed: encoded, sorted by encoded name and then by value, joined with `&`.
 * What is signed serves as a form body and as a query, too.
 */
export function canonicalParameters(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return ''
  return parameters
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([name, value], [otherName, otherValue]) =>
      name === otherName ? order(value, otherValue) : order(name, otherName),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
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
