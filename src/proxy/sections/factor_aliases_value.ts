import type { ParsedValue, ValueType } from '../../config/value_type.ts'

/** The factors that can have an alias. */
const factorPattern = /^(auto|(push|phone|sms)[1-9]?\d?)$/

/** `1=push, p=push, call=phone`: the factor of each name; names are in lower case. */
export const factorAliases: ValueType<ReadonlyMap<string, string>> = {
  form: '`name=factor, …`',
  multiline: true,
  mayContainEquals: true,
  parse: parseFactorAliases,
}

function parseFactorAliases(value: string): ParsedValue<ReadonlyMap<string, string>> {
  const aliases = new Map<string, string>()
  for (const pair of value.split(',')) {
    const [name = '', factor = '', another] = pair
      .split('=')
      .map((part) => part.trim().toLowerCase())
    if (name === '') return { problem: 'has an empty name; expected name=factor, …' }
    if (another !== undefined) {
      return { problem: `has another = after '${name}'; expected name=factor, …` }
    }
    if (!factorPattern.test(factor)) {
      return {
        problem: `has '${factor}' as the factor of '${name}'; expected push, phone, sms or auto, with or without a number`,
      }
    }
    if (aliases.has(name)) return { problem: `has the name '${name}' twice; remove one of the two` }
    aliases.set(name, factor)
  }
  return { value: aliases }
}
