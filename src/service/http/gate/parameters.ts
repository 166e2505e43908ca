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
 * The parameters of a request, from the query and from the body, a form or JSON. They are decoded only
 * after the signature has been checked: the signed octets need not be text.
 */
export class ReceivedParameters {
  readonly query: readonly EncodedParameter[]
  /** Empty where the body is JSON that can't be read, or can't be written as a form. */
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
   * The last value of each name.
   *
   * @throws {AuthApiFailure} 40002 where the content type is JSON and the body is not, and where a name
   *   or a value is not UTF-8 or contains NUL.
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
  return checked([decodeText(name, 'parameters'), decodeText(value, name)])
}

function decodeText(encoded: string, name: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw wrong(name)
  }
}

/** Refuses text that a database can't store, instead of replacing characters in it. */
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
