import { list, type ValueType } from '../../config/value_type.ts'

/** A telephone number with its country code (E.164). */
export const phoneNumber: ValueType<string> = {
  form: 'phone number',
  parse: (value) =>
    /^\+[1-9]\d{6,14}$/.test(value)
      ? { value }
      : { problem: `is '${value}'; write a number like +15550101234` },
}

const prefixList = list('comma-separated prefixes', (prefix) =>
  /^\+[1-9]\d{0,14}$/.test(prefix)
    ? { value: prefix }
    : { problem: `has '${prefix}', which is not a prefix; write it like +49` },
)

/** Beginnings of telephone numbers, separated by commas or blanks. */
export const phonePrefixes: ValueType<readonly string[]> = {
  ...prefixList,
  parse: (value, key) => prefixList.parse(value.replaceAll(/\s+/g, ','), key),
}

/** Keys of a telephone. */
export const phoneKeys: ValueType<string> = {
  form: 'keys',
  parse: (value) =>
    /^[0-9*#]+$/.test(value)
      ? { value }
      : { problem: 'has other characters than 0 to 9, * and #; remove them' },
}

/** One key of a telephone, or `none`. */
export const phoneKeyOrNone: ValueType<string> = {
  form: 'key or `none`',
  parse: (value) =>
    value === 'none' || /^[0-9*#]$/.test(value)
      ? { value }
      : { problem: 'is neither one of the keys 0 to 9, * and # nor none' },
}
