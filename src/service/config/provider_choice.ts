import type { Options } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'

/** The choice of a provider: `provider=twilio` in `[sms]`. */
export interface ProviderChoice {
  readonly section: string
  readonly provider: string
  readonly line: number
}

/** Reports each key that a chosen provider requires, at the line that chooses it. */
export function requireKeys<O extends Options>(
  choice: ProviderChoice,
  values: SectionValues<O>,
  keys: readonly (keyof O & string)[],
  report: Report,
): void {
  const { name } = values.section
  const place = name === choice.section ? '' : ` in [${name}]`
  for (const key of keys.filter((required) => !values.has(required))) {
    const message = `provider=${choice.provider} needs ${key}${place}; add it or choose another provider`
    report('error', choice.line, message)
  }
}

/** Reports two keys of which only one is set. */
export function requireBothOrNeither<O extends Options>(
  values: SectionValues<O>,
  one: keyof O & string,
  other: keyof O & string,
  report: Report,
): void {
  if (values.has(one) === values.has(other)) return
  const message = `${one} and ${other} need each other; set both or neither`
  report('error', values.line(values.has(one) ? one : other), message)
}
