/** What stands for the placeholders of a gateway's address and body. */
export interface GatewayValues {
  readonly to: string
  readonly text: string
  readonly from: string
}

/** How a value is written where it stands: in a query or a form, or within a string of JSON. */
export type GatewayEncoding = 'form' | 'json'

const encodings: Readonly<Record<GatewayEncoding, (text: string) => string>> = {
  // half of a surrogate pair has no octets
  form: (text) => encodeURIComponent(text.toWellFormed()),
  json: (text) => JSON.stringify(text.toWellFormed()).slice(1, -1),
}

/** In one pass: a placeholder within a text that was put in stays as it is. */
export function filled(template: string, values: GatewayValues, encoding: GatewayEncoding): string {
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

/**
 * What can't be right in the templates, and at which key: found when they are read, and not at a sign-in.
 *
 * @param templates.url Empty where it was refused already.
 */
export function templateProblems({
  method,
  url,
  body = '',
  contentType,
  from,
  plus,
}: GatewayTemplates): TemplateProblem[] {
  if (url === '') return []
  const problems: TemplateProblem[] = []
  const both = `${url}${body}`
  for (const placeholder of ['{to}', '{text}']) {
    if (both.includes(placeholder)) continue
    problems.push({ key: 'url', message: `${placeholder} stands neither in url nor in body` })
  }
  for (const [key, template] of [
    ['url', url],
    ['body', body],
  ] as const) {
    if (template.includes('{from}') && from === '') {
      problems.push({ key, message: `{from} stands in ${key}, and from is not set` })
    }
    if (!hasUnknownPlaceholder(template)) continue
    const message = `a word in braces in ${key} stands for nothing; there are {to}, {text} and {from}, and %7B for a brace`
    problems.push({ key, message })
  }
  if (body !== '' && method === 'GET') {
    problems.push({ key: 'body', message: 'method=GET has no body; write POST, or use url alone' })
  } else if (body !== '' && contentType === 'json' && !isJsonTemplate(body, plus)) {
    const message = 'body is not JSON when it is filled; placeholders stand in quotes: "{text}"'
    problems.push({ key: 'body', message })
  }
  return [...problems, ...addressProblems(url)]
}

export interface GatewayTemplates {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
  readonly contentType: GatewayEncoding
  readonly from: string
  readonly plus: boolean
}

/** Told without the templates, in which there may be a password. */
interface TemplateProblem {
  readonly key: 'url' | 'body'
  readonly message: string
}

function addressProblems(url: string): TemplateProblem[] {
  const { hash, username, password } = new URL(url)
  const problems: TemplateProblem[] = []
  if (/^https?:\/\/[^/?#]*[{}]/.test(url)) {
    problems.push({ key: 'url', message: 'a placeholder stands in the host of url' })
  }
  if (hash !== '' || url.endsWith('#')) {
    const message = 'what stands behind # in url is never sent; write %23 where # is meant'
    problems.push({ key: 'url', message })
  }
  if (username !== '' || password !== '') {
    const message =
      'a name and password before the host of url are not sent; write them as headers=Authorization: Basic …'
    problems.push({ key: 'url', message })
  }
  return problems
}

/** Whether there is a word in braces that stands for nothing, and would be sent as it is. */
function hasUnknownPlaceholder(template: string): boolean {
  const words = [...template.matchAll(/\{\s*\w+\s*\}/g)]
  return words.some(([word]) => !/^\{(to|text|from)\}$/.test(word))
}

/** Whether it is JSON when it is filled, whatever the text: its placeholder is in quotes, then. */
function isJsonTemplate(template: string, plus: boolean): boolean {
  const values = { to: `${plus ? '+' : ''}15550101234`, text: 'a "b" \\ \n c', from: '"' }
  try {
    JSON.parse(filled(template, values, 'json'))
    return true
  } catch {
    return false
  }
}
