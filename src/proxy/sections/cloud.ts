import { advice } from './advice.ts'
import { applicationOptions } from './api_options.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption, outboundOptions, serviceAccountOptions } from './shared_options.ts'

export const cloud = {
  name: 'cloud',
  role: 'other',
  status: 'not yet supported',
  advice: advice.removeSection,
  repeatable: true,
  meaning: 'directory synchronisation for Duo’s cloud',
  options: {
    ...applicationOptions,
    ...serviceAccountOptions,
    ...outboundOptions,
    ...debugOption,
  },
} as const satisfies ProxySectionKind
