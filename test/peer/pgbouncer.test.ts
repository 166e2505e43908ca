import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import { Pgbouncer, skipPgbouncer } from '../rig/pgbouncer.ts'
import { PostgresCluster, skipPostgres } from '../rig/postgres.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { responseOf, TestService } from '../rig/service.ts'
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

      test('sign-ins work, many at once', async () => {
        const user = await service.addUser({ username: 'alice' })
        const token = await service.addToken(user.userId)
        const preauths = await Promise.all(
          Array.from({ length: 30 }, () =>
            service.call({ path: '/auth/v2/preauth', parameters: { username: 'alice' } }),
          ),
        )
        assert(preauths.every((answer) => responseOf(answer).result === 'auth'))
        const parameters = { username: 'alice', factor: 'passcode', passcode: token.code(0) }
        const results = await Promise.all(
          Array.from({ length: 10 }, () => service.call({ path: '/auth/v2/auth', parameters })),
        )
        const allowed = results.filter((answer) => responseOf(answer).result === 'allow')
        assert.equal(allowed.length, 1)
      })

      test(`notifications of other nodes ${mode === 'session' ? 'come' : 'are missed, which is logged'}`, async () => {
        assert.equal(await service.store.wakeUps.reachOtherNodes(), mode === 'session')
        if (mode === 'session') assert(!log.has('LISTEN'))
        else await until(() => log.has('the database passes on no notifications (LISTEN)'))
      })
    })
  }
})
