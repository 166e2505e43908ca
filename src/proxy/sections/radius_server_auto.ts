import { advice } from './advice.ts'
import { automaticFactorOptions } from './appended_factor_options.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerAuto = {
  name: 'radius_server_auto',
  role: 'server',
  status: 'not yet supported',
  advice: advice.renameToDuoOnly,
  repeatable: true,
  meaning: 'RADIUS; the password first, then a factor that starts automatically or was appended',
  options: { ...radiusServerOptions, ...automaticFactorOptions },
} as const satisfies ProxySectionKind
