import type { SectionKind } from '../../config/option.ts'
import { integer } from '../../config/value_type.ts'

export const authApiSection = {
  name: 'auth_api',
  meaning: 'Limits of the Auth API',
  options: {
    requests_per_minute: {
      type: integer({ min: 0, max: 10_000_000 }),
      default: '60000',
      meaning:
        'Signed requests of one application per minute; further ones are answered 429; 0 for no limit',
    },
    refused_per_minute: {
      type: integer({ min: 1, max: 10_000_000 }),
      default: '300',
      meaning:
        'Requests per minute from one IPv4 address or one IPv6 /64 network without a valid signature of an application or a phone; further ones are answered 429. Signed requests from the same address are still served',
    },
  },
} as const satisfies SectionKind
