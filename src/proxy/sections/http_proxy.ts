import { port, words } from '../../config/value_type.ts'
import { advice } from './advice.ts'
import { host } from './host_value.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption, interfaceOption } from './shared_options.ts'

export const httpProxy = {
  name: 'http_proxy',
  role: 'other',
  status: 'not yet supported',
  advice: advice.removeSection,
  meaning: 'lets other programs in this network reach the API through this machine',
  options: {
    api_host: { type: host, required: true, meaning: 'the only reachable host' },
    port: { type: port, default: '80', meaning: 'port to listen on' },
    ...interfaceOption,
    client_ip: { type: words, meaning: 'addresses that may use it' },
    ...debugOption,
  },
} as const satisfies ProxySectionKind
