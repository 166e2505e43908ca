import { type AttributeDefinition, attributeNamed, Type } from './attribute.ts'
import type { Attribute, Packet } from './packet.ts'
import { RadiusError } from './radius_error.ts'
import type { SharedSecret } from './shared_secret.ts'
import { revealPassword } from './user_password.ts'
import { decodeVendorSpecific } from './vendor_specific.ts'

const microsoft = 311
const textDecoder = new TextDecoder('utf-8')

/**
 * How a user proves himself in an Access-Request: by a password that we can read, or in a way that
 * a mode which needs the password must refuse.
 */
export type Credentials =
  | { readonly kind: 'password'; readonly password: Uint8Array }
  | { readonly kind: 'chap' | 'mschap' | 'eap' | 'absent' | 'malformed' }

/**
 * What the user proves himself with (RFC 2865 §4.1, RFC 2548, RFC 3579 §3.3).
 *
 * `malformed` is what RFC 2865 §5 answers with an Access-Reject: a User-Password that is not whole
 * blocks, two ways at once, or more than one State.
 */
export function credentialsOf(packet: Packet, secret: SharedSecret): Credentials {
  let hidden: Uint8Array | undefined
  let chap = false
  let eap = false
  let states = 0
  let passwords = 0
  for (const { type, value } of packet.attributes) {
    if (type === Type.UserPassword) {
      passwords++
      hidden = value
    } else if (type === Type.ChapPassword) chap = true
    else if (type === Type.EapMessage) eap = true
    else if (type === Type.State) states++
  }
  if (states > 1 || passwords > 1 || (hidden !== undefined && (chap || eap))) {
    return { kind: 'malformed' }
  }
  if (hidden !== undefined) return revealed(hidden, packet, secret)
  if (chap) return { kind: 'chap' }
  if (eap) return { kind: 'eap' }
  return { kind: hasMicrosoftResponse(packet.attributes) ? 'mschap' : 'absent' }
}

function revealed(hidden: Uint8Array, packet: Packet, secret: SharedSecret): Credentials {
  try {
    return {
      kind: 'password',
      password: revealPassword(hidden, secret.octets, packet.authenticator),
    }
  } catch (error) {
    if (error instanceof RadiusError) return { kind: 'malformed' }
    throw error
  }
}

function hasMicrosoftResponse(attributes: readonly Attribute[]): boolean {
  return attributes.some(
    ({ type, value }) =>
      type === Type.VendorSpecific &&
      decodeVendorSpecific(value).some(({ vendor }) => vendor === microsoft),
  )
}

/** The value of the first attribute of that type. */
export function firstValue(attributes: readonly Attribute[], type: number): Uint8Array | undefined {
  for (const attribute of attributes) if (attribute.type === type) return attribute.value
  return undefined
}

/** The value of the first attribute of that type, read as UTF-8 (RFC 2865 §5, text). */
export function firstText(attributes: readonly Attribute[], type: number): string | undefined {
  const value = firstValue(attributes, type)
  return value === undefined ? undefined : textDecoder.decode(value)
}

/**
 * What an attribute says, as text, by its name in the dictionary: addresses dotted, numbers
 * decimal.
 *
 * @returns `undefined` where the request has no such attribute, or one whose size is not its kind's.
 */
export function namedText(attributes: readonly Attribute[], name: string): string | undefined {
  const definition = attributeNamed(name)
  if (definition === undefined) return undefined
  const value =
    definition.vendor === undefined
      ? firstValue(attributes, definition.type)
      : vendorValue(attributes, definition)
  return value === undefined ? undefined : printed(value, definition)
}

function vendorValue(
  attributes: readonly Attribute[],
  { vendor, type }: AttributeDefinition,
): Uint8Array | undefined {
  for (const attribute of attributes) {
    if (attribute.type !== Type.VendorSpecific) continue
    const found = decodeVendorSpecific(attribute.value).find(
      (inner) => inner.vendor === vendor && inner.type === type,
    )
    if (found !== undefined) return found.value
  }
  return undefined
}

function printed(value: Uint8Array, { kind }: AttributeDefinition): string | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  switch (kind) {
    case 'text':
    case 'string':
      return textDecoder.decode(value)
    case 'ipv4addr':
      return value.length === 4 ? value.join('.') : undefined
    case 'ipv6addr':
      if (value.length !== 16) return undefined
      return Array.from({ length: 8 }, (_, at) => view.getUint16(at * 2).toString(16)).join(':')
    case 'integer':
    case 'enum':
    case 'time':
      return value.length === 4 ? String(view.getUint32(0)) : undefined
    default:
      return undefined
  }
}
