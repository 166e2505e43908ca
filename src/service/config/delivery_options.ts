import type { ConfigOption, ConfigSection } from './config_option.ts'

const limits = (what: string, most: Readonly<Record<string, string>>): readonly ConfigOption[] => [
  ...[
    ['user_per_hour', 'to one user in an hour'],
    ['user_per_day', 'to one user in a day'],
    ['number_per_hour', 'to one number in an hour'],
    ['number_per_day', 'to one number in a day'],
    ['all_per_hour', 'to everybody in an hour: what a fraud can cost at most'],
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
      'What numbers must begin with, as `+49, +43`, comma-separated; all countries where it is not set',
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
          'Who carries messages, each with a section of its own; `outbox` writes them into files, to try it out',
      },
      {
        key: 'sms_batch',
        type: 'integer',
        default: '1',
        min: 1,
        max: 10,
        meaning: 'Passcodes in one message; a new batch takes the place of the last one',
      },
      {
        key: 'sms_expiration',
        type: 'integer',
        default: '10',
        min: 0,
        max: 525_600,
        meaning:
          'Minutes after which the passcodes end; 0 for never, as for batches to carry along',
      },
      {
        key: 'sms_refresh',
        type: 'boolean',
        default: 'false',
        meaning: 'Sends a new batch when the last passcode of one has been used',
      },
      {
        key: 'sms_message',
        type: 'text',
        default: 'Passcodes for',
        meaning: "What stands in a message before the application's name",
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
          'Who makes the calls; `aws` speaks a passcode, as it can hear no key; `outbox` writes them into files, to be answered with `countersign outbox answer`',
      },
      {
        key: 'caller_id',
        type: 'text',
        meaning: "The number that calls, one of the provider's, as +15550101234",
      },
      {
        key: 'language',
        type: 'enum',
        values: ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl'],
        default: 'en',
        meaning: 'What the call speaks',
      },
      {
        key: 'keypress_confirm',
        type: 'text',
        default: '1#',
        meaning:
          'Keys that confirm the sign-in, of 0 to 9, * and #; the first is the one that is spoken',
      },
      {
        key: 'keypress_fraud',
        type: 'text',
        default: '9',
        meaning: 'Key that reports a sign-in as a fraud; `none` for no such key',
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
    meaning: 'Twilio, or a service that has its API',
    options: [
      { key: 'account_sid', type: 'text', meaning: 'Account SID, `AC…`' },
      {
        key: 'auth_token',
        type: 'secret',
        meaning: 'Auth token; it also proves that a webhook comes from there',
      },
      {
        key: 'from',
        type: 'text',
        meaning: 'Sender of messages: a number of the account, or a name where that is allowed',
      },
      {
        key: 'messaging_service_sid',
        type: 'text',
        meaning: 'Messaging Service that sends, `MG…`, in place of from',
      },
      {
        key: 'base_url',
        type: 'text',
        default: 'https://api.twilio.com',
        meaning: 'Where its API is; the path /2010-04-01/Accounts/… is added',
      },
      caFile('base_url'),
    ],
  },
  {
    name: 'aws',
    meaning: 'AWS End User Messaging',
    options: [
      { key: 'region', type: 'text', meaning: 'Region, as eu-central-1' },
      {
        key: 'access_key_id',
        type: 'text',
        meaning:
          "Access key; where it is not set, the machine's role, environment or profile counts as for every AWS program",
      },
      { key: 'secret_access_key', type: 'secret', meaning: 'Secret of access_key_id' },
      {
        key: 'origination_identity',
        type: 'text',
        meaning:
          'Sender of messages: number, sender ID or pool, by its id or ARN; AWS chooses one where it is not set',
      },
      {
        key: 'configuration_set',
        type: 'text',
        meaning: 'Configuration set that messages and calls belong to',
      },
      { key: 'endpoint', type: 'text', meaning: "Another address than the region's, as of a VPC" },
      caFile('AWS'),
    ],
  },
  {
    name: 'http_gateway',
    meaning:
      'Any SMS gateway that is told by one HTTP request; `{to}`, `{text}` and `{from}` are put in, encoded for where they stand',
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
          'Address, which may have placeholders in its query, as https://sms.example/send?to={to}&text={text}',
      },
      {
        key: 'body',
        type: 'secret',
        meaning:
          'Body with placeholders, as `to={to}&text={text}` or `{"to":"{to}","text":"{text}"}`',
      },
      {
        key: 'content_type',
        type: 'enum',
        values: ['form', 'json'],
        default: 'form',
        meaning: 'What the body is',
      },
      {
        key: 'headers',
        type: 'list',
        meaning:
          'Further headers, as `Authorization: Bearer abc`, each in a line of its own; lines after the first are indented',
      },
      {
        key: 'from',
        type: 'text',
        meaning: 'What `{from}` stands for',
      },
      {
        key: 'plus',
        type: 'boolean',
        default: 'true',
        meaning: 'Whether `{to}` has its leading +',
      },
      {
        key: 'success_pattern',
        type: 'text',
        meaning:
          'Regular expression that the answer to a message that was taken matches; else a status from 200 to 299 is enough',
      },
      caFile('url'),
    ],
  },
  {
    name: 'mail',
    meaning: 'Mail, as with invitations',
    options: [
      {
        key: 'provider',
        type: 'enum',
        values: ['off', 'outbox', 'smtp'],
        default: 'off',
        meaning: 'Who carries mail; `outbox` writes it into files, to try it out',
      },
      { key: 'from', type: 'text', meaning: 'Sender, as `Countersign <mfa@example.com>`' },
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
        meaning: 'How the connection is kept secret; `none` only on the machine itself',
      },
      { key: 'username', type: 'text', meaning: 'User name on the server, where it asks for one' },
      { key: 'password', type: 'secret', meaning: 'Password of username' },
      caFile('host'),
    ],
  },
]

function caFile(of: string): ConfigOption {
  return {
    key: 'ca_file',
    type: 'path',
    meaning: `PEM file of the authority to trust at ${of}, in place of those that everybody trusts`,
  }
}
