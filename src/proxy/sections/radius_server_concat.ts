import { advice } from './advice.ts'
import { delimiterOptions } from './appended_factor_options.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerConcat = {
  name: 'radius_server_concat',
  role: 'server',
  status: 'not yet supported',
  advice: advice.renameToDuoOnly,
  repeatable: true,
  meaning: 'RADIUS; password and factor always in one field',
  options: { ...radiusServerOptions, ...delimiterOptions },
} as const satisfies ProxySectionKind
