import type { SectionKind } from '../../config/option.ts'
import { integer } from '../../config/value_type.ts'

export const logsSection = {
  name: 'logs',
  meaning: 'How long the authentication, administrator and telephony logs go back',
  options: {
    keep_days: {
      type: integer({ min: 0, max: 36_500 }),
      default: '400',
      meaning: 'Days after which the running service deletes an entry; 0 keeps all entries forever',
    },
  },
} as const satisfies SectionKind
