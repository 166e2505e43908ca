import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  type Dialect,
  Kysely,
  PostgresDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import pg from 'pg'
import { GroupCommitDriver } from '../../../src/service/store/group_commit_driver.ts'
import { migrations } from '../../../src/service/store/migrations/migrations.ts'
import type { Schema } from '../../../src/service/store/schema.ts'
import { PostgresCluster, skipPostgres } from '../../rig/postgres.ts'

function sqlite(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new GroupCommitDriver(file),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** What serials become that were not unique before they had to be. */
async function serialsAfter(dialect: Dialect): Promise<string[]> {
  const db = new Kysely<Schema>({ dialect })
  const [first, second] = [migrations['0001_first'], migrations['0002_factors']]
  assert(first !== undefined && second !== undefined)
  try {
    await first.up(db)
    for (const [token_id, kind, serial] of [
      ['DH1', 'hotp', '100'],
      ['DH2', 'hotp', '100'],
      ['DH3', 'hotp', '100'],
      ['DH4', 'totp', '100'],
      ['DH5', 'hotp', '200'],
    ] as const) {
      const counted = { position: 0, drift: 0, resync_codes: 0, created: 0 }
      const row = { token_id, kind, serial, digits: 6, algorithm: 'SHA1', step_secs: 30 }
      await db
        .insertInto('oath_tokens')
        .values({ ...row, ...counted, sealed_secret: 'sealed' })
        .execute()
    }
    await second.up(db)
    const rows = await db.selectFrom('oath_tokens').select('serial').orderBy('token_id').execute()
    return rows.map(({ serial }) => serial)
  } finally {
    await db.destroy()
  }
}

describe('migration 0002', () => {
  const expected = ['100', 'DH2', 'DH3', '100', '200']

  test('replaces duplicate serials of tokens by the identifiers, on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    assert.deepEqual(await serialsAfter(sqlite(join(folder, 'countersign.db'))), expected)
    rmSync(folder, { recursive: true })
  })

  test('replaces duplicate serials of tokens by the identifiers, on PostgreSQL', {
    skip: skipPostgres,
  }, async () => {
    const cluster = await PostgresCluster.start()
    const pool = new pg.Pool({ connectionString: await cluster.createDatabase() })
    assert.deepEqual(await serialsAfter(new PostgresDialect({ pool })), expected)
    await cluster.stop()
  })
})
