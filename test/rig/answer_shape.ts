/**
 * What a JSON value must be.
 *
 * @param place Where the value is in an answer: `response[0].phones`.
 * @returns The differences: `response[0].phones is null`.
 */
export type Shape = (value: unknown, place: string) => readonly string[]

const typed =
  (name: string, fits: (value: unknown) => boolean): Shape =>
  (value, place) =>
    fits(value) ? [] : [`${place} is ${typeName(value)}, expected ${name}`]

export const text = typed('string', (value) => typeof value === 'string')
export const integer = typed('integer', Number.isSafeInteger)
export const boolean = typed('boolean', (value) => typeof value === 'boolean')
export const zeroOrOne = typed('0 or 1', (value) => value === 0 || value === 1)
/** The response of a call that returns nothing. */
export const nothing = typed('an empty string', (value) => value === '')

export const oneOf = (...values: readonly string[]): Shape =>
  typed(`one of ${values.join(', ')}`, (value) => values.some((each) => each === value))

export const nullable =
  (shape: Shape): Shape =>
  (value, place) =>
    value === null ? [] : shape(value, place)

export const listOf =
  (item: Shape): Shape =>
  (value, place) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => item(each, `${place}[${index}]`))
      : [`${place} is ${typeName(value)}, expected a list`]

/** A list that is always empty. */
export const emptyList = listOf((_, place) => [`${place} is there, expected no entries`])

/** An object with any keys. */
export const mapOf =
  (item: Shape): Shape =>
  (value, place) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, each]) => item(each, `${place}.${key}`))
      : [`${place} is ${typeName(value)}, expected an object`]

/** An object of which the reference says no more. */
export const anything: Shape = () => []

export type Fields = Readonly<Record<string, Shape>>

/** Fields of the same shape. */
export function fields(shape: Shape, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, shape]))
}

/**
 * An object with exactly these fields.
 *
 * @param sometimes Fields that are there under some conditions.
 */
export const object =
  (fields: Fields, sometimes: Fields = {}): Shape =>
  (value, place) => {
    if (!isObject(value)) return [`${place} is ${typeName(value)}, expected an object`]
    const missing = Object.keys(fields).filter((name) => !Object.hasOwn(value, name))
    return [
      ...missing.map((name) => `${place}.${name} is missing`),
      ...Object.entries(value).flatMap(([name, each]) => {
        const shape = fields[name] ?? sometimes[name]
        const inside = `${place}.${name}`
        return shape === undefined ? [`${inside} is not in the reference`] : shape(each, inside)
      }),
    ]
  }

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : JSON.stringify(value)
}
