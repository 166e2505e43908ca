import { Type } from './attribute.ts'
import type { Attribute } from './packet.ts'

const vendorIdOctets = 4

/** A vendor's attribute inside a Vendor-Specific attribute (RFC 2865 §5.26). */
export interface VendorAttribute {
  /** SMI Network Management Private Enterprise Code. */
  readonly vendor: number
  readonly type: number
  readonly value: Uint8Array
}

/**
 * Decodes a Vendor-Specific value in the format that RFC 2865 §5.26 recommends. Other formats are
 * allowed, and yield no attributes.
 */
export function decodeVendorSpecific(value: Uint8Array): VendorAttribute[] {
  if (value.length <= vendorIdOctets) return []
  const vendor = new DataView(value.buffer, value.byteOffset).getUint32(0)
  const found: VendorAttribute[] = []
  for (let at = vendorIdOctets; at < value.length; ) {
    const length = value[at + 1] ?? 0
    if (length < 2 || at + length > value.length) return []
    found.push({ vendor, type: value[at] ?? 0, value: value.subarray(at + 2, at + length) })
    at += length
  }
  return found
}

/** Whether a Vendor-Specific value belongs to a vendor. */
export function vendorIs(value: Uint8Array, vendor: number): boolean {
  return (
    value.length > vendorIdOctets &&
    value[0] === vendor >>> 24 &&
    value[1] === ((vendor >>> 16) & 0xff) &&
    value[2] === ((vendor >>> 8) & 0xff) &&
    value[3] === (vendor & 0xff)
  )
}

/** Encodes a vendor's attribute as a Vendor-Specific attribute (RFC 2865 §5.26). */
export function encodeVendorSpecific({ vendor, type, value }: VendorAttribute): Attribute {
  const octets = new Uint8Array(vendorIdOctets + 2 + value.length)
  new DataView(octets.buffer).setUint32(0, vendor)
  octets[vendorIdOctets] = type
  octets[vendorIdOctets + 1] = 2 + value.length
  octets.set(value, vendorIdOctets + 2)
  return { type: Type.VendorSpecific, value: octets }
}
