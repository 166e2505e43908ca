import { AuthApiFailure, failures, isRecord, type Parameter } from '../../../duo/index.ts'

/** Parameters as they came: in the query, and in the body as a form or as JSON. */
export interface ReceivedParameters {
  readonly query: readonly Parameter[]
  readonly form: readonly Parameter[]
}

/**
 * Reads the parameters of a request. Of JSON, too, each becomes a text: clients send `"1"`, `1` and
 * `true` for the same.
 *
 * @throws {AuthApiFailure} 40002 where the body says that it is JSON and is none.
 */
export function readParameters(
  url: string,
  body: string,
  contentType: string | undefined,
): ReceivedParameters {
  const question = url.indexOf('?')
  const query = question < 0 ? [] : formParameters(url.slice(question + 1))
  if (body === '') return { query, form: [] }
  const json = contentType?.toLowerCase().includes('json') ?? false
  return { query, form: json ? jsonParameters(body) : formParameters(body) }
}

function formParameters(text: string): Parameter[] {
  return text === '' ? [] : [...new URLSearchParams(text)]
}

function jsonParameters(body: string): Parameter[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    throw new AuthApiFailure(failures.invalidParameters, 'the body is not JSON')
  }
  if (!isRecord(parsed)) {
    throw new AuthApiFailure(failures.invalidParameters, 'the body is not a JSON object')
  }
  return Object.entries(parsed)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, textOf(value)])
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
