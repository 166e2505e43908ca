import type { Options } from '../../config/option.ts'
import { boolean, oneOf, port, secret, sectionName, text } from '../../config/value_type.ts'
import { clientAddresses } from './address_value.ts'
import { apiOptions } from './api_options.ts'
import { attributeName, attributeNames } from './attribute_value.ts'
import { codec } from './codec_value.ts'
import { debugOption, interfaceOption, outboundOptions } from './shared_options.ts'

const authenticatorOptions = {
  force_message_authenticator: {
    type: boolean,
    default: 'false',
    meaning:
      'drops requests without a Message-Authenticator; the same as `message_authenticator=required`',
  },
  message_authenticator: {
    type: oneOf('auto', 'required', 'off'),
    default: 'auto',
    numbering: 'override',
    pairedWith: 'radius_ip',
    ours: true,
    meaning:
      'whether a request must have a Message-Authenticator (CVE-2024-3596): `required` always, `off` never, `auto` from every address that has sent 20 requests with one and none without; Proxy-State without one is refused unless `off`',
  },
  message_authenticator_in_replies: {
    type: boolean,
    default: 'true',
    numbering: 'override',
    pairedWith: 'radius_ip',
    ours: true,
    meaning:
      '`false` only for clients that drop replies which have one (old Check Point gateways, libkrad)',
  },
} as const satisfies Options

/** What every `[radius_server_…]` section has. */
export const radiusServerOptions = {
  ...apiOptions,
  client: {
    type: sectionName,
    meaning: 'section that checks the password first; optional if there is only one',
  },
  radius_ip: {
    type: clientAddresses,
    numbering: 'each',
    pairedWith: 'radius_secret',
    required: true,
    meaning: 'RADIUS client: an address, a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)',
  },
  radius_secret: {
    type: secret,
    numbering: 'each',
    pairedWith: 'radius_ip',
    meaning: 'secret shared with the client of the same number',
  },
  radius_secret_previous: {
    type: secret,
    numbering: 'each',
    pairedWith: 'radius_ip',
    required: false,
    ours: true,
    meaning:
      'the secret that `radius_secret_N` replaces; requests may use either until this line is removed, see authproxyctl.md',
  },
  port: { type: port, default: '1812', meaning: 'UDP port to listen on' },
  ...interfaceOption,
  exempt_username: {
    type: text,
    numbering: 'each',
    meaning:
      'user who needs no second factor; the API is not called. Names are compared without case and surrounding blanks, and without the domain (`CORP\\ann`, `ann@corp.example`) if the name here has none',
  },
  client_ip_attr: {
    type: attributeName,
    default: 'Calling-Station-Id',
    meaning:
      "attribute of the request that holds the user's address; `paloalto` for PaloAlto-Client-Source-IP",
  },
  pw_codec: { type: codec, default: 'utf-8', meaning: 'encoding of the password field' },
  pass_through_attr_names: {
    type: attributeNames,
    status: 'not yet supported',
    meaning: 'attributes of the request that are passed on to the primary RADIUS server',
  },
  pass_through_all: {
    type: boolean,
    default: 'false',
    status: 'not yet supported',
    meaning: 'passes every attribute of the request on to the primary RADIUS server',
  },
  ...authenticatorOptions,
  ...outboundOptions,
  ...debugOption,
} as const satisfies Options
