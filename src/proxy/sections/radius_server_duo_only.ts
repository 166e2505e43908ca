import { factorAliases } from './factor_aliases_value.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerDuoOnly = {
  name: 'radius_server_duo_only',
  role: 'server',
  repeatable: true,
  meaning:
    'RADIUS; the password field is the factor or the passcode. The mode for Amazon WorkSpaces',
  options: {
    ...radiusServerOptions,
    factor_aliases: {
      type: factorAliases,
      ours: true,
      meaning: 'your own words for factors: `1=push, p=push, call=phone`',
    },
  },
} as const satisfies ProxySectionKind
