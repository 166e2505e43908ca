import type { SectionKind } from '../../config/option.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { integer } from '../../config/value_type.ts'

export const lockoutSection = {
  name: 'lockout',
  meaning: 'Lockout after wrong passcodes',
  options: {
    threshold: {
      type: integer({ min: 1, max: 9999 }),
      default: '10',
      meaning:
        'Wrong passcodes in a row from one address in one application before the user is locked there; five times as many from all addresses lock the account (docs/lockout.md)',
    },
    minutes: {
      type: integer({ min: 1, max: 1440 }),
      default: '30',
      meaning: 'How long the first lock lasts; each further lock lasts twice as long, up to a day',
    },
  },
} as const satisfies SectionKind

export interface LockoutConfig {
  readonly threshold: number
  readonly lockMs: number
}

const minuteMs = 60_000

export function readLockoutSection(
  values: SectionValues<typeof lockoutSection.options>,
): LockoutConfig {
  return { threshold: values.get('threshold'), lockMs: values.get('minutes') * minuteMs }
}
