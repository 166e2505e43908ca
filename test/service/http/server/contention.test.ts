import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { Secret } from '../../../../src/host/secret.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { PostgresCluster, skipPostgres } from '../../../rig/postgres.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { type Answer, parseResponse, TestService, type TestToken } from '../../../rig/service.ts'
import { ServiceClient } from '../../../rig/service_client.ts'
import { until } from '../../../rig/until.ts'

/** Exceeds the queue of one user. */
const burst = 600
const config = { ...defaultConfig('.'), requestsPerMinute: 0 }

/** A service with two users: an attacker guesses the passcodes of alice, and bob signs in. */
class AttackedService {
  readonly service: TestService
  readonly bob: TestToken
  readonly alice: TestToken
  readonly client: ServiceClient
  /** Offset of the service's clock. */
  readonly #ahead: { ms: number }
  #bobCounter = 0

  private constructor(
    service: TestService,
    ahead: { ms: number },
    alice: TestToken,
    bob: TestToken,
  ) {
    this.service = service
    this.#ahead = ahead
    this.alice = alice
    this.bob = bob
    const { port, ca, integration } = service
    this.client = new ServiceClient({ port, ca, integration, maxSockets: 100 })
  }

  static async start(log: RecordingLog, databaseUrl?: Secret): Promise<AttackedService> {
    const options = databaseUrl === undefined ? { config } : { config: { ...config, databaseUrl } }
    const ahead = { ms: 0 }
    const service = await TestService.start({
      ...options,
      clock: { now: () => Date.now() + ahead.ms },
      log,
      ...(databaseUrl && { databaseUrl }),
    })
    const alice = await service.addUser({ username: 'alice' })
    const bob = await service.addUser({ username: 'bob' })
    return new AttackedService(
      service,
      ahead,
      await service.addToken(alice.userId),
      await service.addToken(bob.userId),
    )
  }

  /** Advances the clock beyond the second for which keys and health checks are cached. */
  expireCaches(): void {
    this.#ahead.ms += 1100
  }

  guess(passcode: string): Promise<Answer> {
    const parameters = { username: 'alice', factor: 'passcode', passcode }
    return this.client.call({ path: '/auth/v2/auth', parameters })
  }

