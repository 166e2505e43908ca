import { type AttributeDefinition, attributeNamed, Type } from './attribute.ts'
import type { Attribute, Packet } from './packet.ts'
import { decodeVendorSpecific } from './vendor_specific.ts'

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Decodes a value of kind text, UTF-8 (RFC 2865 §5); invalid octets become U+FFFD. */
export function decodeText(value: Uint8Array): string {
  return textDecoder.decode(value)
}

const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Decodes UTF-8 (RFC 2865 §5); `undefined` if the octets are invalid. */
export function decodeStrictText(value: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(value)
  } catch {
    return undefined
  }
}

/**
 * Formats the first attribute with a name as text: addresses dotted, numbers decimal.
 *
 * @param name Name in the dictionary, case-insensitive.
 * @returns `undefined` if there is no such attribute, or its size is wrong for its kind.
 */
export function namedText(packet: Packet, name: string): string | undefined {
  const definition = attributeNamed(name)
  if (definition === undefined) return undefined
  const value =
    definition.vendor === undefined
      ? packet.first(definition.type)
      : vendorValue(packet.attributes, definition)
  return value === undefined ? undefined : printed(untagged(value, definition), definition)
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

/** Removes a tag (RFC 2868 §3.1); a first octet above 0x1F belongs to the text. */
function untagged(value: Uint8Array, { kind, tagged }: AttributeDefinition): Uint8Array {
  const tag = value[0]
  return tagged && kind === 'text' && tag !== undefined && tag <= 0x1f ? value.subarray(1) : value
}

function printed(value: Uint8Array, { kind, tagged }: AttributeDefinition): string | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  switch (kind) {
    case 'text':
    case 'string':
      return decodeText(value)
    case 'ipv4addr':
      return value.length === 4 ? value.join('.') : undefined
    case 'ipv6addr':
      if (value.length !== 16) return undefined
      return Array.from({ length: 8 }, (_, at) => view.getUint16(at * 2).toString(16)).join(':')
    case 'integer':
    case 'enum':
    case 'time': {
      if (value.length !== 4) return undefined
      const number = view.getUint32(0)
      return String(tagged ? number & 0xff_ffff : number)
    }
    default:
      return undefined
  }
}
