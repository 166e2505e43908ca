import { decodeStrictText } from '../../radius/index.ts'

/** The user of a request, or why the request has no usable name. */
export type UserName =
  | { readonly kind: 'name'; readonly username: string }
  | { readonly kind: 'unusable'; readonly problem: string; readonly printable: string }

/**
 * Reads the User-Name attributes of a request (RFC 2865 §5.1).
 *
 * A name that is not UTF-8 is refused: with replacement characters, `an\xe9` and `an\xe8` would be the
 * same user. A NUL is refused because a C program sees only the part before it, so appliance and
 * service could mean different users.
 *
 * @param values The octets of each User-Name attribute.
 */
export function readUserName(values: readonly Uint8Array[]): UserName {
  const [octets, second] = values
  if (octets === undefined || octets.length === 0) {
    return { kind: 'unusable', problem: 'the request has no User-Name', printable: '' }
  }
  const unusable = (problem: string): UserName => ({
    kind: 'unusable',
    problem,
    printable: escapeOctets(octets),
  })
  if (second !== undefined) {
    return unusable('the request has more than one User-Name (RFC 2865 §5.44 allows one)')
  }
  const username = decodeStrictText(octets)
  if (username === undefined) {
    return unusable(
      'the User-Name is not UTF-8 (RFC 2865 §5.1); configure the appliance to send UTF-8',
    )
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finds them
  if (/[\u0000-\u001f\u007f]/.test(username)) {
    return unusable('the User-Name has a control character, such as NUL or a line end')
  }
  return { kind: 'name', username }
}

/** ASCII unchanged; every other octet escaped, such as `\xe9`. */
function escapeOctets(octets: Uint8Array): string {
  return Array.from(octets, (octet) =>
    octet >= 0x20 && octet < 0x7f
      ? String.fromCharCode(octet)
      : `\\x${octet.toString(16).padStart(2, '0')}`,
  ).join('')
}