  /** Uses the next right passcode, on connections of the service's own client. */
  async signInBob(): Promise<unknown> {
    const passcode = this.bob.code(this.#bobCounter++)
    const parameters = { username: 'bob', factor: 'passcode', passcode }
    const answer = await this.service.call({ path: '/auth/v2/auth', parameters })
    return answer.status === 200 ? parseResponse(answer).result : answer.status
  }

  async close(): Promise<void> {
    this.client.close()
    await this.service.close()
  }
}

function testBurst(attacked: () => AttackedService, log: RecordingLog): void {
  test('answers a burst of guesses for one user without 5xx, while others sign in', async () => {
    const guesses = Promise.all(
      Array.from({ length: burst }, (_, index) => attacked().guess(String(index).padStart(6, '0'))),
    )
    const results: unknown[] = []
    for (let login = 0; login < 10; login++) results.push(await attacked().signInBob())
    assert.deepEqual(results, Array(10).fill('allow'))
    const answers = await guesses
    const statuses = new Set(answers.map(({ status }) => status))
    assert.ok(
      [...statuses].every((status) => status === 200 || status === 429),
      [...statuses].join(),
    )
    for (const { status, headers, body } of answers) {
      if (status !== 429) continue
      assert.match(String(headers['retry-after']), /^\d+$/)
      assert.equal(body.code, 42901)
    }
    const refused = answers.filter(({ status }) => status === 429).length
    const { text } = await attacked().service.send({ method: 'GET', path: '/metrics' })
    assert.match(text, new RegExp(`^countersign_busy_total ${refused}$`, 'm'))
    const lines = log.lines.filter((line) => line.includes('answered 429'))
    assert.equal(lines.length, refused === 0 ? 0 : 1)
  })
}

describe('contention on SQLite', () => {
  const log = new RecordingLog()
  let attacked: AttackedService

  before(async () => {
    attacked = await AttackedService.start(log)
  })
  after(() => attacked.close())

  testBurst(() => attacked, log)

  test('answers 429 while another program holds the write lock', async () => {
    const other = new DatabaseSync(`${attacked.service.folder}/countersign.db`)
    other.exec('BEGIN IMMEDIATE')
    const answers = await Promise.all([
      attacked.signInBob(),
      attacked.guess('123456').then(({ status }) => status),
      attacked.signInBob(),
    ])
    other.exec('ROLLBACK')
    other.close()
    assert.deepEqual(answers, [429, 429, 429])
    assert.equal(await attacked.signInBob(), 'allow')
  })
})

describe('contention on PostgreSQL', { skip: skipPostgres }, () => {
  const log = new RecordingLog()
  let cluster: PostgresCluster
  let attacked: AttackedService
  let url: string

  before(async () => {
    cluster = await PostgresCluster.start()
    url = await cluster.createDatabase()
    attacked = await AttackedService.start(log, new Secret(url))
  })
  after(async () => {
    await attacked.close()
    await cluster.stop()
  })

  const holdLock = async (statement: string): Promise<pg.Client> => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query('begin')
    await client.query(statement)
    return client
  }
  const release = async (client: pg.Client) => {
    await client.query('rollback')
    await client.end()
  }

  testBurst(() => attacked, log)

  test('answers 429 for a user whose count another node locks, while others sign in', async () => {
    const lock = await holdLock(`select pg_advisory_xact_lock(
      hashtextextended('failed_attempts ' || user_id || ' ', 0)) from users where username = 'alice'`)
    try {
      const guesses = Promise.all(Array.from({ length: 3 }, () => attacked.guess('123456')))
      assert.equal(await attacked.signInBob(), 'allow')
      const [first] = await guesses
      assert.deepEqual([first?.status, first?.body.code], [429, 42901])
    } finally {
      await release(lock)
    }
    assert.equal((await attacked.guess('123456')).status, 200)
  })

  test('answers 429 to sign-ins while their table is locked, and check succeeds', async () => {
    const lock = await holdLock('lock table users in access exclusive mode')
    try {
      const guesses = Array.from({ length: 12 }, () => attacked.guess('123456'))
      await until(async () => (await countLockWaits(url)) >= 5)
      const check = { method: 'GET', path: '/auth/v2/check' } as const
      assert.equal((await attacked.client.call(check)).status, 200)
      const statuses = new Set((await Promise.all(guesses)).map(({ status }) => status))
      assert.deepEqual([...statuses], [429])
    } finally {
      await release(lock)
    }
  })

  test('answers check while its own write waits and sign-ins succeed', async () => {
    const check = { method: 'GET', path: '/auth/v2/check' } as const
    assert.equal((await attacked.client.call(check)).status, 200)
    const lock = await holdLock(`select * from settings where name = 'write_probe' for update`)
    try {
      // the result of the last write is cached for a second
      await until(async () => {
        void attacked.client.send({ method: 'GET', path: '/healthz' })
        return (await countLockWaits(url)) >= 1
      })
      const checked = attacked.client.call(check)
      assert.equal(await attacked.signInBob(), 'allow')
      assert.equal((await checked).status, 200)
    } finally {
      await release(lock)
    }
  })

  test('cancels the write of healthz if it waits for a lock', async () => {
    const lock = await holdLock(`select * from settings where name = 'write_probe' for update`)
    try {
      attacked.expireCaches()
      const { status, body } = await attacked.client.send({ method: 'GET', path: '/healthz' })
      assert.deepEqual([status, body.database], [200, 'busy'])
      assert.equal(await countLockWaits(url), 0)
    } finally {
      await release(lock)
    }
  })

  test('answers check while sign-ins hold all connections', async () => {
    const { service, client } = attacked
    const usernames = Array.from({ length: 15 }, (_, index) => `user${index}`)
    for (const username of usernames) {
      const { userId } = await service.addUser({ username })
      await service.addToken(userId)
    }
    const lock = await holdLock('lock table failed_attempts in access exclusive mode')
    let answered = 0
    const signIns = usernames.map((username) =>
      client
        .call({
          path: '/auth/v2/auth',
          parameters: { username, factor: 'passcode', passcode: '123456' },
        })
        .finally(() => {
          answered++
        }),
    )
    try {
      await until(async () => (await countLockWaits(url)) >= 10)
      attacked.expireCaches()
      assert.equal((await client.call({ method: 'GET', path: '/auth/v2/check' })).status, 200)
      assert.equal(answered, 0)
    } finally {
      await release(lock)
    }
    assert.ok((await Promise.all(signIns)).every(({ status }) => status < 500))
  })

  test('reserves connections for sign-ins while public pages wait for the database', async () => {
    const lock = await holdLock('lock table portal_sessions in access exclusive mode')
    let answered = 0
    const pages = Array.from({ length: 60 }, () =>
      attacked.client
        .send({
          method: 'GET',
          path: '/portal/api/devices',
          headers: { cookie: `__Host-countersign-portal=${'x'.repeat(43)}` },
        })
        .finally(() => {
          answered++
        }),
    )
    try {
      await until(async () => (await countLockWaits(url)) >= 3)
      assert.equal(await attacked.signInBob(), 'allow')
      assert.equal(answered, 0)
      assert.equal(await countLockWaits(url), 3)
    } finally {
      await release(lock)
    }
    const statuses = new Set((await Promise.all(pages)).map(({ status }) => status))
    assert.ok(
      [...statuses].every((status) => status < 500),
      [...statuses].join(),
    )
  })
})

async function countLockWaits(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(
    "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'",
  )
  await client.end()
  return rows[0]?.count ?? 0
}
