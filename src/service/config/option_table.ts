import type { ConfigSection } from './config_option.ts'
import { deliverySections } from './delivery_options.ts'

/** Every section and key of `countersign.cfg`: parser, checks and reference page read this table. */
export const configTable = [
  {
    name: 'service',
    meaning: 'Where the service listens, what it is called and where its data is',
    options: [
      {
        key: 'host_names',
        type: 'list',
        default: 'localhost',
        meaning:
          'Names and addresses at which clients reach the service, comma-separated. The certificate is issued for them, and links begin with the first',
      },
      {
        key: 'interface',
        type: 'text',
        meaning: 'IP address to listen on; default: all addresses of the machine',
      },
      { key: 'port', type: 'integer', default: '8443', min: 0, max: 65535, meaning: 'TCP port' },
      {
        key: 'api_port',
        type: 'integer',
        min: 0,
        max: 65535,
        meaning:
          'TCP port of a separate listener for the signed API (/auth/v2, /rest/v1), /healthz and /metrics. The other port then serves pages, apps and webhooks, and answers 404 for the signed API (docs/overload.md)',
      },
      {
        key: 'api_interface',
        type: 'text',
        meaning: 'IP address that api_port listens on; default: interface',
      },
      {
        key: 'public_url',
        type: 'text',
        meaning:
          'Address at which browsers, phones and webhooks of providers reach the service, for example behind a reverse proxy: `https://mfa.example.com`, with a host name and optionally a port. Every link begins with it. Default: the first of host_names, with the port',
      },
      {
        key: 'trusted_proxies',
        type: 'list',
        meaning:
          'IP addresses and networks of your own reverse proxies, comma-separated: `10.0.0.5, 2001:db8::/64`. The client address in `Forwarded` or `X-Forwarded-For` is used only if it comes from one of them; it counts for limits, logs and the metrics setting',
      },
      {
        key: 'data_folder',
        type: 'path',
        default: 'data',
        meaning:
          'Folder of the database, the keys and the certificates; a relative path starts at the folder of this file',
      },
      {
        key: 'database_url',
        type: 'secret',
        meaning:
          '`postgres://USER:PASSWORD@HOST:PORT/DATABASE` of a PostgreSQL database, for more than one node (docs/postgresql.md). Percent-encode special characters in the password. Default: SQLite in the data folder',
      },
      {
        key: 'certificate_file',
        type: 'path',
        meaning:
          'PEM file of the certificate and its chain, to replace the one that the service issues itself; read again when it changes',
      },
      {
        key: 'certificate_key_file',
        type: 'path',
        meaning: 'PEM file of the private key of certificate_file',
      },
      {
        key: 'logo_file',
        type: 'path',
        meaning: 'PNG image that the API returns as the logo',
      },
      {
        key: 'access_log',
        type: 'boolean',
        default: 'false',
        meaning: 'Logs the method, path, status and duration of each request',
      },
      {
        key: 'metrics',
        type: 'enum',
        values: ['loopback', 'all', 'off'],
        default: 'loopback',
        meaning: 'Which addresses may read /metrics: those of this machine, all, or none',
      },
      { key: 'debug', type: 'boolean', default: 'false', meaning: 'Logs more' },
    ],
  },
  {
    name: 'auth_api',
    meaning: 'Limits of the Auth API',
    options: [
      {
        key: 'requests_per_minute',
        type: 'integer',
        default: '60000',
        min: 0,
        max: 10_000_000,
        meaning:
          'Signed requests of one application per minute; further ones are answered 429; 0 for no limit',
      },
      {
        key: 'refused_per_minute',
        type: 'integer',
        default: '300',
        min: 1,
        max: 10_000_000,
        meaning:
          'Requests per minute from one IPv4 address or one IPv6 /64 network without a valid signature of an application or a phone; further ones are answered 429. Signed requests from the same address are still served',
      },
    ],
  },
  {
    name: 'connections',
    meaning:
      'How many connections each listener holds, and how long clients may take (docs/overload.md)',
    options: [
      {
        key: 'total',
        type: 'integer',
        default: '10000',
        min: 10,
        max: 1_000_000,
        meaning:
          'Open connections. If all are in use, each new one closes the longest idle connection without a signed request. Lowered at start if the process may not open that many files',
      },
      {
        key: 'per_address',
        type: 'integer',
        default: '2500',
        min: 5,
        max: 1_000_000,
        meaning:
          'Open connections from one IPv4 address or one IPv6 /64 network. Raise it if many clients share one NAT address; it does not apply to trusted_proxies',
      },
      {
        key: 'handshake_seconds',
        type: 'integer',
        default: '5',
        min: 1,
        max: 60,
        meaning: 'Time for the TLS handshake',
      },
      {
        key: 'header_seconds',
        type: 'integer',
        default: '10',
        min: 1,
        max: 60,
        meaning: 'Time for the header of a request',
      },
      {
        key: 'body_seconds',
        type: 'integer',
        default: '15',
        min: 1,
        max: 300,
        meaning: 'Time for the body of a request, after its header',
      },
      {
        key: 'idle_seconds',
        type: 'integer',
        default: '75',
        min: 5,
        max: 3600,
        meaning:
          'How long a connection stays open without a request; set it longer than the idle timeout of a load balancer in front',
      },
      {
        key: 'stream_resets',
        type: 'integer',
        default: '600',
        min: 20,
        max: 1_000_000,
        meaning:
          'HTTP/2 streams that an application may cancel per minute on one connection before it is closed; 20 on a connection without a signed request',
      },
    ],
  },
  {
    name: 'lockout',
    meaning: 'When wrong passcodes lock a user',
    options: [
      {
        key: 'threshold',
        type: 'integer',
        default: '10',
        min: 1,
        max: 9999,
        meaning:
          'Wrong passcodes in a row from one address in one application before the user is locked there; five times as many from all addresses lock the account (docs/lockout.md)',
      },
      {
        key: 'minutes',
        type: 'integer',
        default: '30',
        min: 1,
        max: 1440,
        meaning:
          'How long the first lock lasts; each further lock lasts twice as long, up to a day',
      },
    ],
  },
  {
    name: 'push',
    meaning: 'How phones are notified, and limits for pushes that the user did not ask for',
    options: [
      {
        key: 'fatigue_limit',
        type: 'integer',
        default: '5',
        min: 0,
        max: 1000,
        meaning:
          'Unanswered or denied pushes of a user before further ones are held back; a successful sign-in resets the count; 0 for no limit',
      },
      {
        key: 'fatigue_minutes',
        type: 'integer',
        default: '10',
        min: 1,
        max: 1440,
        meaning: 'Period in which these pushes are counted',
      },
      {
        key: 'fraud',
        type: 'enum',
        values: ['alert', 'lock'],
        default: 'alert',
        meaning:
          'What happens when a user reports a sign-in as fraud: `alert` sends mail to fraud_email and logs a warning; `lock` also locks the account until an administrator unlocks it',
      },
      {
        key: 'fraud_email',
        type: 'list',
        meaning: 'Mail addresses that are notified of fraud, comma-separated',
      },
      {
        key: 'web_push',
        type: 'boolean',
        default: 'true',
        meaning:
          "Notifies closed apps through the push services of the browsers' makers, which learn only that and when a request waits; otherwise an app shows a sign-in only when it is opened",
      },
      {
        key: 'web_push_contact',
        type: 'text',
        meaning:
          'Address at which push services can reach the operator, such as `mailto:admin@example.com` or `https://mfa.example.com`; some push services refuse names that are not public. Default: public_url, or else the first of host_names',
      },
      {
        key: 'private_push_services',
        type: 'list',
        meaning:
          'Host names of your own push services, comma-separated; only these may have internal addresses',
      },
    ],
  },
  {
    name: 'logs',
    meaning: 'How long the authentication, administrator and telephony logs go back',
    options: [
      {
        key: 'keep_days',
        type: 'integer',
        default: '400',
        min: 0,
        max: 36_500,
        meaning:
          'Days after which the running service deletes an entry; 0 keeps all entries for ever',
      },
    ],
  },
  {
    name: 'places',
    meaning: 'How the origin of a sign-in is shown to users',
    options: [
      {
        key: 'networks',
        type: 'list',
        meaning:
          'Networks or addresses of your own with the names that users know, comma-separated: `203.0.113.0/24 Berlin office, 10.0.0.0/8 company network`; the smallest of overlapping networks counts',
      },
      {
        key: 'geoip_database',
        type: 'path',
        meaning:
          "File in MaxMind's format, such as GeoLite2 City, with the places of all other addresses; read again when it changes",
      },
    ],
  },
  ...deliverySections,
] as const satisfies readonly ConfigSection[]
