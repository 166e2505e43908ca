import type { Options } from '../../config/option.ts'
import type { Section } from '../../config/section.ts'
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
    meaning: 'your own words for factors: `1=push, p=push, call=phone`',
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
  }
}
