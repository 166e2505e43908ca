import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { file, oneOf, port, text } from '../../config/value_type.ts'
import type { Secret } from '../../host/secret.ts'
import { mailbox } from './mail_address.ts'
import { isLoopback } from './network_value.ts'
import { requireBothOrNeither, requireKeys } from './provider_choice.ts'
import { secretValue } from './secret_value.ts'

export const mailSection = {
  name: 'mail',
  meaning: 'Mail, such as invitations',
  options: {
    provider: {
      type: oneOf('off', 'outbox', 'smtp'),
      default: 'off',
      meaning: 'How mail is delivered; `outbox` keeps it in files, for tests',
    },
    from: { type: mailbox, meaning: 'Sender, such as `Countersign <mfa@example.com>`' },
    host: { type: text, meaning: 'SMTP server' },
    port: {
      type: port,
      default: '587',
      meaning: 'Its port: 587 with starttls, 465 with tls',
    },
    security: {
      type: oneOf('starttls', 'tls', 'none'),
      default: 'starttls',
      meaning: 'How the connection is encrypted; `none` only for a server on this machine',
    },
    username: { type: text, meaning: 'Username, if the server requires one' },
    password: { type: secretValue, meaning: 'Password, if the server requires one' },
    ca_file: {
      type: file,
      meaning:
        'PEM file of the certificate authority to trust for host, instead of the public ones',
    },
  },
} as const satisfies SectionKind

export interface SmtpConfig {
  /** Name in EHLO (RFC 5321 §4.1.1.1); absent for the machine's own name. */
  readonly clientName?: string
  readonly from: string
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly login: { readonly username: string; readonly password: Secret } | undefined
  readonly caFile: string | undefined
}

export interface MailConfig {
  readonly provider:
    | { readonly kind: 'off' }
    | { readonly kind: 'outbox' }
    | { readonly kind: 'smtp'; readonly smtp: SmtpConfig }
}

type Values = SectionValues<typeof mailSection.options>

/**
 * @param hostName The service's first host name.
 * @param folder Relative paths start here.
 */
export function readMailSection(
  values: Values,
  hostName: string,
  folder: string,
  report: Report,
): MailConfig {
  const provider = values.get('provider')
  if (provider !== 'smtp') return { provider: { kind: provider } }
  const choice = { section: 'mail', provider, line: values.line('provider') }
  requireKeys(choice, values, ['from', 'host'], report)
  requireBothOrNeither(values, 'username', 'password', report)
  const security = values.get('security')
  const host = values.get('host') ?? ''
  if (security === 'none' && !isLoopback(host)) {
    const message =
      'security=none would send the password and enrolment links unencrypted; write starttls or tls'
    report('error', values.line('security'), message)
  }
  const username = values.get('username')
  const password = values.get('password')
  const clientName = chooseEhloName(hostName)
  const caFile = values.get('ca_file')
  return {
    provider: {
      kind: 'smtp',
      smtp: {
        ...(clientName === undefined ? {} : { clientName }),
        from: values.get('from') ?? '',
        host,
        port: values.get('port'),
        security,
        login:
          username === undefined || password === undefined ? undefined : { username, password },
        caFile: caFile === undefined ? undefined : resolve(folder, caFile),
      },
    },
  }
}

/** Addresses become literals (RFC 5321 §4.1.3); servers refuse `localhost`. */
function chooseEhloName(hostName: string): string | undefined {
  if (hostName === '' || isLoopback(hostName)) return undefined
  const version = isIP(hostName)
  return version === 0 ? hostName : version === 6 ? `[IPv6:${hostName}]` : `[${hostName}]`
}
