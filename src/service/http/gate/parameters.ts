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
 * The parameters of a request: from its query, and from its body, which is a form or JSON. They are
 * decoded after the signature has been checked, since the signature covers the bytes as sent.
 */
export class ReceivedParameters {
  readonly query: readonly EncodedParameter[]
  /** Empty if the body is JSON that can't be parsed, or can't be encoded as a form. */
  readonly form: readonly EncodedParameter[]
  readonly #json: readonly Parameter[] | AuthApiFailure | undefined

  /**
   * @param url Path and query, as received.
   * @param nestedJson Accepts objects and arrays in a JSON body, and passes them on as JSON text.
   */
  constructor(
    url: string,
    body: Uint8Array,
    contentType: string | undefined,
    { nestedJson = false }: { readonly nestedJson?: boolean } = {},
  ) {
    const question = url.indexOf('?')
    this.query = question < 0 ? [] : parseEncodedParameters(url.slice(question + 1))
    const isJson = contentType?.toLowerCase().includes('json') ?? false
    this.#json = isJson && body.length > 0 ? parseJsonParameters(body, nestedJson) : undefined
    this.form =
      this.#json === undefined
        ? parseEncodedParameters(Buffer.from(body).toString('latin1'))
        : encodeForm(this.#json)
  }

  /**
   * Decodes the parameters: those of the query, then those of the body.
   *
   * @throws {AuthApiFailure} 40002 if the content type is JSON and the body is not, or if a name or a
   *   value is not UTF-8 or contains NUL.
   */
  decode(): readonly Parameter[] {
    if (this.#json instanceof AuthApiFailure) throw this.#json
    const form =
      this.#json === undefined ? this.form.map(decodeParameter) : this.#json.map(requireText)
    return [...this.query.map(decodeParameter), ...form]
  }
}

const octetsToText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseJsonParameters(
  body: Uint8Array,
  nestedJson: boolean,
): readonly Parameter[] | AuthApiFailure {
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
  if (nested !== undefined && !nestedJson) return invalidParameter(nested[0])
  return given.map(([name, value]) => [name, toText(value)])
}

/** Clients send "1", 1 and true for the same value, and lists as JSON or as its text. */
function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function encodeForm(json: readonly Parameter[] | AuthApiFailure): readonly EncodedParameter[] {
  if (json instanceof AuthApiFailure) return []
  const allText = json.every(([name, value]) => name.isWellFormed() && value.isWellFormed())
  return allText ? json.map(encodeParameter) : []
}

function decodeParameter({ name, value }: EncodedParameter): Parameter {
  return requireText([decodeText(name, 'parameters'), decodeText(value, name)])
}

function decodeText(encoded: string, name: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw invalidParameter(name)
  }
}

/**
 * Refuses text that a database can't store, instead of replacing its characters.
 *
 * @throws {AuthApiFailure} 40002
 */
export function requireText([name, value]: Parameter): Parameter {
  if (!isText(name)) throw invalidParameter('parameters')
  if (!isText(value)) throw invalidParameter(name)
  return [name, value]
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function invalidParameter(name: string): AuthApiFailure {
  return new AuthApiFailure(
    failures.invalidParameters,
    /^\w{1,40}$/.test(name) ? name : 'parameters',
  )
}
