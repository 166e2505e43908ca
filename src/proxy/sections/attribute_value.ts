import { type ValueType, words } from '../../config/value_type.ts'
import { attributeNamed } from '../../radius/index.ts'

/** Name of a RADIUS attribute in the dictionary, or the vendor's short form `paloalto`. */
export const attributeName: ValueType<string> = {
  form: 'name of a RADIUS attribute',
  offers: 'radius attributes',
  parse: (value) => {
    if (value.toLowerCase() === 'paloalto') return { value: 'PaloAlto-Client-Source-IP' }
    if (attributeNamed(value) !== undefined) return { value }
    return { problem: `is '${value}', which is not a known RADIUS attribute` }
  },
}

/** Names of RADIUS attributes, as they are passed through. */
export const attributeNames: ValueType<readonly string[]> = {
  ...words,
  offers: 'radius attributes',
}
