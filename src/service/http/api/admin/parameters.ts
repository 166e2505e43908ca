import { z } from 'zod'
import { AuthApiFailure, failures, type Parameter } from '../../../../duo/index.ts'

/** The parameters of one request, as text. */
export class SentValues {
  readonly #values: ReadonlyMap<string, readonly string[]>

  /** @param json An object from a list in JSON. */
  static fromJson(json: Readonly<Record<string, unknown>>): SentValues {
    const given = Object.entries(json).filter(([, value]) => value !== null)
    return new SentValues(
      given.map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    )
  }

  constructor(sent: readonly Parameter[]) {
    const groups = Map.groupBy(sent, ([name]) => name)
    this.#values = new Map([...groups].map(([name, all]) => [name, all.map(([, value]) => value)]))
  }

  /** @throws {AuthApiFailure} 40001 or 40002 with the name of a parameter. */
  read<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>): z.output<z.ZodObject<Shape>> {
    const given = Object.keys(schema.shape).flatMap((name) => {
      const values = this.#values.get(name)
      return values === undefined ? [] : [[name, values] as const]
    })
    const parsed = schema.safeParse(Object.fromEntries(given))
    if (parsed.success) return parsed.data
    throw toFailure(parsed.error, (name) => this.#values.has(name))
  }
}

function toFailure({ issues: [issue] }: z.ZodError, wasSent: (name: string) => boolean): Error {
  const [name = 'parameters', ...inner] = (issue?.path ?? []).map(String)
  if (inner.length === 0 && !wasSent(name)) {
    return new AuthApiFailure(failures.missingParameters, name)
  }
  return invalid([name, ...inner].join('.'), issue?.message ?? 'wrong value')
}

/** @param name The name of the parameter. @param reason What is expected. */
export function invalid(name: string, reason: string): AuthApiFailure {
  return new AuthApiFailure(failures.invalidParameters, `${name}: ${reason}`)
}

/** If a parameter was sent several times, the last value counts. */
const last = (values: unknown): unknown => (Array.isArray(values) ? values.at(-1) : values)
export const single = <Schema extends z.ZodType>(
  schema: Schema,
  read = (text: string): unknown => text,
) =>
  z.preprocess((values) => {
    const value = last(values)
    return typeof value === 'string' ? read(value) : value
  }, schema)

/** Text; an empty one is a value, too. */
export const text = (maxLength: number) =>
  single(z.string().max(maxLength, `expected ${maxLength} characters at most`))

/** Text that is not empty. */
export const filled = (maxLength: number) =>
  single(
    z
      .string()
      .min(1, 'expected a value')
      .max(maxLength, `expected ${maxLength} characters at most`),
  )

const yes = new Set(['1', 'true', 'yes'])
const no = new Set(['0', 'false', 'no', ''])

/** `1`, `true` or `yes`; `0`, `false`, `no` or an empty text. */
export const flag = () =>
  single(z.boolean('expected 1 or 0'), (sent) => {
    const value = sent.trim().toLowerCase()
    return yes.has(value) ? true : no.has(value) ? false : sent
  })

export const integer = (min: number, max: number) => {
  const expected =
    max === Number.MAX_SAFE_INTEGER ? `expected ${min} or more` : `expected ${min} to ${max}`
  return single(z.int(expected).min(min, expected).max(max, expected), (sent) =>
    /^-?\d{1,15}$/.test(sent.trim()) ? Number(sent) : sent,
  )
}

/** One of some values, in any case. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  single(z.enum(values, `expected one of ${values.join(', ')}`), (sent) => {
    const lower = sent.trim().toLowerCase()
    return values.find((value) => value.toLowerCase() === lower) ?? sent
  })

/** A list: a JSON array, comma-separated text, or the parameter repeated. */
export const texts = (maxEntries: number) =>
  z.preprocess(
    (values) => (Array.isArray(values) ? values.flatMap(readList) : values),
    z
      .array(z.string('expected a list of texts'))
      .max(maxEntries, `expected ${maxEntries} entries at most`),
  )

function readList(sent: unknown): unknown {
  if (typeof sent !== 'string') return sent
  const entries = sent.trim().startsWith('[') ? parseJson(sent) : sent.split(',')
  if (!Array.isArray(entries)) return [Number.NaN]
  return entries
    .map((entry: unknown) => (typeof entry === 'string' ? entry.trim() : entry))
    .filter((entry) => entry !== '')
}

/** JSON, or its text. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  single(schema, (sent) => parseJson(sent) ?? sent)

function parseJson(sent: string): unknown {
  try {
    return JSON.parse(sent, refuseUnstorable)
  } catch {
    return undefined
  }
}

/** Databases can't store NUL and unpaired surrogates in text. */
function refuseUnstorable(key: string, value: unknown): unknown {
  for (const written of [key, value]) {
    if (typeof written !== 'string') continue
    if (!written.isWellFormed() || written.includes('\0')) throw new Error('unstorable text')
  }
  return value
}
