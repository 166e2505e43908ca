import type { ConfigOption, ConfigSection } from './config_option.ts'

const limits = (what: string, most: Readonly<Record<string, string>>): readonly ConfigOption[] => [
  ...[
    ['user_per_hour', 'to one user in an hour'],
    ['user_per_day', 'to one user in a day'],
    ['number_per_hour', 'to one number in an hour'],
    ['number_per_day', 'to one number in a day'],
    ['all_per_hour', 'to all users in an hour; limits what fraud can cost'],
  ].map(
    ([key = '', to = '']): ConfigOption => ({
      key,
      type: 'integer',
      default: most[key] ?? '0',
      min: 0,
      max: 1_000_000,
      meaning: `${what} ${to}; 0 for no limit`,
    }),
  ),
  {
    key: 'allowed_prefixes',
    type: 'list',
    meaning:
      'Prefixes that numbers must begin with, comma-separated, such as `+49, +43`; default: all countries',
  },
]

/** The sections on messages, calls and mail, and on those who carry them (docs/messages-and-calls.md). */
export const deliverySections: readonly ConfigSection[] = [
  {
    name: 'sms',
    meaning: 'Passcodes by SMS',
    options: [
      {
        key: 'provider',
        type: 'enum',
        values: ['off', 'outbox', 'twilio', 'aws', 'http'],
        default: 'off',
        meaning:
          'Who delivers messages; each provider has its own section. `outbox` keeps them in files, for trials',
      },
      {
        key: 'sms_batch',
        type: 'integer',
        default: '1',
        min: 1,
        max: 10,
        meaning: 'Passcodes in one message; a new batch replaces the last one',
      },
      {
        key: 'sms_expiration',
        type: 'integer',
        default: '10',
        min: 0,
        max: 525_600,
        meaning:
          'Minutes after which the passcodes expire; 0 for never, for batches that users carry with them',
      },
      {
        key: 'sms_refresh',
        type: 'boolean',
        default: 'false',
        meaning: 'Sends a new batch when the last passcode of a batch has been used',
      },
      {
        key: 'sms_message',
        type: 'text',
        default: 'Passcodes for',
        meaning: 'Text of the message before the name of the application',
      },
      ...limits('Messages', {
        user_per_hour: '10',
        user_per_day: '30',
        number_per_hour: '10',
        number_per_day: '30',
        all_per_hour: '1000',
      }),
    ],
  },
  {
    name: 'phone',
    meaning: 'Sign-ins that are confirmed by a key in a phone call',
    options: [
      {
        key: 'provider',
        type: 'enum',
        values: ['off', 'outbox', 'twilio', 'aws'],
        default: 'off',
        meaning:
          "Who makes the calls. `aws` speaks a passcode, since it can't receive keys; `outbox` keeps calls in files, for trials, and `countersign outbox answer` answers them",
      },
      {
        key: 'caller_id',
        type: 'text',
        meaning: "Calling number, one of the provider's, such as +15550101234",
      },
      {
        key: 'language',
        type: 'enum',
        values: ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl'],
        default: 'en',
        meaning: 'Language of the call',
      },
      {
        key: 'keypress_confirm',
        type: 'text',
        default: '1#',
        meaning: 'Keys that confirm the sign-in, of 0 to 9, * and #; the call names the first',
      },
      {
        key: 'keypress_fraud',
        type: 'text',
        default: '9',
        meaning: 'Key that reports a sign-in as fraud; `none` for no such key',
      },
      ...limits('Calls', {
        user_per_hour: '10',
        user_per_day: '30',
        number_per_hour: '10',
        number_per_day: '30',
        all_per_hour: '500',
      }),
    ],
  },
  {
    name: 'twilio',
    meaning: 'Twilio, or a service with the same API',
    options: [
      { key: 'account_sid', type: 'text', meaning: 'Account SID, `AC…`' },
      {
        key: 'auth_token',
        type: 'secret',
        meaning: 'Auth token; it also authenticates webhooks',
      },
      {
        key: 'from',
        type: 'text',
        meaning: 'Sender of messages: a number of the account, or a name where allowed',
      },
      {
        key: 'messaging_service_sid',
        type: 'text',
        meaning: 'Messaging Service that sends, `MG…`, instead of from',
      },
      {
        key: 'base_url',
        type: 'text',
        default: 'https://api.twilio.com',
        meaning: 'Address of the API; the path /2010-04-01/Accounts/… is added',
      },
      caFile('base_url'),
    ],
  },
  {
    name: 'aws',
    meaning: 'AWS End User Messaging',
    options: [
      { key: 'region', type: 'text', meaning: 'Region, such as eu-central-1' },
      {
        key: 'access_key_id',
        type: 'text',
        meaning:
          "Access key; default: the machine's role, environment or profile, as for every AWS program",
      },
      { key: 'secret_access_key', type: 'secret', meaning: 'Secret of access_key_id' },
      {
        key: 'origination_identity',
        type: 'text',
        meaning:
          'Sender of messages: number, sender ID or pool, by ID or ARN; default: AWS chooses one',
      },
      {
        key: 'configuration_set',
        type: 'text',
        meaning: 'Configuration set of messages and calls',
      },
      {
        key: 'endpoint',
        type: 'text',
        meaning: "Address that replaces the region's, such as that of a VPC",
      },
      caFile('AWS'),
    ],
  },
  {
    name: 'http_gateway',
    meaning:
      'Any SMS gateway that takes one HTTP request per message; `{to}`, `{text}` and `{from}` are replaced, and encoded for their position',
    options: [
      {
        key: 'method',
        type: 'enum',
        values: ['GET', 'POST', 'PUT'],
        default: 'POST',
        meaning: 'HTTP method',
      },
      {
        key: 'url',
        type: 'secret',
        meaning:
          'Address, which may have placeholders in its query, such as https://sms.example/send?to={to}&text={text}',
      },
      {
        key: 'body',
        type: 'secret',
        meaning:
          'Body with placeholders, such as `to={to}&text={text}` or `{"to":"{to}","text":"{text}"}`',
      },
      {
        key: 'content_type',
        type: 'enum',
        values: ['form', 'json'],
        default: 'form',
        meaning: 'Format of the body',
      },
      {
        key: 'headers',
        type: 'list',
        meaning:
          'Further headers, such as `Authorization: Bearer abc`, one per line; lines after the first are indented',
      },
      {
        key: 'from',
        type: 'text',
        meaning: 'Value of `{from}`',
      },
      {
        key: 'plus',
        type: 'boolean',
        default: 'true',
        meaning: 'Whether `{to}` has the leading +',
      },
      {
        key: 'success_pattern',
        type: 'text',
        meaning:
          'Regular expression that a successful response matches; default: any response with status 200 to 299',
      },
      caFile('url'),
    ],
  },
  {
    name: 'mail',
    meaning: 'Mail, such as invitations',
    options: [
      {
        key: 'provider',
        type: 'enum',
        values: ['off', 'outbox', 'smtp'],
        default: 'off',
        meaning: 'Who delivers mail; `outbox` keeps it in files, for trials',
      },
      { key: 'from', type: 'text', meaning: 'Sender, such as `Countersign <mfa@example.com>`' },
      { key: 'host', type: 'text', meaning: 'SMTP server' },
      {
        key: 'port',
        type: 'integer',
        min: 1,
        max: 65535,
        default: '587',
        meaning: 'Its port: 587 with starttls, 465 with tls',
      },
      {
        key: 'security',
        type: 'enum',
        values: ['starttls', 'tls', 'none'],
        default: 'starttls',
        meaning: 'How the connection is encrypted; `none` only for a server on this machine',
      },
      { key: 'username', type: 'text', meaning: 'User name, if the server requires one' },
      { key: 'password', type: 'secret', meaning: 'Password, if the server requires one' },
      caFile('host'),
    ],
  },
]

function caFile(of: string): ConfigOption {
  return {
    key: 'ca_file',
    type: 'path',
    meaning: `PEM file of the certificate authority to trust for ${of}, instead of the public ones`,
  }
}
