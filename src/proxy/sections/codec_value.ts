import type { ValueType } from '../../config/value_type.ts'

/** Python's names that the Encoding Standard does not have. */
const pythonNames: ReadonlyMap<string, string> = new Map([
  ['latin-1', 'latin1'],
  ['iso8859-1', 'latin1'],
  ['cp1252', 'windows-1252'],
  ['cp1251', 'windows-1251'],
  ['cp1250', 'windows-1250'],
  ['utf8', 'utf-8'],
])

/** Name of a character encoding, read as the label that TextDecoder uses. */
export const codec: ValueType<string> = {
  form: 'encoding',
  parse: (value) => {
    const label = value.toLowerCase().replaceAll('_', '-')
    try {
      return { value: new TextDecoder(pythonNames.get(label) ?? label).encoding }
    } catch {
      return {
        problem: `is '${value}', which is not a known encoding; expected utf-8, latin-1, cp1252, …`,
      }
    }
  },
}
