import type { Option, SectionKind } from './option.ts'

const text = { type: 'text' } as const
const secret = { type: 'secret' } as const
const path = { type: 'path' } as const
const integer = { type: 'integer' } as const

function onOff(
  key: string,
  otherwise: 'true' | 'false',
  meaning: string,
  more: Partial<Option> = {},
): Option {
  return { key, type: 'boolean', default: otherwise, meaning, ...more }
}

const debug = onOff('debug', 'false', 'logs every step of a login, but no secrets or passcodes', {
  inherited: true,
})
const outboundProxy: readonly Option[] = [
  {
    key: 'http_proxy_host',
    type: 'host',
    inherited: true,
    meaning: 'HTTP proxy through which the API is reached (CONNECT)',
  },
  {
    key: 'http_proxy_port',
    type: 'port',
    default: '80',
    inherited: true,
    meaning: 'port of that proxy',
  },
]
const caFile: Option = {
  key: 'http_ca_certs_file',
  ...path,
  certificates: true,
  inherited: true,
  meaning:
    'PEM file of the certificate authorities to trust for the API; default: those of Node.js',
}
const listenAddress: Option = {
  key: 'interface',
  type: 'address',
  inherited: true,
  meaning:
    'local address to listen on; `::` for all addresses, IPv4 and IPv6; default: all IPv4 addresses of the machine',
}

const api: readonly Option[] = [
  {
    key: 'ikey',
    ...text,
    required: true,
    meaning: 'integration key of the application: 20 letters and digits',
  },
  {
    key: 'skey',
    ...secret,
    required: true,
    meaning: 'secret key of the application: 40 letters and digits',
  },
  {
    key: 'api_host',
    type: 'host',
    required: true,
    meaning: 'host name of the API, without a port',
  },
  { key: 'api_port', type: 'port', default: '443', meaning: 'port of the API' },
  {
    key: 'api_timeout',
    ...integer,
    min: 0,
    max: 3600,
    default: '0',
    meaning:
      'seconds that one call to the API may take; 0 for the defaults: 10 for calls that are answered at once, 90 for calls that wait for a user. A user who has not answered a push by then is rejected, whatever failmode says',
  },
  {
    key: 'api_max_connections',
    ...integer,
    min: 1,
    max: 1024,
    default: '64',
    ours: true,
    meaning:
      'kept connections to the API for calls that are answered at once; further calls wait for a free one',
  },
  {
    key: 'failmode',
    type: 'enum',
    values: ['safe', 'secure'],
    default: 'safe',
    meaning:
      'what happens to a login while the API is down: `safe` lets it in, `secure` rejects it; see failmode.md',
  },
]

const authenticatorOptions: readonly Option[] = [
  {
    key: 'force_message_authenticator',
    type: 'boolean',
    default: 'false',
    meaning:
      'drops requests without a Message-Authenticator; the same as `message_authenticator=required`',
  },
  {
    key: 'message_authenticator',
    type: 'enum',
    values: ['auto', 'required', 'off'],
    default: 'auto',
    ours: true,
    meaning:
      'whether a request must have a Message-Authenticator (CVE-2024-3596): `required` always, `off` never, `auto` from every address that has sent 20 requests with one and none without; Proxy-State without one is refused unless `off`',
  },
  {
    key: 'message_authenticator_in_replies',
    type: 'boolean',
    default: 'true',
    ours: true,
    meaning:
      '`false` only for clients that drop replies which have one (old Check Point gateways, libkrad)',
  },
]

const radiusServer: readonly Option[] = [
  ...api,
  {
    key: 'client',
    type: 'section',
    meaning: 'section that checks the password first; optional if there is only one',
  },
  {
    key: 'radius_ip',
    type: 'addresses',
    numbered: true,
    required: true,
    meaning: 'RADIUS client: an address, a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)',
  },
  {
    key: 'radius_secret',
    ...secret,
    numbered: true,
    required: true,
    meaning: 'secret shared with the client of the same number',
  },
  { key: 'port', type: 'port', default: '1812', meaning: 'UDP port to listen on' },
  listenAddress,
  {
    key: 'exempt_username',
    ...text,
    numbered: true,
    meaning:
      'user who needs no second factor; the API is not called. Names are compared without case and surrounding blanks, and without the domain (`CORP\\ann`, `ann@corp.example`) if the name here has none',
  },
  {
    key: 'client_ip_attr',
    type: 'attribute',
    default: 'Calling-Station-Id',
    meaning:
      "attribute of the request that holds the user's address; `paloalto` for PaloAlto-Client-Source-IP",
  },
  {
    key: 'pw_codec',
    type: 'codec',
    default: 'utf-8',
    meaning: 'how the password field is encoded',
  },
  {
    key: 'pass_through_attr_names',
    type: 'list',
    support: 'not yet',
    meaning: 'attributes of the request that are passed on to the primary RADIUS server',
  },
  {
    key: 'pass_through_all',
    type: 'boolean',
    default: 'false',
    support: 'not yet',
    meaning: 'passes every attribute of the request on to the primary RADIUS server',
  },
  ...authenticatorOptions,
  caFile,
  ...outboundProxy,
  debug,
]

