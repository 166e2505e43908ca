import {
  type AttributeKind,
  type DictionaryRow,
  standardAttributes,
  vendorAttributes,
} from './dictionary.ts'

/** Attribute types that the code uses by name (RFC 2865 §5, RFC 2869 §5, RFC 3162 §2.1, RFC 3579 §3). */
export const Type = {
  UserName: 1,
  UserPassword: 2,
  ChapPassword: 3,
  NasIpAddress: 4,
  NasPort: 5,
  ServiceType: 6,
  ReplyMessage: 18,
  State: 24,
  Class: 25,
  VendorSpecific: 26,
  CallingStationId: 31,
  NasIdentifier: 32,
  ProxyState: 33,
  ChapChallenge: 60,
  NasPortType: 61,
  TunnelPassword: 69,
  ArapPassword: 70,
  EapMessage: 79,
  MessageAuthenticator: 80,
  NasIpv6Address: 95,
} as const

export interface AttributeDefinition {
  readonly name: string
  /** 1 to 255; in the vendor's numbering if there is a `vendor`. */
  readonly type: number
  readonly kind: AttributeKind
  /** SMI Network Management Private Enterprise Code (RFC 2865 §5.26). */
  readonly vendor?: number
  /** The first octet may be a tag that groups attributes (RFC 2868 §3). */
  readonly tagged: boolean
}

/** Every attribute in the dictionary. */
export const attributeDefinitions: readonly AttributeDefinition[] = [
  ...standardAttributes.map(definition),
  ...Object.entries(vendorAttributes).flatMap(([vendor, rows]) =>
    rows.map((row) => ({ ...definition(row), vendor: Number(vendor) })),
  ),
]

const byName = new Map(
  attributeDefinitions.map((known) => [known.name.toLowerCase(), known] as const),
)

/** Finds an attribute by name, case-insensitively; `undefined` if it is unknown. */
export function attributeNamed(name: string): AttributeDefinition | undefined {
  return byName.get(name.toLowerCase())
}

function definition([type, name, kind, tagged]: DictionaryRow): AttributeDefinition {
  return { name, type, kind, tagged: tagged === 'tagged' }
}
