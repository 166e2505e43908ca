import { text } from '../../config/value_type.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerIframe = {
  name: 'radius_server_iframe',
  role: 'server',
  status: 'not supported',
  advice:
    'its prompt reached its end of life in 2024; use [radius_server_challenge] or [radius_server_auto]',
  repeatable: true,
  meaning: 'RADIUS; a web prompt inside the page of an appliance',
  options: {
    ...radiusServerOptions,
    type: { type: text, required: true, meaning: 'kind of the portal' },
    iframe_script_uri: { type: text, meaning: 'address of the script' },
    script_inject: { type: text, meaning: 'how the script is injected' },
  },
} as const satisfies ProxySectionKind
