import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { MessageConnection } from '../../src/duo/https/message_connection.ts'
import { MessageLink } from '../../src/duo/https/message_link.ts'
import {
  AuthApiUnavailable,
  encodeProof,
  failure,
  failures,
  messagesPath,
  messagesProtocol,
  signingKey,
} from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { Secret } from '../../src/host/secret.ts'
import { testSkey } from '../rig/auth_api_double.ts'
import { type Call, MessageApi } from '../rig/message_api.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { until } from '../rig/until.ts'

const passcode = { username: 'alice', factor: 'passcode', passcode: '123456' }
const push = { username: 'alice', factor: 'push', device: 'auto' }
const fingerprint = 'ab'.repeat(32)

describe('sign-ins over a message connection', () => {
  let api: MessageApi
  let client: AuthApiClient
  let log: RecordingLog
  before(async () => {
    api = await MessageApi.start()
  })
  after(() => api.close())

  const clientAt = (port: number) =>
    new AuthApiClient({
      ...{
        ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
        skey: new Secret(testSkey),
        host: 'localhost',
        port,
      },
      ...{ caFile: api.caFile, timeoutSecs: 0, maxConnections: 64, maxWaiting: 10_000 },
      ...{ userAgent: 'test', log, clock: systemClock },
    })

  beforeEach(async () => {
    log = new RecordingLog()
    api.refusal = undefined
    api.onCall = ({ id }) => api.allow(id)
    client = clientAt(api.port)
    await client.check()
    await client.auth(passcode)
    await until(() => log.has('over one message'))
    // the first frame tells how many calls may be open
    await until(async () => (await client.auth(passcode)).status_msg === 'ok')
    api.frames.length = 0
    api.plain.length = 0
    api.batches = 0
  })
  afterEach(async () => {
    await client.close()
    await until(() => api.connections === 0)
  })

  const unavailable = async (call: Promise<unknown>): Promise<[string, boolean]> => {
    const error = await call.then(
      () => assert.fail('it was answered'),
      (thrown: unknown) => thrown,
    )
    assert(error instanceof AuthApiUnavailable, String(error))
    return [error.reason, error.mayHaveBeenReceived]
  }

  test('leave in one write if they come in one turn of the event loop', async () => {
    await Promise.all(Array.from({ length: 40 }, () => client.auth(passcode)))
    assert.equal(api.calls.length, 40)
    assert.equal(api.batches, 1)
    assert.deepEqual(api.plain, [])
  })

  test('each get their own answer, in whatever order the answers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 }),
        fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
        async (names, ranks) => {
          const arrived: Call[] = []
          api.onCall = (call) => {
            arrived.push(call)
            if (arrived.length < names.length) return
            const ranked = arrived.map((each, index) => ({ each, rank: ranks[index] ?? 0 }))
            for (const { each } of ranked.sort((one, other) => one.rank - other.rank)) {
              api.allow(each.id, `for ${each.parameters.username}`)
            }
          }
          const asked = names.map((username) => client.auth({ ...passcode, username }))
          const answers = await Promise.all(asked)
          assert.deepEqual(
            answers.map(({ status_msg }) => status_msg),
            names.map((name) => `for ${name}`),
          )
        },
      ),
      { numRuns: 20 },
    )
    assert.deepEqual(api.plain, [])
  })

  /** A connection of its own. @param closed Called when it has closed. */
  async function connect(closed: () => void): Promise<MessageConnection> {
    const socket = new WebSocket(`wss://localhost:${api.port}${messagesPath}`, messagesProtocol, {
      ca: readFileSync(api.caFile),
    })
    const connection = new MessageConnection(socket, {
      prove: (challenge) => encodeProof(challenge, signingKey(testSkey)),
      closed,
    })
    await until(() => connection.isFree)
    return connection
  }
  const waiting = { limitMs: 60_000, signal: undefined, onSent: undefined }

  test('fail as not received if the connection breaks before they were written', async () => {
    const connection = await connect(() => {})
    const outcomes: unknown[] = []
    connection.call('auth', passcode, waiting, (outcome) => outcomes.push(outcome))
    connection.close()
    const [outcome] = outcomes
    assert(outcome instanceof AuthApiUnavailable)
    assert.deepEqual([outcome.reason, outcome.mayHaveBeenReceived], ['reset', false])
    assert.equal(api.calls.length, 0)
  })

  test('fail one by one if there were many, so that they do not come again at once', async () => {
    for (const [count, failedAtOnce] of [
      [1, 1],
      [500, 0],
    ] as const) {
      api.frames.length = 0
      api.onCall = () => {}
      const outcomes: unknown[] = []
      let failedBefore: number | undefined
      const connection = await connect(() => {
        failedBefore = outcomes.length
      })
      for (let index = 0; index < count; index++) {
        connection.call('auth', push, waiting, (outcome) => outcomes.push(outcome))
      }
      await until(() => api.calls.length === count)
      api.cut()
      await until(() => outcomes.length === count)
      assert.equal(failedBefore, failedAtOnce)
      await until(() => api.connections === 0)
    }
  })

  test('take no new calls while nothing arrives, not even the answer to a ping', async () => {
    let isClosed = false
    const connection = await connect(() => {
      isClosed = true
    })
    api.onCall = () => {}
    const outcomes: unknown[] = []
    connection.call('auth', push, waiting, (outcome) => outcomes.push(outcome))
    await until(() => api.calls.length === 1)
    api.hang()
    await until(() => !connection.isFree)
    assert.equal(connection.isSuspect, true)
    assert.equal(isClosed, false)
    api.resume()
    await until(() => connection.isFree)
    api.allow(api.calls[0]?.id ?? 0)
    await until(() => outcomes.length === 1)
    assert(!(outcomes[0] instanceof Error))
    connection.close()
  })

  test('use the plain API while the service hangs, then a new connection', async () => {
    api.onCall = () => {}
    const asked = client.auth(push)
    asked.catch(() => {})
    await until(() => api.calls.length === 1)
    api.hang()
    api.onCall = ({ id }) => api.allow(id)
    const answers: unknown[] = []
    const ask = () => client.auth(passcode).then(({ status_msg }) => answers.push(status_msg))
    await until(() => {
      if (answers.length === 0) ask().catch(() => {})
      return answers.length > 0
    })
    assert.equal(answers[0], 'plain')
    await until(async () => (await client.auth(passcode)).status_msg === 'ok')
    assert.equal(log.has('no message connection'), false)
    api.resume()
    await until(() => api.calls.length > 1)
    for (const { id } of api.calls) api.allow(id)
    assert.equal((await asked).status_msg, 'ok')
  })

  test('move to a new connection once theirs is old, and are answered over the old one', async () => {
    const secure = { secureContext: createSecureContext({ ca: readFileSync(api.caFile) }) }
    const link = new MessageLink({
      ...{ origin: `https://localhost:${api.port}`, host: 'localhost', port: api.port },
      ...{ address: '127.0.0.1', tls: secure, headers: () => ({}), log },
      prove: (challenge) => encodeProof(challenge, signingKey(testSkey)),
      times: { maxAgeMs: 50 },
    })
    api.onCall = () => {}
    link.open()
    await until(() => link.free !== undefined)
    const first = link.free
    const outcomes: unknown[] = []
    first?.call('auth', push, waiting, (outcome) => outcomes.push(outcome))
    await until(() => api.calls.length === 1 && link.free !== undefined && link.free !== first)
    assert.equal(first?.isFree, false)
    assert.equal(link.usage.open, 1)
    assert(link.usage.connections >= 2)
    api.allow(api.calls[0]?.id ?? 0)
    await until(() => outcomes.length === 1)
    assert(!(outcomes[0] instanceof Error))
    link.close()
    assert.equal(link.usage.open, 0)
  })

  test('fail as possibly received if the connection breaks after they were written', async () => {
    api.onCall = () => api.cut()
    assert.deepEqual(await unavailable(client.auth(passcode)), ['reset', true])
    assert.deepEqual(api.plain, [])
  })

  test('are repeated with the same fingerprint, if they have one', async () => {
    let cuts = 0
    api.onCall = ({ id }) => (cuts++ === 0 ? api.cut() : api.allow(id))
    const asked = { ...push, request_fingerprint: fingerprint }
    assert.equal((await client.auth(asked)).result, 'allow')
    const named = api.calls.map(({ parameters }) => parameters.request_fingerprint)
    assert.equal(named[0], fingerprint)
    assert.equal(named.length + api.plain.length, 2)
  })

  test('keep an answer that came before the connection broke', async () => {
    api.onCall = ({ id }) => {
      api.allow(id)
      setImmediate(() => api.cut())
    }
    assert.equal((await client.auth(passcode)).status_msg, 'ok')
  })

  for (const [what, text] of [
    ['something else than frames', '{"result":"allow"}'],
    ['an answer to a call that was never made', '[{"id":999999,"status":200,"answer":{}}]'],
    ['an answer without an envelope', '[{"id":1,"status":200,"answer":"allow"}]'],
  ] as const) {
    test(`fail if the service sends ${what}`, async () => {
      api.onCall = () => api.sendText(text)
      assert.deepEqual(await unavailable(client.auth(passcode)), ['reset', true])
    })
  }

  test('let nobody in by an answer without a known result', async () => {
    api.onCall = ({ id }) =>
      api.send({ id, status: 200, answer: { stat: 'OK', response: { result: 'yes' } } })
    assert.deepEqual(await unavailable(client.auth(passcode)), ['malformed', true])
  })

  test('break if the service asks for a second proof', async () => {
    api.onCall = () => api.send({ challenge: 'ab'.repeat(32) })
    assert.deepEqual(await unavailable(client.auth(passcode)), ['reset', true])
  })

  test('ignore an answer to a call that was given up', async () => {
    const ids: number[] = []
    api.onCall = ({ id }) => ids.push(id)
    const giveUp = new AbortController()
    const asked = client.auth(push, { signal: giveUp.signal })
    await until(() => ids.length === 1)
    giveUp.abort()
    assert.deepEqual(await unavailable(asked), ['cancelled', true])
    await until(() => api.frames.some((frame) => 'cancel' in frame && frame.cancel === ids[0]))
    api.onCall = ({ id }) => api.send({ id, status: 200, answer: denied })
    api.allow(ids[0] ?? 0)
    assert.equal((await client.auth(passcode)).result, 'deny')
  })

  test('wait for their users without HTTP/2 and without polls', async () => {
    const ids: number[] = []
    api.onCall = ({ id }) => ids.push(id)
    const asked = client.auth(push)
    await until(() => ids.length === 1)
    assert.equal(api.calls[0]?.parameters.async, undefined)
    api.allow(ids[0] ?? 0)
    assert.equal((await asked).result, 'allow')
  })

  test('end at their own deadlines, and the service is told', async () => {
    api.onCall = () => {}
    assert.deepEqual(await unavailable(client.auth(passcode, { limitMs: 300 })), ['timeout', true])
    await until(() => api.frames.some((frame) => 'cancel' in frame))
  })

  test('fail as over HTTP if the service cannot decide', async () => {
    api.onCall = ({ id }) => api.send({ id, status: 503, answer: failure(failures.unavailable) })
    assert.deepEqual(await unavailable(client.auth(passcode)), ['http_5xx', true])
  })

  test('wait as over HTTP if there were too many', async () => {
    let asked = 0
    api.onCall = ({ id }) => {
      if (asked++ > 0) return api.allow(id)
      const answer = failure(failures.tooManyRequests)
      api.send({ id, status: 429, retry_after: 0, answer })
    }
    assert.equal((await client.auth(passcode)).result, 'allow')
    assert.equal(asked, 2)
  })

  test('use the plain API beyond what the service takes at once', async () => {
    api.onCall = () => {}
    const answers: unknown[] = []
    for (let index = 0; index < 1010; index++) {
      client.auth({ ...passcode, username: `user${index}` }).then(
        ({ status_msg }) => answers.push(status_msg),
        () => {},
      )
    }
    await until(() => answers.length === 10)
    assert.equal(api.plain.length, 10)
  })

  test('go elsewhere once the service leaves, and what is open is answered', async () => {
    const ids: number[] = []
    api.onCall = ({ id }) => (ids.length === 0 ? ids.push(id) : api.allow(id))
    const waiting = client.auth(push)
    await until(() => ids.length === 1)
    api.send({ leaving: true })
    await until(async () => (await client.auth(passcode)).status_msg === 'plain')
    api.allow(ids[0] ?? 0)
    assert.equal((await waiting).status_msg, 'ok')
  })

  for (const [what, { protocol, opening }] of Object.entries<{
    readonly protocol?: string | false
    readonly opening?: readonly string[]
  }>({
    'no subprotocol': { protocol: false },
    'another subprotocol': { protocol: 'countersign.messages.2' },
    'no challenge': { opening: ['[{"max_open":100}]'] },
    'a short challenge': { opening: [`[{"challenge":"${'ab'.repeat(31)}"}]`] },
    'a challenge in another type': { opening: ['[{"challenge":7}]'] },
    'two challenges': {
      opening: [`[{"challenge":"${'ab'.repeat(32)}"}]`, `[{"challenge":"${'cd'.repeat(32)}"}]`],
    },
    'an answer before calls are admitted': {
      opening: [`[{"challenge":"${'ab'.repeat(32)}"}]`, '[{"id":1,"status":200,"answer":{}}]'],
    },
    'a number of calls out of range': {
      opening: [`[{"challenge":"${'ab'.repeat(32)}"}]`, '[{"max_open":9007199254740991}]'],
    },
  })) {
    test(`use the plain API if the service sends ${what}, and say so once`, async () => {
      const before = api.proofs.length
      Object.assign(api, { protocol: protocol ?? messagesProtocol, opening })
      log = new RecordingLog()
      const refused = clientAt(api.port)
      try {
        await refused.check()
        assert.equal((await refused.auth(passcode)).status_msg, 'plain')
        await until(() => log.has('no message connection'))
        assert.equal((await refused.auth(passcode)).status_msg, 'plain')
        const lines = log.lines.filter((line) => line.includes('message connection'))
        assert.equal(lines.filter((line) => line.includes('no message connection')).length, 1)
        assert.match(lines.join('\n'), /subprotocol|the service/i)
        // only a challenge is proved, and only the first one
        assert(api.proofs.length - before <= Math.max(0, (opening?.length ?? 0) - 1))
      } finally {
        Object.assign(api, { protocol: messagesProtocol, opening: undefined })
        await refused.close()
      }
    })
  }

  test('use messages again soon after a node that was stopping', async () => {
    api.refusal = 503
    const refused = clientAt(api.port)
    await refused.check()
    await until(() => log.has('no message connection'))
    api.refusal = undefined
    await until(async () => (await refused.auth(passcode)).status_msg === 'ok')
    await refused.close()
  })

  test('use the plain API if no connection can be opened, and say so once', async () => {
    api.refusal = 404
    const refused = clientAt(api.port)
    await refused.check()
    for (let index = 0; index < 5; index++) {
      assert.equal((await refused.auth(passcode)).status_msg, 'plain')
      await until(() => log.has('no message connection'))
    }
    const lines = log.lines.filter((line) => line.includes('no message connection'))
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /HTTP 404/)
    await refused.close()
  })
})

const denied = {
  stat: 'OK',
  response: { result: 'deny', status: 'deny', status_msg: 'no' },
} as const
