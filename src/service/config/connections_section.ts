import type { SectionKind } from '../../config/option.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { integer } from '../../config/value_type.ts'

export const connectionsSection = {
  name: 'connections',
  meaning:
    'How many connections each listener holds, and how long clients may take (docs/overload.md)',
  options: {
    total: {
      type: integer({ min: 10, max: 1_000_000 }),
      default: '10000',
      meaning:
        'Open connections. If all are in use, each new one closes the longest idle connection without a signed request. Lowered at start if the process may not open that many files',
    },
    per_address: {
      type: integer({ min: 5, max: 1_000_000 }),
      default: '2500',
      meaning:
        'Open connections from one IPv4 address or one IPv6 /64 network. Raise it if many clients share one NAT address; it does not apply to trusted_proxies',
    },
    handshake_seconds: {
      type: integer({ min: 1, max: 60 }),
      default: '5',
      meaning: 'Time for the TLS handshake',
    },
    header_seconds: {
      type: integer({ min: 1, max: 60 }),
      default: '10',
      meaning: 'Time for the header of a request',
    },
    body_seconds: {
      type: integer({ min: 1, max: 300 }),
      default: '15',
      meaning: 'Time for the body of a request, after its header',
    },
    idle_seconds: {
      type: integer({ min: 5, max: 3600 }),
      default: '75',
      meaning:
        'How long a connection stays open without a request; set it longer than the idle timeout of a load balancer in front',
    },
    stream_resets: {
      type: integer({ min: 20, max: 1_000_000 }),
      default: '600',
      meaning:
        'HTTP/2 streams that an application may cancel per minute on one connection before it is closed; 20 on a connection without a signed request',
    },
  },
} as const satisfies SectionKind

/** Limits of each listener's connections. */
export interface ConnectionConfig {
  readonly total: number
  readonly perAddress: number
  readonly handshakeMs: number
  readonly headerMs: number
  readonly bodyMs: number
  readonly idleMs: number
  /** HTTP/2 streams that may be cancelled per minute. */
  readonly streamResets: number
}

const secondMs = 1000

export function readConnectionsSection(
  values: SectionValues<typeof connectionsSection.options>,
): ConnectionConfig {
  return {
    total: values.get('total'),
    perAddress: values.get('per_address'),
    handshakeMs: values.get('handshake_seconds') * secondMs,
    headerMs: values.get('header_seconds') * secondMs,
    bodyMs: values.get('body_seconds') * secondMs,
    idleMs: values.get('idle_seconds') * secondMs,
    streamResets: values.get('stream_resets'),
  }
}
