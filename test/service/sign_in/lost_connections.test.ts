import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { LostAnswers } from '../../rig/lost_answers.ts'
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

test('a commit whose answer is lost is found again by the fingerprint of its request', {
  skip: skipPostgres,
}, async () => {
  const database = await makeSuiteDatabase()
  const network = await LostAnswers.start(new URL(database.url.reveal()))
  const service = await TestService.start({ databaseUrl: new Secret(network.url) })
  const signIn = async (username: string, passcode: string, fingerprint: string) =>
    await service.call({
      path: '/auth/v2/auth',
      parameters: {
        ...{ username, factor: 'passcode', passcode },
        ...{ request_fingerprint: fingerprint, radius_source: '10.0.0.1' },
      },
    })
  try {
    // the usual passcode is one statement; after a wrong one it is a transaction
    for (const [username, wrongBefore] of [
      ['quick', false],
      ['slow', true],
    ] as const) {
      const { userId } = await service.addUser({ username })
      const token = await service.addToken(userId)
      if (wrongBefore) await signIn(username, '000000', 'cd'.repeat(32))
      const fingerprint = (wrongBefore ? 'ab' : 'ef').repeat(32)
      network.loseNext(fingerprint)
      const answer = await signIn(username, token.code(0), fingerprint)
      assert.equal(network.lost, wrongBefore ? 2 : 1)
      assert.equal(answer.status, 200, username)
      assert.equal(parseResponse(answer).result, 'allow')
      // the same request again, and another one with the same passcode
      const again = await signIn(username, token.code(0), fingerprint)
      assert.equal(parseResponse(again).result, 'allow')
      const other = await signIn(username, token.code(0), '12'.repeat(32))
      assert.equal(parseResponse(other).result, 'deny')
      const accepted = await service.store.db
        .selectFrom('authentication_log')
        .select('txid')
        .where('result', '=', 'success')
        .execute()
      assert.equal(accepted.length, wrongBefore ? 2 : 1)
    }
  } finally {
    await service.close()
    await network.close()
    await database.release()
  }
})
