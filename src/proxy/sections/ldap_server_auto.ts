import {
  boolean,
  file,
  integer,
  longText,
  oneOf,
  port,
  sectionName,
  text,
} from '../../config/value_type.ts'
import { advice } from './advice.ts'
import { apiOptions } from './api_options.ts'
import { automaticFactorOptions } from './appended_factor_options.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption, interfaceOption, outboundOptions } from './shared_options.ts'

export const ldapServerAuto = {
  name: 'ldap_server_auto',
  role: 'server',
  status: 'not yet supported',
  advice: advice.removeSection,
  repeatable: true,
  meaning: 'LDAP; asks for the second factor when a user binds',
  options: {
    ...apiOptions,
    client: { type: sectionName, meaning: 'the `ad_client` section' },
    port: { type: port, default: '389', meaning: 'port for LDAP and StartTLS' },
    ssl_port: { type: port, default: '636', meaning: 'port for LDAPS' },
    ssl_key_path: { type: file, meaning: 'PEM file of the private key' },
    ssl_cert_path: { type: file, meaning: 'PEM file of the certificate' },
    minimum_tls_version: {
      type: oneOf('ssl3', 'tls1.0', 'tls1.1', 'tls1.2', 'tls1.3'),
      default: 'tls1.2',
      meaning: 'lowest TLS version',
    },
    cipher_list: { type: text, meaning: 'ciphers' },
    ...automaticFactorOptions,
    exempt_primary_bind: {
      type: boolean,
      default: 'true',
      meaning: 'the first bind of each connection needs no second factor',
    },
    exempt_ou: {
      type: longText,
      numbering: 'each',
      meaning: 'names at or below this one need no second factor',
    },
    allow_searches_after_bind: {
      type: boolean,
      default: 'true',
      meaning: 'allows searches after a user has bound',
    },
    allow_unlimited_binds: {
      type: boolean,
      default: 'false',
      meaning: 'allows more than two binds on a connection',
    },
    network_timeout: {
      type: integer({ min: 1 }),
      default: '600',
      meaning: 'seconds to wait for the directory',
    },
    idle_timeout: {
      type: integer({ min: 1 }),
      default: '3600',
      meaning: 'seconds after which an idle connection is closed',
    },
    ...interfaceOption,
    ...outboundOptions,
    ...debugOption,
  },
} as const satisfies ProxySectionKind
