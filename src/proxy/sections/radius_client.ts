import { boolean, integer, port, secret } from '../../config/value_type.ts'
import { listenAddress } from './address_value.ts'
import { advice } from './advice.ts'
import { attributeNames } from './attribute_value.ts'
import { codec } from './codec_value.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption } from './shared_options.ts'

export const radiusClient = {
  name: 'radius_client',
  role: 'client',
  status: 'not yet supported',
  advice: advice.useDuoOnly,
  repeatable: true,
  meaning: 'checks the password against another RADIUS server',
  options: {
    host: {
      type: listenAddress,
      required: true,
      numbering: 'further',
      meaning: 'address of the server; further ones are tried in order',
    },
    secret: { type: secret, required: true, meaning: 'secret shared with it' },
    port: { type: port, numbering: 'further', default: '1812', meaning: 'its port' },
    retries: {
      type: integer({ min: 0 }),
      default: '3',
      meaning: 'retransmissions for each host',
    },
    retry_wait: { type: integer({ min: 1 }), default: '2', meaning: 'seconds between them' },
    nas_ip: { type: listenAddress, meaning: 'NAS-IP-Address in requests to it' },
    pass_through_attr_names: {
      type: attributeNames,
      meaning: 'attributes of its replies that are returned',
    },
    pass_through_all: {
      type: boolean,
      default: 'false',
      meaning: 'returns every attribute of its replies',
    },
    pw_codec: { type: codec, default: 'utf-8', meaning: 'encoding of passwords for it' },
    force_message_authenticator: {
      type: boolean,
      default: 'false',
      meaning: 'drops replies without a Message-Authenticator',
    },
    ...debugOption,
  },
} as const satisfies ProxySectionKind
