import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../../src/host/secret.ts'
import { PostgresCluster, skipPostgres } from '../../../rig/postgres.ts'
import { closedByPeer, tlsConnection } from '../../../rig/raw_connections.ts'
import { TestService } from '../../../rig/service.ts'
import { until } from '../../../rig/until.ts'

const healthz = { method: 'GET', path: '/healthz' } as const
const check = { method: 'GET', path: '/auth/v2/check' } as const

const readHealth = async (service: TestService) => {
  const { status, body } = await service.send(healthz)
  return [status, body.status, body.database]
}

describe('health', () => {
  test('is 503 with status stopping during shutdown', async () => {
    const service = await TestService.start()
    const other = await tlsConnection(service.port)
    const polling = await tlsConnection(service.port)
    other.write(
      'POST /auth/v2/auth HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nx=',
    )
    // waits until the request has arrived
    await service.send(healthz)
    const closed = service.service.close()
    polling.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
    assert.match(await closedByPeer(polling), /^HTTP\/1\.1 503 .*"status":"stopping"/s)
    other.write('y!')
    assert.match(await closedByPeer(other), /^HTTP\/1\.1 401 /)
    await closed
    await service.close()
  })

  test('does not affect check during shutdown', async () => {
    const service = await TestService.start()
    const unfinished = await tlsConnection(service.port)
    unfinished.write(
      'POST /auth/v2/auth HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nx=',
    )
    // opens the connection for the next check
    assert.equal((await service.call(check)).status, 200)
    const closed = service.service.close()
    assert.equal((await service.call(check)).status, 200)
    unfinished.write('y!')
    await closed
    await service.close()
  })

  test('fails healthz and check while the disk is full', { skip: skipWithoutMount() }, async () => {
    const disk = mkdtempSync(join(tmpdir(), 'disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk])
    try {
      const service = await TestService.start({ folder: join(disk, 'data') })
      assert.deepEqual(await readHealth(service), [200, 'ok', 'ok'])
      writeFileSync(join(disk, 'filler'), Buffer.alloc(20 * 1024 * 1024))
      await until(async () => (await service.send(healthz)).status === 503)
      assert.deepEqual(await readHealth(service), [503, 'failing', 'full'])
      const { status, body } = await service.call(check)
      assert.deepEqual([status, body.code], [503, 50300])
      rmSync(join(disk, 'filler'))
      await until(async () => (await service.call(check)).status === 200)
      await service.close()
    } finally {
      execFileSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true })
    }
  })
})

describe('a PostgreSQL that refuses writes', { skip: skipPostgres }, () => {
  let cluster: PostgresCluster
  let service: TestService
  let name: string

  before(async () => {
    cluster = await PostgresCluster.start()
    const url = await cluster.createDatabase()
    name = new URL(url).pathname.slice(1)
    service = await TestService.start({ databaseUrl: new Secret(url) })
  })
  after(async () => {
    await service.close()
    await cluster.stop()
  })

  const setReadOnly = async (value: 'on' | 'off') => {
    await cluster.administer(`alter database ${name} set default_transaction_read_only = ${value}`)
    await cluster.administer(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    )
  }

  test('fails healthz and check, and both recover', async () => {
    assert.deepEqual(await readHealth(service), [200, 'ok', 'ok'])
    await setReadOnly('on')
    await until(async () => (await readHealth(service)).join() === '503,failing,read only')
    const { status, body } = await service.call(check)
    assert.deepEqual([status, body.stat, body.code], [503, 'FAIL', 50300])
    await setReadOnly('off')
    await until(async () => (await service.call(check)).status === 200)
    assert.deepEqual(await readHealth(service), [200, 'ok', 'ok'])
  })

  test('decides health instead of the disk of the data folder', {
    skip: skipWithoutMount(),
  }, async () => {
    const disk = mkdtempSync(join(tmpdir(), 'disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])
    try {
      const databaseUrl = new Secret(await cluster.createDatabase())
      const node = await TestService.start({ databaseUrl, folder: join(disk, 'data') })
      assert.deepEqual(await readHealth(node), [200, 'ok', 'ok'])
      assert.equal((await node.call(check)).status, 200)
      await node.close()
    } finally {
      execFileSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true })
    }
  })

  test('fails check at once if it is down, despite the cache', async () => {
    assert.equal((await service.call(check)).status, 200)
    await cluster.shutDown()
    const { status, body } = await service.call(check)
    // 500 if the application had to be looked up
    assert.ok(status === 500 || status === 503, `HTTP ${status}`)
    assert.equal(body.stat, 'FAIL')
    await cluster.startAgain()
    await until(async () => (await service.call(check)).status === 200)
  })
})

/** Only root can mount, and not in all containers. */
function skipWithoutMount(): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount a small disk'
  const at = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' })
    execFileSync('umount', [at])
    return false
  } catch {
    return 'mount is not permitted here'
  } finally {
    rmSync(at, { recursive: true })
  }
}
