import type { ProxySectionKind } from './section_kind.ts'
import { debugOption } from './shared_options.ts'

export const duoOnlyClient = {
  name: 'duo_only_client',
  role: 'client',
  meaning: 'checks no first factor: the appliance has already done so',
  options: debugOption,
} as const satisfies ProxySectionKind
