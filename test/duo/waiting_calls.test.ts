import assert from 'node:assert/strict'
import { afterEach, describe, type TestContext, test } from 'node:test'
import { AuthApiClient, type AuthApiClientOptions } from '../../src/duo/https/auth_api_client.ts'
import type { AuthAnswer } from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { testIkey, testSkey } from '../rig/auth_api_double.ts'
import { type Decision, PendingAuthApi } from '../rig/pending_auth_api.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { until } from '../rig/until.ts'

const holding = { holdMs: 30_000 }
const atOnce = { holdMs: 0 }

describe('calls that wait for their users over HTTP/1.1', () => {
  const clients: AuthApiClient[] = []
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
  })

  async function start(t: TestContext, options: { readonly holdMs: number }) {
    const api = await PendingAuthApi.start(options)
    t.after(() => api.close())
    return api
  }

  function open(api: PendingAuthApi, options: Partial<AuthApiClientOptions> = {}): AuthApiClient {
    const client = new AuthApiClient({
      ikey: testIkey,
      skey: new Secret(testSkey),
      host: 'localhost',
      port: api.port,
      caFile: api.caFile,
      timeoutSecs: 0,
      maxConnections: 8,
      maxWaiting: 1_000,
      userAgent: 'test',
      log: silentLog,
      clock: systemClock,
      ...options,
    })
    clients.push(client)
    return client
  }

  const push = (client: AuthApiClient, username: string): Promise<AuthAnswer> =>
    client.auth({ username, factor: 'push', device: 'auto' })

  const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `user${n}`)
  const decisionOf = (username: string): Decision => (/[02468]$/.test(username) ? 'allow' : 'deny')

  for (const [server, options] of [
    ['holds polls', holding],
    ['answers polls at once', atOnce],
  ] as const) {
    test(`get their own answers if the server ${server}`, async (t) => {
      const api = await start(t, options)
      const client = open(api)
      const users = names(100)
      const answers = users.map((username) => push(client, username))
      await until(() => api.pushes === users.length)
      assert.equal(client.waiting.size, users.length)
      for (const username of users.toReversed()) api.answer(username, decisionOf(username))
      for (const [index, answer] of (await Promise.all(answers)).entries()) {
        const username = users[index] ?? ''
        assert.equal(answer.status_msg, `${decisionOf(username)} for ${username}`)
        assert.equal(answer.result, decisionOf(username))
      }
      assert.equal(client.waiting.size, 0)
      assert.equal(api.pushes, users.length)
    })
  }

  test('survive resets, HTTP 503, HTTP 429 and a stranger as API', async (t) => {
    const api = await start(t, holding)
    const client = open(api)
    const disturbances = ['reset', 503, 429, 404, undefined] as const
    let count = 0
    api.disturb = () => disturbances[count++ % disturbances.length]
    const users = names(4)
    const answers = users.map((username) => push(client, username))
    await until(() => api.pushes === users.length)
    for (const username of users) api.answer(username, decisionOf(username))
    api.disturb = () => (count < 12 ? disturbances[count++ % 2] : undefined)
    for (const [index, { result }] of (await Promise.all(answers)).entries()) {
      assert.equal(result, decisionOf(users[index] ?? ''))
    }
  })

  test('survive a restart of the server while 200 wait', async (t) => {
    const api = await start(t, holding)
    const client = open(api)
    const users = names(200)
    const answers = users.map((username) => push(client, username))
    await until(() => api.pollsHeld === users.length)
    await api.stop()
    for (const username of users) api.answer(username, decisionOf(username))
    await api.listen()
    for (const [index, { status_msg }] of (await Promise.all(answers)).entries()) {
      const username = users[index] ?? ''
      assert.equal(status_msg, `${decisionOf(username)} for ${username}`)
    }
    assert.equal(api.pushes, users.length)
  })

  test('end with an error that says that the push was sent, if no poll is answered', async (t) => {
    const api = await start(t, holding)
    api.disturb = () => 503
    // long enough for the push and one poll on a busy machine
    const client = open(api, { timeoutSecs: 4 })
    await assert.rejects(push(client, 'alice'), {
      reason: 'timeout',
      mayHaveBeenReceived: true,
      message: /HTTP 503/,
    })
    assert.equal(api.pushes, 1)
  })

  test('keep the proof of a challenge response for users who are let in', async (t) => {
    const api = await start(t, holding)
    const client = open(api)
    const answers = ['ann', 'ben'].map((username) => client.authResponse({ username }))
    await until(() => api.pushes === 2)
    api.answer('ann', 'allow')
    api.answer('ben', 'deny')
    const [ann, ben] = await Promise.all(answers)
    assert.equal(ann?.authenticator_response, 'S=proof of ann')
    assert.equal(ben?.authenticator_response, undefined)
    assert.equal(ben?.factor, 'push')
  })

  test('are not repeated if the server no longer knows the sign-in', async (t) => {
    const api = await start(t, holding)
    api.disturb = () => 400
    const client = open(api)
    await assert.rejects(push(client, 'alice'), { reason: 'malformed', mayHaveBeenReceived: true })
    assert.equal(api.pushes, 1)
    assert.equal(client.waiting.size, 0)
  })

  test('are cancelled when the client closes', async (t) => {
    const api = await start(t, holding)
    const client = open(api)
    const rejected = assert.rejects(push(client, 'alice'), {
      reason: 'cancelled',
      mayHaveBeenReceived: true,
    })
    await until(() => api.pollsHeld === 1)
    await client.close()
    await rejected
    await until(() => api.connections === 0)
  })

  test('are refused beyond maxWaiting, which is logged once with the number', async (t) => {
    const api = await start(t, holding)
    const log = new RecordingLog()
    const client = open(api, { maxWaiting: 2, log })
    const waiting = ['alice', 'bob'].map((username) => push(client, username))
    for (const username of ['carol', 'dave']) {
      await assert.rejects(push(client, username), {
        reason: 'too_many_waiting',
        mayHaveBeenReceived: false,
      })
    }
    await until(() => api.pushes === 2)
    for (const username of ['alice', 'bob']) api.answer(username, 'allow')
    await Promise.all(waiting)
    const [line, ...others] = log.lines.filter((each) => each.startsWith('error'))
    assert.match(line ?? '', /api_max_waiting=2 is reached/)
    assert.deepEqual(others, [])
    const carol = push(client, 'carol')
    await until(() => api.users().includes('carol'))
    api.answer('carol', 'deny')
    assert.equal((await carol).result, 'deny')
  })
})
