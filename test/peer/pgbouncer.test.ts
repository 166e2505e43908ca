import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { systemClock } from '../../src/host/clock.ts'
import { Secret } from '../../src/host/secret.ts'
import { Transactions } from '../../src/service/sign_in/transaction/transactions.ts'
import { Store } from '../../src/service/store/store.ts'
import { Pgbouncer, skipPgbouncer } from '../rig/pgbouncer.ts'
import { PostgresCluster, skipPostgres } from '../rig/postgres.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { parseResponse, TestService } from '../rig/service.ts'
import { until } from '../rig/until.ts'

describe('PgBouncer', { skip: skipPostgres || skipPgbouncer }, () => {
  let cluster: PostgresCluster
  before(async () => {
    cluster = await PostgresCluster.start()
  })
  after(() => cluster.stop())

  for (const mode of ['session', 'transaction'] as const) {
    describe(`with pool_mode=${mode}`, () => {
      const log = new RecordingLog()
      let pooler: Pgbouncer
      let service: TestService
      before(async () => {
        pooler = await Pgbouncer.start(await cluster.createDatabase(), mode)
        service = await TestService.start({ databaseUrl: new Secret(pooler.url), log })
      })
      after(async () => {
        await service.close()
        await pooler.close()
      })

      /** Waits on one node for an answer that another node receives, without polling. */
      async function waitOnOtherNode() {
        const look = { everyMs: 3_600_000, backMs: 60_000 }
        const here = new Transactions(service.store, systemClock, look)
        const store = await Store.open({
          folder: service.folder,
          databaseUrl: new Secret(pooler.url),
          migrate: false,
        })
        const there = new Transactions(store, systemClock)
        const txid = randomUUID()
        const opening = {
          ...{ txid, ikey: service.integration.ikey, userId: null, factor: 'push', phoneId: null },
          request: { application: 'VPN', username: 'alice', ipaddr: '', hostname: '' },
          verification: undefined,
          repeatOf: null,
        }
        await there.open(opening, { status: 'pushed', status_msg: '' }, 60, store.db)
        const waiting = here.awaitOutcome(txid, 60_000)
        while (here.waitingCalls < 1) await new Promise(setImmediate)
        const outcome = { result: 'allow', status: 'allow', status_msg: '' } as const
        await store.transaction((db) => there.settle(txid, outcome, db))
        return {
          result: waiting.finally(async () => {
            here.close()
            there.close()
            await store.close()
          }),
        }
      }

      test('sign-ins work, many at once', async () => {
        const user = await service.addUser({ username: 'alice' })
        const token = await service.addToken(user.userId)
        const preauths = await Promise.all(
          Array.from({ length: 30 }, () =>
            service.call({ path: '/auth/v2/preauth', parameters: { username: 'alice' } }),
          ),
        )
        assert(preauths.every((answer) => parseResponse(answer).result === 'auth'))
        const parameters = { username: 'alice', factor: 'passcode', passcode: token.code(0) }
        const results = await Promise.all(
          Array.from({ length: 10 }, () => service.call({ path: '/auth/v2/auth', parameters })),
        )
        const allowed = results.filter((answer) => parseResponse(answer).result === 'allow')
        assert.equal(allowed.length, 1)
      })

      test('limits single statements, but not those of other clients', async () => {
        const limit = sql<{ limit: string }>`select current_setting('statement_timeout') as limit`
        const own = await Promise.all(
          Array.from({ length: 5 }, () => limit.execute(service.store.db)),
        )
        for (const { rows } of own) assert.deepEqual(rows, [{ limit: '15s' }])
        if (mode === 'session') return
        const other = new pg.Client(pooler.url)
        await other.connect()
        const { rows } = await other.query(`select current_setting('statement_timeout') as limit`)
        await other.end()
        assert.deepEqual(rows, [{ limit: '0' }])
      })

      test(`answers that another node receives ${mode === 'session' ? 'are notified' : 'are polled for, which is logged'}`, async () => {
        const { result } = await waitOnOtherNode()
        assert.equal(await service.store.wakeUps.reachOtherNodes(), mode === 'session')
        // only a notification, or polling in its place, ends this wait
        assert.equal((await result)?.outcome.result, 'allow')
        if (mode === 'session') assert(!log.has('LISTEN'))
        else await until(() => log.has('the database passes on no notifications (LISTEN)'))
      })
    })
  }
})
