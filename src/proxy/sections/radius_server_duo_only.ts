import type { Options } from '../../config/option.ts'
import type { Section } from '../../config/section.ts'
import { integer } from '../../config/value_type.ts'
import { readClientSection } from './client_section.ts'
import { factorAliases } from './factor_aliases_value.ts'
import type { RadiusServerDuoOnly } from './proxy_config.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import { readRadiusServer } from './read_radius_server.ts'
import type { ProxySectionKind, ServerContext } from './section_kind.ts'

const options = {
  ...radiusServerOptions,
  factor_aliases: {
    type: factorAliases,
    ours: true,
    meaning: 'your own names for factors: `1=push, p=push, call=phone`',
  },
  retry_timeout: {
    type: integer({ min: 0, max: 120 }),
    default: '0',
    ours: true,
    meaning:
      'seconds that the client waits for each reply. A new packet that comes when a retry is due then joins the waiting push. With 0, each is a login with its own push. For Duo’s cloud only: our service joins retries itself. The proxy then has one worker. See workspaces.md',
  },
  retry_count: {
    type: integer({ min: 0, max: 10 }),
    default: '1',
    ours: true,
    meaning: 'for `retry_timeout`: how often the client asks each server again',
  },
  retry_servers: {
    type: integer({ min: 1, max: 10 }),
    default: '1',
    ours: true,
    meaning:
      'for `retry_timeout`: servers that the client asks in turn: with N, every Nth request of a login comes here. 1 if it repeats its request to the same server, and behind a load balancer',
  },
} as const satisfies Options

export const radiusServerDuoOnly = {
  name: 'radius_server_duo_only',
  role: 'server',
  repeatable: true,
  meaning:
    'RADIUS; the password field is the factor or the passcode. The mode for Amazon WorkSpaces',
  options,
  read,
} as const satisfies ProxySectionKind

function read(section: Section, context: ServerContext): RadiusServerDuoOnly {
  const values = context.config.values<typeof options>(section)
  return {
    ...readRadiusServer(values, context),
    kind: 'radius_server_duo_only',
    client: { kind: 'duo_only_client', name: readClientSection(values, context) },
    factorAliases: values.get('factor_aliases') ?? new Map(),
    retries: {
      timeoutSecs: values.get('retry_timeout'),
      count: values.get('retry_count'),
      servers: values.get('retry_servers'),
    },
  }
}