const append: readonly Option[] = [
  { key: 'delimiter', ...text, default: ',', meaning: 'separator between password and factor' },
  {
    key: 'delimited_password_length',
    ...integer,
    min: 0,
    default: '0',
    meaning: 'length of every password, instead of a delimiter; 0 for off',
  },
]
const factors: Option = {
  key: 'factors',
  type: 'list',
  default: 'auto',
  meaning: 'factors to try, in order, if the user named none: `auto`, `push`, `phone`, `passcode`',
}
const concat = onOff(
  'allow_concat',
  'true',
  'accepts a factor or passcode appended to the password',
)

const serviceAccount: readonly Option[] = [
  { key: 'service_account_username', ...text, meaning: 'account that searches the directory' },
  { key: 'service_account_password', ...secret, meaning: 'its password' },
]

const notYet =
  'this version serves [radius_server_duo_only] with [duo_only_client]; remove the section'
const noPasswords =
  'this version checks no passwords, the appliance or directory does (as with Amazon WorkSpaces); remove the section and use [radius_server_duo_only]'
const asDuoOnly =
  'this version checks no passwords; where the appliance or directory does (as with Amazon WorkSpaces), rename the section to [radius_server_duo_only]'

/** The one table of every section and key: what is checked, what `docs/authproxy.cfg.md` says, what an editor suggests. */
export const sectionTable: readonly SectionKind[] = [
  {
    name: 'main',
    role: 'global',
    support: 'supported',
    meaning: 'logging, and defaults for the other sections',
    options: [
      { ...debug, inherited: false },
      { key: 'log_dir', ...path, default: 'log', meaning: 'folder of the logs' },
      onOff('log_file', 'true', 'writes `authproxy.log`'),
      {
        key: 'log_max_files',
        ...integer,
        min: 0,
        default: '6',
        meaning: 'rotated files that are kept; 0 keeps all',
      },
      {
        key: 'log_max_size',
        ...integer,
        min: 0,
        default: '10485760',
        meaning: 'bytes at which a log is rotated; 0 for never',
      },
      onOff('log_stdout', 'false', 'also writes to standard output'),
      onOff('log_syslog', 'false', 'also sends to the syslog of this machine'),
      {
        key: 'syslog_facility',
        type: 'enum',
        default: 'LOG_USER',
        values: [
          'LOG_AUTH',
          'LOG_CRON',
          'LOG_DAEMON',
          'LOG_KERN',
          'LOG_LPR',
          'LOG_MAIL',
          'LOG_NEWS',
          'LOG_SYSLOG',
          'LOG_USER',
          'LOG_UUCP',
          ...Array.from({ length: 8 }, (_, number) => `LOG_LOCAL${number}`),
        ],
        meaning: 'facility of the syslog lines',
      },
      onOff('log_auth_events', 'false', 'writes one JSON line per login to `authevents.log`'),
      {
        key: 'metrics_port',
        ...integer,
        min: 0,
        max: 65535,
        default: '0',
        ours: true,
        meaning:
          'port on 127.0.0.1 that serves counters to Prometheus under `/metrics`; 0 for none',
      },
      onOff('log_sso_events', 'false', 'writes `ssoevents.log`', { support: 'not yet' }),
      { ...caFile, inherited: false },
      { ...listenAddress, inherited: false },
      ...outboundProxy.map((option) => ({ ...option, inherited: false })),
      onOff('test_connectivity_on_startup', 'false', 'runs the connectivity tool at each start', {
        support: 'not yet',
      }),
      onOff('fips_mode', 'false', 'uses validated cryptography only', { support: 'never' }),
    ],
  },
  {
    name: 'duo_only_client',
    role: 'client',
    support: 'supported',
    meaning: 'checks no first factor: the appliance has already done so',
    options: [debug],
  },
  {
    name: 'radius_server_duo_only',
    role: 'server',
    support: 'supported',
    repeated: true,
    meaning:
      'RADIUS; the password field is the factor or the passcode. The mode for Amazon WorkSpaces',
    options: [
      ...radiusServer,
      {
        key: 'factor_aliases',
        type: 'aliases',
        ours: true,
        meaning: 'your own words for factors: `1=push, p=push, call=phone`',
      },
    ],
  },
  {
    name: 'ad_client',
    role: 'client',
    support: 'not yet',
    advice: noPasswords,
    repeated: true,
    meaning: 'checks the password against Active Directory or another LDAP server',
    options: [
      {
        key: 'host',
        type: 'host',
        required: true,
        more: true,
        meaning: 'domain controller or LDAP server; further ones are tried in order',
      },
      ...serviceAccount,
      { key: 'search_dn', ...text, required: true, meaning: 'base of the search for users' },
      { key: 'security_group_dn', ...text, meaning: 'group that a user must be a member of' },
      { key: 'ldap_filter', ...text, meaning: 'filter that a user must match' },
      {
        key: 'transport',
        type: 'enum',
        values: ['clear', 'starttls', 'ldaps'],
        default: 'clear',
        meaning: 'how the connection is protected',
      },
      { key: 'port', type: 'port', default: '389', meaning: 'LDAP port; 636 with `ldaps`' },
      {
        key: 'timeout',
        ...integer,
        min: 1,
        default: '10',
        meaning: 'seconds to wait for one host',
      },
      {
        key: 'ssl_ca_certs_file',
        ...path,
        meaning: 'PEM file of the authorities that may sign its certificate',
      },
      onOff('ssl_verify_hostname', 'true', 'the certificate must name the host'),
      { key: 'ssl_verify_depth', ...integer, min: 0, meaning: 'longest chain of certificates' },
      {
        key: 'auth_type',
        type: 'enum',
        values: ['ntlm2', 'plain', 'sspi', 'ntlm1'],
        default: 'ntlm2',
        meaning: 'how the proxy binds',
      },
      { key: 'ntlm_domain', ...text, meaning: 'domain for NTLM' },
      { key: 'ntlm_workstation', ...text, meaning: 'workstation for NTLM' },
      {
        key: 'bind_dn',
        ...text,
        meaning: 'name to bind with for the search, with `auth_type=plain`',
      },
      {
        key: 'username_attribute',
        ...text,
        default: 'sAMAccountName',
        meaning: 'attribute that the typed name is compared with',
      },
      {
        key: 'at_attribute',
        ...text,
        default: 'userPrincipalName',
        meaning: 'attribute for names with an `@`',
      },
      debug,
    ],
  },
  {
    name: 'radius_client',
    role: 'client',
    support: 'not yet',
    advice: noPasswords,
    repeated: true,
    meaning: 'checks the password against another RADIUS server',
    options: [
      {
        key: 'host',
        type: 'address',
        required: true,
        more: true,
        meaning: 'address of the server; further ones are tried in order',
      },
      { key: 'secret', ...secret, required: true, meaning: 'secret shared with it' },
      { key: 'port', type: 'port', more: true, default: '1812', meaning: 'its port' },
      {
        key: 'retries',
        ...integer,
        min: 0,
        default: '3',
        meaning: 'retransmissions for each host',
      },
      { key: 'retry_wait', ...integer, min: 1, default: '2', meaning: 'seconds between them' },
      { key: 'nas_ip', type: 'address', meaning: 'NAS-IP-Address in requests to it' },
      {
        key: 'pass_through_attr_names',
        type: 'list',
        meaning: 'attributes of its replies that are returned',
      },
      onOff('pass_through_all', 'false', 'returns every attribute of its replies'),
      {
        key: 'pw_codec',
        type: 'codec',
        default: 'utf-8',
        meaning: 'how passwords are encoded for it',
      },
      onOff(
        'force_message_authenticator',
        'false',
        'drops replies without a Message-Authenticator',
      ),
      debug,
    ],
  },
  {
    name: 'radius_server_auto',
    role: 'server',
    support: 'not yet',
    advice: asDuoOnly,
    repeated: true,
    meaning: 'RADIUS; the password first, then a factor that starts automatically or was appended',
    options: [...radiusServer, factors, ...append, concat],
  },
  {
    name: 'radius_server_concat',
    role: 'server',
    support: 'not yet',
    advice: asDuoOnly,
    repeated: true,
    meaning: 'RADIUS; password and factor always in one field',
    options: [...radiusServer, ...append],
  },
  {
    name: 'radius_server_challenge',
    role: 'server',
    support: 'not yet',
    advice: asDuoOnly,
    repeated: true,
    meaning: 'RADIUS; the factor is asked for in an Access-Challenge',
    options: [
      ...radiusServer,
      {
        key: 'prompt_format',
        type: 'enum',
        values: ['console', 'short'],
        default: 'console',
        meaning: 'layout of the prompt',
      },
      onOff('enroll_challenge', 'true', 'shows unknown users the enrolment link in a challenge'),
    ],
  },
  {
    name: 'radius_server_eap',
    role: 'server',
    support: 'not yet',
    advice: notYet,
    repeated: true,
    meaning: 'RADIUS; PEAP with EAP-GTC',
    options: [
      ...radiusServer,
      {
        key: 'certs',
        ...path,
        required: true,
        meaning: 'PEM file of the certificate and its chain',
      },
      { key: 'pkey', ...path, required: true, meaning: 'PEM file of its private key' },
      { key: 'prompt', ...text, meaning: 'text of the prompt' },
      factors,
      ...append,
      concat,
      { key: 'minimum_tls_version', ...text, meaning: 'lowest TLS version of the tunnel' },
      { key: 'cipher_list', ...text, meaning: 'ciphers of the tunnel' },
    ],
  },
  {
    name: 'radius_server_iframe',
    role: 'server',
    support: 'never',
    advice:
      'its prompt reached its end of life in 2024; use [radius_server_challenge] or [radius_server_auto]',
    repeated: true,
    meaning: 'RADIUS; a web prompt inside the page of an appliance',
    options: [
      ...radiusServer,
      { key: 'type', ...text, required: true, meaning: 'kind of the portal' },
      { key: 'iframe_script_uri', ...text, meaning: 'where the script is' },
      { key: 'script_inject', ...text, meaning: 'how it is injected' },
    ],
  },
  {
    name: 'ldap_server_auto',
    role: 'server',
    support: 'not yet',
    advice: notYet,
    repeated: true,
    meaning: 'LDAP; the second factor is asked for when a user binds',
    options: [
      ...api,
      { key: 'client', type: 'section', meaning: 'the `ad_client` section' },
      { key: 'port', type: 'port', default: '389', meaning: 'port for LDAP and StartTLS' },
      { key: 'ssl_port', type: 'port', default: '636', meaning: 'port for LDAPS' },
      { key: 'ssl_key_path', ...path, meaning: 'PEM file of the private key' },
      { key: 'ssl_cert_path', ...path, meaning: 'PEM file of the certificate' },
      {
        key: 'minimum_tls_version',
        type: 'enum',
        values: ['ssl3', 'tls1.0', 'tls1.1', 'tls1.2', 'tls1.3'],
        default: 'tls1.2',
        meaning: 'lowest TLS version',
      },
      { key: 'cipher_list', ...text, meaning: 'ciphers' },
      factors,
      ...append,
      concat,
      onOff(
        'exempt_primary_bind',
        'true',
        'the first bind of each connection needs no second factor',
      ),
      {
        key: 'exempt_ou',
        ...text,
        numbered: true,
        meaning: 'names at or below this one need no second factor',
      },
      onOff('allow_searches_after_bind', 'true', 'searches after a user has bound'),
      onOff('allow_unlimited_binds', 'false', 'more than two binds on a connection'),
      {
        key: 'network_timeout',
        ...integer,
        min: 1,
        default: '600',
        meaning: 'seconds to wait for the directory',
      },
      {
        key: 'idle_timeout',
        ...integer,
        min: 1,
        default: '3600',
        meaning: 'seconds after which an idle connection is closed',
      },
      listenAddress,
      caFile,
      ...outboundProxy,
      debug,
    ],
  },
  {
    name: 'http_proxy',
    role: 'other',
    support: 'not yet',
    advice: notYet,
    meaning: 'lets other programs in this network reach the API through this machine',
    options: [
      { key: 'api_host', type: 'host', required: true, meaning: 'the only reachable host' },
      { key: 'port', type: 'port', default: '80', meaning: 'port to listen on' },
      listenAddress,
      { key: 'client_ip', type: 'list', meaning: 'who may use it' },
      debug,
    ],
  },
  {
    name: 'cloud',
    role: 'other',
    support: 'not yet',
    advice: notYet,
    repeated: true,
    meaning: 'directory synchronisation for the vendor’s cloud',
    options: [...api.slice(0, 4), ...serviceAccount, caFile, ...outboundProxy, debug],
  },
  {
    name: 'sso',
    role: 'other',
    support: 'not yet',
    advice: notYet,
    meaning: 'connector for single sign-on',
    options: [
      { key: 'rikey', ...text, required: true, meaning: 'identity of this proxy' },
      ...serviceAccount,
      debug,
    ],
  },
]
