import type { ParsedValue, ValueType } from '../../config/value_type.ts'

/** The factors that can have an alias. */
const factor = /^(auto|(push|phone|sms)[1-9]?\d?)$/

/** `1=push, p=push, call=phone`: the factor of each word; words are in lower case. */
export const factorAliases: ValueType<ReadonlyMap<string, string>> = {
  form: '`name=factor, …`',
  multiline: true,
  mayContainEquals: true,
  parse: parseFactorAliases,
}

function parseFactorAliases(value: string): ParsedValue<ReadonlyMap<string, string>> {
  const aliases = new Map<string, string>()
  for (const pair of value.split(',')) {
    const [word = '', name = '', another] = pair.split('=').map((part) => part.trim().toLowerCase())
    if (word === '') return { problem: 'has an empty name; expected name=factor, …' }
    if (another !== undefined) {
      return { problem: `has another = after '${word}'; expected name=factor, …` }
    }
    if (!factor.test(name)) {
      return {
        problem: `has '${name}' as the factor of '${word}'; expected push, phone, sms or auto, with or without a number`,
      }
    }
    if (aliases.has(word)) return { problem: `has the name '${word}' twice; remove one of the two` }
    aliases.set(word, name)
  }
  return { value: aliases }
}
