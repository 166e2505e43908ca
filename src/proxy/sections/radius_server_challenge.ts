import { boolean, oneOf } from '../../config/value_type.ts'
import { advice } from './advice.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerChallenge = {
  name: 'radius_server_challenge',
  role: 'server',
  status: 'not yet supported',
  advice: advice.renameToDuoOnly,
  repeatable: true,
  meaning: 'RADIUS; asks for the factor in an Access-Challenge',
  options: {
    ...radiusServerOptions,
    prompt_format: {
      type: oneOf('console', 'short'),
      default: 'console',
      meaning: 'layout of the prompt',
    },
    enroll_challenge: {
      type: boolean,
      default: 'true',
      meaning: 'shows unknown users the enrolment link in a challenge',
    },
  },
} as const satisfies ProxySectionKind
