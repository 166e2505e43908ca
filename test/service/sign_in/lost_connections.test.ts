import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipPostgres } from '../../rig/postgres.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import { type Answer, parseResponse, TestService } from '../../rig/service.ts'
import { makeSuiteDatabase } from '../../rig/shared_postgres.ts'

const userCount = 8
const rounds = 6

test('accepts no passcode twice, and fails with 503 only, while PostgreSQL ends all connections', {
  skip: skipPostgres,
}, async () => {
  const database = await makeSuiteDatabase()
  const databaseUrl = database.url
  const name = new URL(databaseUrl.reveal()).pathname.slice(1)
  const log = new RecordingLog()
  const service = await TestService.start({ databaseUrl, log })
  try {
    const users = await Promise.all(
      Array.from({ length: userCount }, async (_, index) => {
        const { userId, username } = await service.addUser({ username: `user${index}` })
        return { username, token: await service.addToken(userId) }
      }),
    )
    const answers: Answer[] = []
    for (let round = 0; round < rounds; round++) {
      const signIns = users.map(async ({ username, token }) => {
        const parameters = { username, factor: 'passcode', passcode: token.code(round) }
        const twice = [1, 2].map(() => service.call({ path: '/auth/v2/auth', parameters }))
        const both = await Promise.all(twice)
        answers.push(...both)
        const allowed = both.filter(
          (answer) => answer.status === 200 && parseResponse(answer).result === 'allow',
        )
        assert.ok(allowed.length <= 1)
      })
      await database.administer(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      )
      await Promise.all(signIns)
    }
    const statuses = new Set(answers.map(({ status }) => status))
    assert.deepEqual(
      [...statuses].filter((status) => status !== 200 && status !== 503),
      [],
    )
    const failed = answers.filter(({ status }) => status === 503)
    const unknown = log.lines.filter(
      (line) => line.includes('lost during the commit') && !line.includes('upkeep failed'),
    )
    assert.equal(failed.length, unknown.length, log.lines.join('\n'))
    assert.ok(answers.some(({ status }) => status === 200))
  } finally {
    await service.close()
    await database.release()
  }
})
