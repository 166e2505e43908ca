import { Secret } from '../../host/secret.ts'

/** The old and the new value of a field, as JSON; null where there is none. */
export interface FieldChange {
  readonly before: unknown
  readonly after: unknown
}

/** What a change did, by field. A secret is `[secret]`. */
export type Changes = Readonly<Record<string, FieldChange>>

type Fields = Readonly<Record<string, unknown>>

/**
 * Compares the fields of `after` with their old values.
 *
 * @param before Empty for something that is created.
 * @param after Only the fields that may have changed; a `Secret` always counts as changed.
 */
export function changedFields(before: object, after: object): Changes {
  const old: Fields = { ...before }
  const changes = Object.entries(after)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => [field, { before: old[field] ?? null, after: value ?? null }] as const)
  return Object.fromEntries(changes.filter(([, change]) => differs(change)))
}

/** The fields of something that is deleted. */
export function removedFields(before: object): Changes {
  return Object.fromEntries(
    Object.entries(before).map(([field, value]) => [field, { before: value ?? null, after: null }]),
  )
}

/** Reads the column; `{}` if it is not such JSON. */
export function parseChanges(json: string): Changes {
  const fields: Record<string, FieldChange> = {}
  for (const [field, change] of Object.entries(parseObject(json))) {
    const { before = null, after = null } = Object(change)
    fields[field] = { before, after }
  }
  return fields
}

function differs({ before, after }: FieldChange): boolean {
  if (before instanceof Secret || after instanceof Secret) return true
  return JSON.stringify(before) !== JSON.stringify(after)
}

function parseObject(json: string): Fields {
  try {
    const parsed: unknown = JSON.parse(json)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
