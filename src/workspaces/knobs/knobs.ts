import type { z } from 'zod'
import { suggest } from '../../config/nearest_name.ts'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'
import { type KnobName, type Knobs, knobTable } from './knob_table.ts'

/** Types of directories that AWS offers RADIUS for, and Simple AD, for which it does not. */
export type DirectoryType = 'ADConnector' | 'MicrosoftAD' | 'SimpleAD'

/** Thrown for a knob file that is not valid; the message lists every problem, one per line. */
export class KnobError extends Error {
  override readonly name = 'KnobError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The default knobs of a directory. */
export function defaultKnobs(type: DirectoryType = 'ADConnector'): Knobs {
  const defaults = Object.entries(knobTable).map(([name, { default: value }]) => [name, value])
  const order = type === 'MicrosoftAD' ? 'radius-first' : knobTable.order.default
  return structuredClone({ ...Object.fromEntries(defaults), order })
}

/**
 * Reads the text of a knob file: a JSON object with the knobs that differ from `base`.
 *
 * @throws {KnobError} with every unknown name and every invalid value.
 */
export function parseKnobFile(text: string, base: Knobs): Knobs {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new KnobError([errorText(error)])
  }
  return parseKnobs(value, base)
}

/**
 * Validates knobs. Knobs with members (`attrs`, `faults`, …) may be given in part.
 *
 * @param base Values of the knobs and members that are not given.
 * @throws {KnobError} with every unknown name and every invalid value.
 */
export function parseKnobs(value: unknown, base: Knobs): Knobs {
  if (!isObject(value)) throw new KnobError(['the settings must be a JSON object'])
  const problems: string[] = []
  const changed: Record<string, unknown> = {}
  const names = Object.keys(knobTable)
  for (const [name, given] of Object.entries(value)) {
    if (!isKnobName(name)) {
      problems.push(`${name}: there is no such setting${suggest(name, names)}`)
      continue
    }
    const current: unknown = base[name]
    const merged = isObject(given) && isObject(current) ? { ...current, ...given } : given
    const result = knobTable[name].schema.safeParse(merged)
    if (result.success) changed[name] = result.data
    else problems.push(...result.error.issues.map((issue) => problemText(name, issue)))
  }
  if (problems.length > 0) throw new KnobError(problems)
  return { ...base, ...changed }
}

/** The knobs that differ from another set, for a knob file. */
export function changedKnobs(knobs: Knobs, base: Knobs): Partial<Knobs> {
  const changed = Object.entries(knobs).filter(
    ([name, value]) => !isKnobName(name) || JSON.stringify(value) !== JSON.stringify(base[name]),
  )
  return Object.fromEntries(changed)
}

function problemText(name: KnobName, issue: z.core.$ZodIssue): string {
  const path = [name, ...issue.path].join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = memberNames(name)
    return issue.keys
      .map((key) => `${path}.${key}: there is no such setting${suggest(key, known)}`)
      .join('\n')
  }
  return `${path}: ${issue.message}`
}

function memberNames(name: KnobName): readonly string[] {
  const { default: value } = knobTable[name]
  return isObject(value) ? Object.keys(value) : []
}

function isKnobName(name: string): name is KnobName {
  return Object.hasOwn(knobTable, name)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
