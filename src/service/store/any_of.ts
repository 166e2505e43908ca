import { type RawBuilder, sql } from 'kysely'
import type { Store } from './store.ts'

/**
 * Whether a column equals one of these texts: one parameter in one statement, for any number of texts.
 */
export function matchesAny(
  { dialect }: Pick<Store, 'dialect'>,
  column: string,
  texts: readonly string[],
): RawBuilder<boolean> {
  return dialect === 'postgres'
    ? sql<boolean>`${sql.ref(column)} = any(${texts}::text[])`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`
}
