import { text } from '../../config/value_type.ts'
import { advice } from './advice.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption, serviceAccountOptions } from './shared_options.ts'

export const sso = {
  name: 'sso',
  role: 'other',
  status: 'not yet supported',
  advice: advice.removeSection,
  meaning: 'connector for single sign-on',
  options: {
    rikey: { type: text, required: true, meaning: 'identity of this proxy' },
    ...serviceAccountOptions,
    ...debugOption,
  },
} as const satisfies ProxySectionKind
