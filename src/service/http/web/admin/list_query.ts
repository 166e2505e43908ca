import * as z from 'zod'
import type { Sort } from '../../../store/keyset.ts'
import { InvalidInput } from './admin_failure.ts'

const defaultLimit = 50
const maxLimit = 500

/** The parameters that every list takes; add filters with `.extend`. */
export const listQuery = z.object({
  /** What is searched for. */
  q: z.string().max(200).default(''),
  /** `next` of the page before. */
  after: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit),
})

/**
 * The order of a list from `sort`: a name of `keys`, after `-` for descending.
 *
 * @throws {InvalidInput}
 */
export function readSort<Key extends string>(
  sort: string | undefined,
  keys: Readonly<Record<string, Key>>,
  byDefault: Key,
): Sort<Key> {
  if (sort === undefined || sort === '') return { by: byDefault }
  const descending = sort.startsWith('-')
  const by = Object.entries(keys).find(([name]) => name === sort.slice(descending ? 1 : 0))?.[1]
  if (by !== undefined) return { by, descending }
  const names = Object.keys(keys).join(', ')
  throw new InvalidInput('sort', `sort is one of ${names}, after - for descending.`)
}
