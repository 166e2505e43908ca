import {
  AuthApiFailure,
  type EncodedParameter,
  encodeParameter,
  failures,
  isRecord,
  type Parameter,
  parseEncodedParameters,
} from '../../../duo/index.ts'

/**
 * The parameters of a request, in the query and in the body as a form or as JSON. What they say is
 * read only after the signature has been checked; what was signed may be no text at all.
 */
export class ReceivedParameters {
  readonly query: readonly EncodedParameter[]
  /** Empty where the body is JSON that can't be read, or is too wrong to be signed as a form. */
  readonly form: readonly EncodedParameter[]
  readonly #json: readonly Parameter[] | AuthApiFailure | undefined

  /** @param url Path and query, as they came. */
  constructor(url: string, body: Uint8Array, contentType: string | undefined) {
    const question = url.indexOf('?')
    this.query = question < 0 ? [] : parseEncodedParameters(url.slice(question + 1))
    const isJson = contentType?.toLowerCase().includes('json') ?? false
    this.#json = isJson && body.length > 0 ? jsonParameters(body) : undefined
    this.form =
      this.#json === undefined
        ? parseEncodedParameters(Buffer.from(body).toString('latin1'))
        : encodedForm(this.#json)
  }

  /**
   * Of a name that stands there twice, the last.
   *
   * @throws {AuthApiFailure} 40002 where the body says that it is JSON and is none, and where a name
   *   or a value is not UTF-8 or has a NUL.
   */
  decoded(): ReadonlyMap<string, string> {
    if (this.#json instanceof AuthApiFailure) throw this.#json
    const form = this.#json === undefined ? this.form.map(decoded) : this.#json.map(checked)
    return new Map([...this.query.map(decoded), ...form])
  }
}

const octetsToText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function jsonParameters(body: Uint8Array): readonly Parameter[] | AuthApiFailure {
  let parsed: unknown
  try {
    parsed = JSON.parse(octetsToText.decode(body))
  } catch {
    return new AuthApiFailure(failures.invalidParameters, 'the body is not JSON')
  }
  if (!isRecord(parsed)) {
    return new AuthApiFailure(failures.invalidParameters, 'the body is not a JSON object')
  }
  const given = Object.entries(parsed).filter(([, value]) => value !== null)
  const nested = given.find(([, value]) => typeof value === 'object')
  if (nested !== undefined) return wrong(nested[0])
  // clients send "1", 1 and true for the same
  return given.map(([name, value]) => [name, String(value)])
}

function encodedForm(json: readonly Parameter[] | AuthApiFailure): readonly EncodedParameter[] {
  if (json instanceof AuthApiFailure) return []
  const allText = json.every(([name, value]) => name.isWellFormed() && value.isWellFormed())
  return allText ? json.map(encodeParameter) : []
}

function decoded({ name, value }: EncodedParameter): Parameter {
  return checked([textOf(name, 'parameters'), textOf(value, name)])
}

function textOf(encoded: string, name: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw wrong(name)
  }
}

/** What a database can't hold is nobody's name, and nothing that could stand in its place is, either. */
function checked([name, value]: Parameter): Parameter {
  if (!isText(name)) throw wrong('parameters')
  if (!isText(value)) throw wrong(name)
  return [name, value]
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function wrong(name: string): AuthApiFailure {
  return new AuthApiFailure(
    failures.invalidParameters,
    /^\w{1,40}$/.test(name) ? name : 'parameters',
  )
}
