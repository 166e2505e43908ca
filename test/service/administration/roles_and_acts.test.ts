import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { type RawBuilder, sql, type TableMetadata } from 'kysely'
import { Secret } from '../../../src/host/secret.ts'
import { approvableActs } from '../../../src/service/administration/acts/approvable_acts.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import {
  builtInRole,
  customRole,
  isPermit,
  permits,
  type Role,
  roleNames,
} from '../../../src/service/administration/roles.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { mainlyOnSqlite } from '../../rig/store.ts'
import { type Attempt, attempts, World } from './attempts.ts'

const folder = resolve(import.meta.dirname, '../../../src/service/administration/acts')

describe('the table of attempts', () => {
  test('has every act', async () => {
    const attempted = new Set<unknown>(attempts.map(({ act }) => act))
    const missing: string[] = []
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue
      const exports: Record<string, unknown> = await import(resolve(folder, file))
      for (const [name, value] of Object.entries(exports)) {
        const isAct = typeof value === 'object' && value !== null && 'permits' in value
        if (isAct && !attempted.has(value)) missing.push(`${file} ${name}`)
      }
    }
    assert.deepEqual(missing, [])
  })
})

describe('the acts that need a second person', () => {
  test('are those that declare an approval', async () => {
    const folder = resolve(import.meta.dirname, '../../../src/service/administration/acts')
    const declared: string[] = []
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue
      const exports: Record<string, unknown> = await import(resolve(folder, file))
      for (const value of Object.values(exports)) {
        const isAct = typeof value === 'object' && value !== null && 'approval' in value
        if (isAct && 'name' in value) declared.push(String(value.name))
      }
    }
    assert.deepEqual(approvableActs.map(({ name }) => name).sort(), declared.sort())
  })
})

describe('roles', () => {
  test('the Owner has every permit', () => {
    assert.deepEqual([...builtInRole('Owner').permits], permits)
  })

  test('only the Owner edits administrators and Admin API applications', () => {
    for (const permit of ['administrators.edit', 'api_applications.edit'] as const) {
      const holders = roleNames.filter((name) => builtInRole(name).permits.has(permit))
      assert.deepEqual(holders, ['Owner'])
    }
  })
})

mainlyOnSqlite('every act by every role', (rig) => {
  let store: Store
  let world: World
  let snapshotQuery: RawBuilder<unknown> | undefined
  const clock = new ManualClock()
  before(async () => {
    store = await rig().open()
    world = new World(store, clock)
  })

  test('a view is refused without its permit', () => {
    const administration = (role: Role) => new Administration(store, clock, { name: 'test', role })
    administration(builtInRole('Read-only')).require('logs.view', 'the logs')
    assert.throws(() => administration(builtInRole('Billing')).require('logs.view', 'the logs'), {
      code: 'ADMINISTRATION_DENIED',
      message: 'the role Billing does not permit the logs; it lacks logs.view',
    })
  })

  for (const attempt of attempts) {
    describe(`${attempt.act.name}: ${attempt.title}`, () => {
      for (const name of roleNames) {
        const allowed = attempt.roles.includes(name)
        test(`${name} ${allowed ? 'may' : 'may not'}`, async () => {
          if (allowed) await assertDone(attempt, builtInRole(name))
          else await assertDenied(attempt, builtInRole(name))
        })
      }

      test('a custom role needs exactly the permits of the act', async () => {
        const { permits: needed } = await attempt.prepare(world)
        const granted = needed.filter(isPermit)
        assert.equal(granted.length, needed.length)
        assert.ok(granted.length > 0)
        await assertDone(attempt, customRole('Exact', granted))
        for (const permit of granted) {
          const others = permits.filter((other) => other !== permit)
          await assertDenied(attempt, customRole('Almost', others))
        }
      })
    })
  }

  async function assertDone(attempt: Attempt, role: Role): Promise<void> {
    const { run } = await attempt.prepare(world)
    const [last] = await logLines(0, 'desc')
    const result = await run(new Administration(store, clock, { name: 'cli:test', role }))
    const added = await logLines(last?.id ?? 0, 'asc')
    assert.ok(added.length > 0, 'the act has a log line')
    for (const line of added) {
      assert.equal(line.actor, 'cli:test')
      assert.equal(line.action, attempt.act.name)
      assert.equal(line.timestamp, clock.now())
      assert.notEqual(line.object, '')
      for (const secret of secretsIn(result)) {
        assert.ok(!JSON.stringify(line).includes(secret), 'the log has no secret')
      }
    }
  }

  async function assertDenied(attempt: Attempt, role: Role): Promise<void> {
    const { run } = await attempt.prepare(world)
    const dataBefore = await snapshot()
    await assert.rejects(run(new Administration(store, clock, { name: 'cli:test', role })), {
      name: 'AdministrationError',
      code: 'ADMINISTRATION_DENIED',
      message: new RegExp(`^the role ${role.name} does not permit ${attempt.act.name}; it lacks `),
    })
    assert.deepEqual(await snapshot(), dataBefore)
  }

  async function logLines(after: number, order: 'asc' | 'desc') {
    const lines = store.db.selectFrom('administrator_log').selectAll().where('id', '>', after)
    return await lines.orderBy('id', order).limit(20).execute()
  }

  /** All rows of each table, as the database writes them in one text. */
  async function snapshot(): Promise<readonly unknown[]> {
    snapshotQuery ??= makeSnapshotQuery(await store.db.introspection.getTables())
    return (await snapshotQuery.execute(store.db)).rows
  }

  function makeSnapshotQuery(tables: readonly TableMetadata[]) {
    const texts = tables.map(({ name, columns }) => {
      const values = columns.map((column) => sql`quote(${sql.ref(column.name)})`)
      const text =
        rig().databaseUrl === undefined
          ? sql`group_concat(${sql.join(values, sql` || ',' || `)})`
          : sql`md5(string_agg(${sql.table(name)}::text, ',' order by ${sql.table(name)}::text))`
      return sql`select ${sql.lit(name)} as name, ${text} as rows from ${sql.table(name)}`
    })
    return sql`${sql.join(texts, sql` union all `)}`
  }
})

/** The texts of a result that let someone in: secret keys, secrets of tokens, codes of links. */
function secretsIn(result: unknown): string[] {
  if (result instanceof Secret) return [result.reveal()]
  if (typeof result === 'string') return [result]
  if (typeof result !== 'object' || result === null) return []
  return Object.entries(result).flatMap(([key, value]: [string, unknown]) => {
    if (value instanceof Secret) return [value.reveal()]
    if (key === 'secret' || key === 'code') return [String(value)]
    if (key === 'codes' && Array.isArray(value)) return value.map(String)
    return []
  })
}
