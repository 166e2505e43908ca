/** Values of `AuthenticationProtocol`, spelled as AWS spells them. */
export const authenticationProtocols = ['PAP', 'CHAP', 'MS-CHAPv1', 'MS-CHAPv2'] as const
export type AuthenticationProtocol = (typeof authenticationProtocols)[number]

/** A limit of one field of `RadiusSettings`. */
export type FieldLimit =
  | {
      readonly kind: 'servers'
      readonly maxServers: number
      readonly min: number
      readonly max: number
    }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly unit: string }
  | {
      readonly kind: 'text'
      readonly min: number
      readonly max: number
      readonly pattern?: RegExp
      /** The pattern as AWS publishes it, for messages. */
      readonly published?: string
      /** Never repeated in a message. */
      readonly secret?: boolean
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'boolean' }

/**
 * The fields of AWS's `RadiusSettings` with their limits (API model of Directory Service, 2015-04-16).
 * AWS publishes no limit for the number of servers; ours is 10. AWS marks no field as required in its model, but
 * the ones that a RADIUS client cannot work without are.
 */
export const radiusSettingsLimits = {
  RadiusServers: { kind: 'servers', maxServers: 10, min: 1, max: 256 },
  RadiusServersIpv6: { kind: 'servers', maxServers: 10, min: 1, max: 256 },
  RadiusPort: { kind: 'number', min: 1025, max: 65_535, unit: 'port' },
  RadiusTimeout: { kind: 'number', min: 1, max: 50, unit: 'seconds' },
  RadiusRetries: { kind: 'number', min: 0, max: 10, unit: 'retries' },
  SharedSecret: {
    kind: 'text',
    min: 8,
    max: 512,
    // Java's \p{LD} and \p{Punct}: letters and digits of any script, punctuation of ASCII
    pattern: /^[\p{L}\p{Nd}!-/:-@[-`{-~ ]+$/u,
    published: '^(\\p{LD}|\\p{Punct}| )+$',
    secret: true,
  },
  AuthenticationProtocol: { kind: 'choice', choices: authenticationProtocols },
  DisplayLabel: { kind: 'text', min: 1, max: 64 },
  UseSameUsername: { kind: 'boolean' },
} as const satisfies Readonly<Record<string, FieldLimit>>

export type RadiusSettingsField = keyof typeof radiusSettingsLimits

/** Fields that may be absent. One of the two lists of servers must have an entry. */
export const optionalFields: readonly RadiusSettingsField[] = [
  'RadiusServers',
  'RadiusServersIpv6',
  'DisplayLabel',
  'UseSameUsername',
]
