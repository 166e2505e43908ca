import { decodeStrictText } from '../../radius/index.ts'

/** The user of a request, or why the request names none that can be looked up. */
export type UserName =
  | { readonly kind: 'name'; readonly username: string }
  | { readonly kind: 'unusable'; readonly problem: string; readonly printable: string }

/**
 * Reads the User-Name attributes of a request (RFC 2865 §5.1).
 *
 * A name that is not UTF-8 is refused, never repaired: with replacement characters `an\xe9` and
 * `an\xe8` would become one user. A NUL is refused because programs in C see only the part
 * before it, so that the appliance and the service would mean different users.
 *
 * @param values The octets of each User-Name attribute.
 */
export function readUserName(values: readonly Uint8Array[]): UserName {
  const [octets, second] = values
  if (octets === undefined || octets.length === 0) {
    return { kind: 'unusable', problem: 'the request has no User-Name', printable: '' }
  }
  const printable = printed(octets)
  const unusable = (problem: string): UserName => ({ kind: 'unusable', problem, printable })
  if (second !== undefined) {
    return unusable('the request has more than one User-Name (RFC 2865 §5.44 allows one)')
  }
  const username = decodeStrictText(octets)
  if (username === undefined) {
    return unusable(
      'the User-Name is not UTF-8 (RFC 2865 §5.1); let the appliance send names in UTF-8',
    )
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(username)) {
    return unusable('the User-Name has a control character, such as NUL or a line end')
  }
  return { kind: 'name', username }
}

/** ASCII as it is, and every other octet as `\xe9`. */
function printed(octets: Uint8Array): string {
  return Array.from(octets, (octet) =>
    octet >= 0x20 && octet < 0x7f
      ? String.fromCharCode(octet)
      : `\\x${octet.toString(16).padStart(2, '0')}`,
  ).join('')
}
