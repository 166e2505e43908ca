import { file, text } from '../../config/value_type.ts'
import { advice } from './advice.ts'
import { automaticFactorOptions } from './appended_factor_options.ts'
import { radiusServerOptions } from './radius_server_options.ts'
import type { ProxySectionKind } from './section_kind.ts'

export const radiusServerEap = {
  name: 'radius_server_eap',
  role: 'server',
  status: 'not yet supported',
  advice: advice.removeSection,
  repeatable: true,
  meaning: 'RADIUS; PEAP with EAP-GTC',
  options: {
    ...radiusServerOptions,
    certs: {
      type: file,
      required: true,
      meaning: 'PEM file of the certificate and its chain',
    },
    pkey: { type: file, required: true, meaning: 'PEM file of its private key' },
    prompt: { type: text, meaning: 'text of the prompt' },
    ...automaticFactorOptions,
    minimum_tls_version: { type: text, meaning: 'lowest TLS version of the tunnel' },
    cipher_list: { type: text, meaning: 'ciphers of the tunnel' },
  },
} as const satisfies ProxySectionKind
