import { boolean, file, integer, longText, oneOf, port, text } from '../../config/value_type.ts'
import { advice } from './advice.ts'
import { host } from './host_value.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { debugOption, serviceAccountOptions } from './shared_options.ts'

export const adClient = {
  name: 'ad_client',
  role: 'client',
  status: 'not yet supported',
  advice: advice.useDuoOnly,
  repeatable: true,
  meaning: 'checks the password against Active Directory or another LDAP server',
  options: {
    host: {
      type: host,
      required: true,
      numbering: 'further',
      meaning: 'domain controller or LDAP server; further ones are tried in order',
    },
    ...serviceAccountOptions,
    search_dn: { type: longText, required: true, meaning: 'base of the search for users' },
    security_group_dn: { type: longText, meaning: 'group that a user must be a member of' },
    ldap_filter: { type: longText, meaning: 'filter that a user must match' },
    transport: {
      type: oneOf('clear', 'starttls', 'ldaps'),
      default: 'clear',
      meaning: 'how the connection is protected',
    },
    port: { type: port, default: '389', meaning: 'LDAP port; 636 with `ldaps`' },
    timeout: {
      type: integer({ min: 1 }),
      default: '10',
      meaning: 'seconds to wait for one host',
    },
    ssl_ca_certs_file: {
      type: file,
      meaning: 'PEM file of the authorities that may sign its certificate',
    },
    ssl_verify_hostname: {
      type: boolean,
      default: 'true',
      meaning: 'the certificate must name the host',
    },
    ssl_verify_depth: { type: integer({ min: 0 }), meaning: 'maximum length of the chain' },
    auth_type: {
      type: oneOf('ntlm2', 'plain', 'sspi', 'ntlm1'),
      default: 'ntlm2',
      meaning: 'how the proxy binds',
    },
    ntlm_domain: { type: text, meaning: 'domain for NTLM' },
    ntlm_workstation: { type: text, meaning: 'workstation for NTLM' },
    bind_dn: {
      type: longText,
      meaning: 'name to bind with for the search, with `auth_type=plain`',
    },
    username_attribute: {
      type: text,
      default: 'sAMAccountName',
      meaning: 'attribute that the typed name is compared with',
    },
    at_attribute: {
      type: text,
      default: 'userPrincipalName',
      meaning: 'attribute for names with an `@`',
    },
    ...debugOption,
  },
} as const satisfies ProxySectionKind
