import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { boolean, file, oneOf, text, type ValueType } from '../../config/value_type.ts'
import { Secret } from '../../host/secret.ts'
import { findTemplateProblems } from './gateway_template.ts'
import { isHttpUrl, isUnencrypted } from './http_url_value.ts'
import { type ProviderChoice, requireKeys } from './provider_choice.ts'
import { secretValue } from './secret_value.ts'

/** The problem does not repeat the address, since it can contain a password. */
const urlTemplate: ValueType<Secret> = {
  ...secretValue,
  form: 'https:// address with placeholders',
  parse: (value) =>
    isHttpUrl(value)
      ? { value: new Secret(value) }
      : { problem: 'is not an https:// address; correct it' },
}

/** One header per line: `Name: value`. */
const headerLines: ValueType<Secret> = {
  ...secretValue,
  form: 'headers, one per line',
  multiline: true,
  hasHeaderLines: true,
}

const pattern: ValueType<RegExp> = {
  ...text,
  form: 'regular expression',
  parse: (value) => {
    try {
      return { value: new RegExp(value) }
    } catch {
      return { problem: `is '${value}', which is not a valid regular expression` }
    }
  },
}

export const httpGatewaySection = {
  name: 'http_gateway',
  meaning:
    'Any SMS gateway that takes one HTTP request per message; `{to}`, `{text}` and `{from}` are replaced, and encoded for their position',
  options: {
    method: { type: oneOf('GET', 'POST', 'PUT'), default: 'POST', meaning: 'HTTP method' },
    url: {
      type: urlTemplate,
      meaning:
        'Address, which may have placeholders in its query, such as https://sms.example/send?to={to}&text={text}',
    },
    body: {
      type: secretValue,
      meaning:
        'Body with placeholders, such as `to={to}&text={text}` or `{"to":"{to}","text":"{text}"}`',
    },
    content_type: {
      type: oneOf('form', 'json'),
      default: 'form',
      meaning: 'Format of the body',
    },
    headers: {
      type: headerLines,
      meaning:
        'Further headers, such as `Authorization: Bearer abc`, one per line; lines after the first are indented',
    },
    from: { type: text, meaning: 'Value of `{from}`' },
    plus: { type: boolean, default: 'true', meaning: 'Whether `{to}` has the leading +' },
    success_pattern: {
      type: pattern,
      meaning:
        'Regular expression that a successful response matches; default: any response with status 200 to 299',
    },
    ca_file: {
      type: file,
      meaning: 'PEM file of the certificate authority to trust for url, instead of the public ones',
    },
  },
} as const satisfies SectionKind

export interface HttpGatewayConfig {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: Secret
  readonly body: Secret | undefined
  readonly contentType: 'form' | 'json'
  readonly headers: readonly { readonly name: string; readonly value: Secret }[]
  readonly from: string
  /** Whether a number is written with its plus sign. */
  readonly plus: boolean
  readonly successPattern: RegExp | undefined
  readonly caFile: string | undefined
}

type Values = SectionValues<typeof httpGatewaySection.options>

/** @param folder Relative paths start here. */
export function readHttpGatewaySection(
  values: Values,
  choice: ProviderChoice,
  folder: string,
  report: Report,
): HttpGatewayConfig {
  requireKeys(choice, values, ['url'], report)
  const url = values.get('url')
  const body = values.get('body')
  const caFile = values.get('ca_file')
  const gateway = {
    method: values.get('method'),
    contentType: values.get('content_type'),
    from: values.get('from') ?? '',
    plus: values.get('plus'),
  }
  if (url !== undefined) {
    const templates = { ...gateway, url: url.reveal(), body: body?.reveal() }
    for (const { key, message } of findTemplateProblems(templates)) {
      report('error', values.line(key), message)
    }
    if (isUnencrypted(url.reveal())) {
      const message =
        'url sends messages and the password unencrypted; write an https:// address if the gateway has one'
      report('warning', values.line('url'), message)
    }
  }
  return {
    ...gateway,
    url: url ?? new Secret(''),
    body,
    headers: readHeaders(values, report),
    successPattern: values.get('success_pattern'),
    caFile: caFile === undefined ? undefined : resolve(folder, caFile),
  }
}

/** A token (RFC 9110 §5.6.2) and a value in visible ASCII, which every server reads in the same way. */
const headerForm = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:[ \t]*([\t\x20-\x7e]*?)[ \t]*$/
const reservedHeaders: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]

/** Problems do not repeat the values, which can be keys. */
function readHeaders(values: Values, report: Report): HttpGatewayConfig['headers'] {
  const refuse = (message: string) => report('error', values.line('headers'), message)
  const lines = (values.get('headers')?.reveal() ?? '').split('\n')
  const headers = lines
    .filter((header) => header.trim() !== '')
    .map((header) => {
      const [, name = '', value = ''] = headerForm.exec(header) ?? []
      if (name === '') refuse('headers has a line that is not Name: value in ASCII; correct it')
      return { name: name.toLowerCase(), value: new Secret(value) }
    })
  for (const [index, { name }] of headers.entries()) {
    if (reservedHeaders.includes(name)) {
      refuse(`headers has ${name}, which the service sets itself; remove it`)
    }
    if (headers.findIndex((other) => other.name === name) !== index) {
      refuse(`headers has ${name} twice; remove one of the two`)
    }
  }
  return headers
}
