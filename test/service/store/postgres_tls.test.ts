import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '../../../src/host/secret.ts'
import { Store } from '../../../src/service/store/store.ts'
import { PostgresCluster, skipPostgres } from '../../rig/postgres.ts'

describe('sslmode of database_url', { skip: skipPostgres }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  let ours: PostgresCluster
  let foreign: PostgresCluster
  let plain: PostgresCluster
  const urls = new Map<PostgresCluster, string>()
  before(async () => {
    ours = await PostgresCluster.start(['127.0.0.1'])
    // its certificate is for another host
    foreign = await PostgresCluster.start(['localhost', 'db.example'])
    plain = await PostgresCluster.start()
    for (const cluster of [ours, foreign, plain]) urls.set(cluster, await cluster.createDatabase())
  })
  after(async () => {
    for (const cluster of [ours, foreign, plain]) await cluster.stop()
    rmSync(folder, { recursive: true })
  })

  /** Whether the connection is encrypted. @throws if there is none. */
  async function encrypted(cluster: PostgresCluster, parameters: string): Promise<boolean> {
    const databaseUrl = new Secret(`${urls.get(cluster)}${parameters}`)
    const sealingKey = new Secret(Buffer.alloc(32).toString('base64'))
    const store = await Store.open({ folder, databaseUrl, sealingKey, migrate: true })
    try {
      const { rows } = await sql<{ ssl: boolean }>`
        select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(store.db)
      return rows[0]?.ssl ?? false
    } finally {
      await store.close()
    }
  }
  const verifying = ['require', 'verify-ca', 'verify-full']

  test('disable, or no sslmode: connects without TLS', async () => {
    assert.equal(await encrypted(ours, ''), false)
    assert.equal(await encrypted(ours, '?sslmode=disable'), false)
  })

  test('accepts a local socket: a user without a host', async () => {
    const { port, pathname } = new URL(urls.get(plain) ?? '')
    const databaseUrl = new Secret(
      `postgres://postgres@${pathname}?host=${encodeURIComponent(plain.folder)}&port=${port}`,
    )
    const sealingKey = new Secret(Buffer.alloc(32).toString('base64'))
    const store = await Store.open({ folder, databaseUrl, sealingKey, migrate: true })
    await store.close()
  })

  test('require, verify-ca and verify-full: need a certificate of sslrootcert for this host', async () => {
    for (const mode of verifying) {
      const parameters = `?sslmode=${mode}&sslrootcert=${ours.caFile}`
      assert.equal(await encrypted(ours, parameters), true, mode)
    }
    assert.equal(await encrypted(ours, `?sslrootcert=${ours.caFile}`), true)
  })

  test('require, verify-ca and verify-full: refuse an unknown authority, another host and no TLS', async () => {
    for (const mode of verifying) {
      const refused = {
        code: 'STORE_UNREACHABLE',
        message: /certificate of .* is not trusted.*sslmode/,
      }
      const parameters = `?sslmode=${mode}`
      await assert.rejects(encrypted(ours, parameters), refused, mode)
      const rooted = `${parameters}&sslrootcert=${foreign.caFile}`
      await assert.rejects(encrypted(foreign, rooted), refused, mode)
      await assert.rejects(encrypted(ours, rooted), refused, mode)
      const withoutTls = { ...refused, message: /does not support TLS.*sslmode/ }
      await assert.rejects(encrypted(plain, parameters), withoutTls, mode)
    }
  })

  test('no-verify: connects with TLS and any certificate', async () => {
    assert.equal(await encrypted(foreign, '?sslmode=no-verify'), true)
    await assert.rejects(encrypted(plain, '?sslmode=no-verify'), { code: 'STORE_UNREACHABLE' })
  })

  test('refuses unknown modes and missing files', async () => {
    for (const parameters of [
      '?sslmode=prefer',
      '?ssl=true',
      '?sslmode=require&sslrootcert=/nowhere/ca.pem',
    ]) {
      await assert.rejects(encrypted(plain, parameters), { code: 'STORE_DATABASE_URL' }, parameters)
    }
  })
})
