import { CompiledQuery, createQueryId, type KyselyPlugin, type RootOperationNode } from 'kysely'
import type { Store, StoreDb } from '../../src/service/store/store.ts'

/** A statement, and how the database would run it: a line for each step. */
export interface QueryPlan {
  readonly sql: string
  readonly steps: string
}

/**
 * Runs `read`, and explains its statements.
 *
 * @param explained Statements that are left out; the others are added. PostgreSQL plans by the values, so
 *   that they count as part of the statement.
 */
export async function queryPlans(
  store: Store,
  explained: Set<string>,
  read: (db: StoreDb) => Promise<unknown>,
): Promise<QueryPlan[]> {
  const nodes: RootOperationNode[] = []
  const recorder: KyselyPlugin = {
    transformQuery: ({ node }) => {
      nodes.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  await read(store.db.withPlugin(recorder))
  const plans: QueryPlan[] = []
  for (const node of nodes) {
    const { sql, parameters } = store.db.getExecutor().compileQuery(node, createQueryId())
    const key = store.dialect === 'postgres' ? JSON.stringify([sql, parameters]) : sql
    if (explained.has(key)) continue
    explained.add(key)
    const explain = store.dialect === 'postgres' ? 'explain' : 'explain query plan'
    const { rows } = await store.db.executeQuery<{
      readonly detail?: string
      readonly 'QUERY PLAN'?: string
    }>(CompiledQuery.raw(`${explain} ${sql}`, [...parameters]))
    plans.push({ sql, steps: rows.map((row) => row.detail ?? row['QUERY PLAN'] ?? '').join('\n') })
  }
  return plans
}
