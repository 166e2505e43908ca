/** The values that replace the placeholders in a gateway's address and body. */
export interface GatewayValues {
  readonly to: string
  readonly text: string
  readonly from: string
}

/** How values are encoded: for a query or a form, or inside a JSON string. */
export type GatewayEncoding = 'form' | 'json'

const encodings: Readonly<Record<GatewayEncoding, (text: string) => string>> = {
  // a lone surrogate can't be encoded in UTF-8
  form: (text) => encodeURIComponent(text.toWellFormed()),
  json: (text) => JSON.stringify(text.toWellFormed()).slice(1, -1),
}

/** Replaces the placeholders, in one pass: a placeholder inside a value is not replaced. */
export function fillTemplate(
  template: string,
  values: GatewayValues,
  encoding: GatewayEncoding,
): string {
  const encode = encodings[encoding]
  return template.replace(/\{(to|text|from)\}/g, (_placeholder, name) => {
    switch (name) {
      case 'to':
        return encode(values.to)
      case 'text':
        return encode(values.text)
      default:
        return encode(values.from)
    }
  })
}

/** Finds mistakes in the templates when they are read, before the first message is sent. */
export function findTemplateProblems({
  method,
  url,
  body = '',
  contentType,
  from,
  plus,
}: GatewayTemplates): TemplateProblem[] {
  const problems: TemplateProblem[] = []
  const both = `${url}${body}`
  for (const placeholder of ['{to}', '{text}']) {
    if (both.includes(placeholder)) continue
    problems.push({
      key: 'url',
      message: `${placeholder} is missing in url and body; add it to one of them`,
    })
  }
  for (const [key, template] of [
    ['url', url],
    ['body', body],
  ] as const) {
    if (template.includes('{from}') && from === '') {
      problems.push({ key, message: `${key} has {from}, but from is not set; set it` })
    }
    if (!hasUnknownPlaceholder(template)) continue
    const message = `${key} has an unknown placeholder; write {to}, {text} or {from}, and %7B for a brace`
    problems.push({ key, message })
  }
  if (body !== '' && method === 'GET') {
    problems.push({
      key: 'body',
      message: 'body has no effect with method=GET; write method=POST or remove body',
    })
  } else if (body !== '' && contentType === 'json' && !isJsonTemplate(body, plus)) {
    const message =
      'body is not valid JSON after its placeholders are replaced; put them in quotes: "{text}"'
    problems.push({ key: 'body', message })
  }
  return [...problems, ...findUrlProblems(url)]
}

export interface GatewayTemplates {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
  readonly contentType: GatewayEncoding
  readonly from: string
  readonly plus: boolean
}

/** The message does not repeat a template, since it can contain a password. */
interface TemplateProblem {
  readonly key: 'url' | 'body'
  readonly message: string
}

function findUrlProblems(url: string): TemplateProblem[] {
  const { hash, username, password } = new URL(url)
  const problems: TemplateProblem[] = []
  if (/^https?:\/\/[^/?#]*[{}]/.test(url)) {
    problems.push({ key: 'url', message: 'url has a placeholder in its host; write the host name' })
  }
  if (hash !== '' || url.endsWith('#')) {
    const message = 'url has a #, and the text after it is never sent; write %23 for a #'
    problems.push({ key: 'url', message })
  }
  if (username !== '' || password !== '') {
    const message =
      'url has a user name or password before its host, which is not sent; write headers=Authorization: Basic …'
    problems.push({ key: 'url', message })
  }
  return problems
}

/** Whether a word in braces is not a placeholder, and would be sent unchanged. */
function hasUnknownPlaceholder(template: string): boolean {
  const words = [...template.matchAll(/\{\s*\w+\s*\}/g)]
  return words.some(([word]) => !/^\{(to|text|from)\}$/.test(word))
}

/** Whether the template is JSON for every text, which requires quotes around its placeholder. */
function isJsonTemplate(template: string, plus: boolean): boolean {
  const values = { to: `${plus ? '+' : ''}15550101234`, text: 'a "b" \\ \n c', from: '"' }
  try {
    JSON.parse(fillTemplate(template, values, 'json'))
    return true
  } catch {
    return false
  }
}
