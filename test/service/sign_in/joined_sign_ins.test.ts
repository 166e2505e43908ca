import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Integration } from '../../../src/service/applications/integrations.ts'
import type { PhonePrompt, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { parseResponse, TestService } from '../../rig/service.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

type Parameters = Readonly<Record<string, string>>

onBothDatabases('calls that carry the same request_fingerprint', (rig) => {
  const clock = new ManualClock()
  const pushed: PhonePrompt[] = []
  const called: PhonePrompt[] = []
  const messages: SmsMessage[] = []
  const delivery = {
    push: { send: async (prompt: PhonePrompt) => void pushed.push(prompt) },
    phone: {
      call: async (prompt: PhonePrompt) => {
        called.push(prompt)
        return 'waits for a key' as const
      },
    },
    sms: { send: async (message: SmsMessage) => void messages.push(message) },
  }
  let nodes: readonly TestService[]
  let first: TestService
  let username: string
  let userId: string
  let phone: PushPhone
  let fingerprint: string

  before(async () => {
    const { folder, databaseUrl } = rig()
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const node = () => TestService.start({ clock, folder, delivery, ...database })
    first = await node()
    nodes = databaseUrl === undefined ? [first] : [first, await node()]
  })
  after(() => Promise.all(nodes.map((node) => node.close())))

  beforeEach(async () => {
    username = `user-${randomUUID()}`
    userId = (await first.addUser({ username })).userId
    const phoneId = await first.addPhone(userId, '+15550101234')
    phone = await first.addPushPhone(userId, { phoneId })
    fingerprint = randomBytes(32).toString('hex')
    pushed.length = 0
    called.length = 0
    messages.length = 0
  })

  let turn = 0
  /** Each call goes to the next node. */
  async function ask(parameters: Parameters, integration: Integration = first.integration) {
    const node = nodes[turn++ % nodes.length]
    assert(node !== undefined)
    const named = { username, request_fingerprint: fingerprint, radius_source: '10.0.0.11' }
    for (;;) {
      const answer = await node.call({
        ...{ method: 'POST', path: '/auth/v2/auth', integration },
        parameters: { ...named, ...parameters },
      })
      // a busy machine; proxies ask again as well
      if (answer.status === 429) continue
      return parseResponse(answer) as Parameters
    }
  }
  const prompt = (word: string): Parameters => ({ factor: 'prompt', prompt: word })
  const shown = async () => (await phone.requests()).map(({ txid }) => String(txid))
  const lines = async () =>
    await first.store.db
      .selectFrom('authentication_log')
      .selectAll()
      .where('user_id', '=', userId)
      .execute()

  test('send one push and get the same answer, also 50 at once and afterwards', async () => {
    const asked = Array.from({ length: 50 }, () => ask(prompt('push')))
    await until(async () => (await shown()).length > 0)
    const [txid = '', ...others] = await shown()
    assert.deepEqual(others, [])
    await phone.answer(txid, 'approve')
    const answers = await Promise.all(asked)
    assert.deepEqual(new Set(answers.map(({ result }) => result)), new Set(['allow']))
    clock.advance(60_000)
    assert.deepEqual(await ask(prompt('push')), answers[0])
    assert.equal(pushed.length, 1)
    assert.equal((await lines()).length, 1)
  })

  test('get the same denial', async () => {
    const asked = [ask(prompt('push')), ask(prompt('push'))]
    await until(async () => (await shown()).length > 0)
    const [txid = ''] = await shown()
    await phone.answer(txid, 'deny')
    const answers = [...(await Promise.all(asked)), await ask(prompt('push'))]
    for (const { result, status } of answers) assert.deepEqual([result, status], ['deny', 'deny'])
    assert.equal(pushed.length, 1)
  })

  test('place one call', async () => {
    const asked = [ask(prompt('phone')), ask(prompt('phone')), ask(prompt('phone'))]
    await until(async () => called.length > 0)
    clock.advance(61_000)
    for (const { status } of await Promise.all(asked)) assert.equal(status, 'timeout')
    assert.equal(called.length, 1)
  })

  test('send one batch of passcodes', async () => {
    const answers = await Promise.all([ask(prompt('sms')), ask(prompt('sms')), ask(prompt('sms'))])
    answers.push(await ask(prompt('sms')))
    for (const { result, status } of answers) assert.deepEqual([result, status], ['deny', 'sent'])
    assert.equal(messages.length, 1)
    assert.equal((await lines()).length, 1)
  })

  test('use a passcode once, and all are let in', async () => {
    const [code = ''] = await first.addBypassCodes(userId, 1)
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(prompt(code))))
    answers.push(await ask({ factor: 'passcode', passcode: code }))
    for (const { result } of answers) assert.equal(result, 'allow')
    assert.equal((await lines()).length, 1)
    clock.advance(151_000)
    assert.equal((await ask(prompt(code))).result, 'deny')
  })

  test('count a wrong passcode once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(prompt('123456'))))
    for (const { status } of answers) assert.equal(status, 'deny')
    assert.equal((await lines()).length, 1)
    const [code = ''] = await first.addBypassCodes(userId, 1)
    fingerprint = randomBytes(32).toString('hex')
    assert.equal((await ask(prompt(code))).result, 'allow')
  })

  test('of callers that poll get a transaction with the same outcome', async () => {
    const asked = [
      await ask({ ...prompt('push'), async: '1' }),
      await ask({ ...prompt('push'), async: '1' }),
    ]
    assert.deepEqual(asked[0], asked[1])
    assert.equal(pushed.length, 1)
    fingerprint = randomBytes(32).toString('hex')
    const [code = ''] = await first.addBypassCodes(userId, 1)
    for (let calls = 0; calls < 2; calls++) {
      const { txid = '' } = await ask({ ...prompt(code), async: '1' })
      const [node] = nodes
      const polled = await node?.call({
        ...{ method: 'GET', path: '/auth/v2/auth_status', integration: first.integration },
        parameters: { txid },
      })
      assert(polled !== undefined)
      assert.equal((parseResponse(polled) as Parameters).result, 'allow')
    }
  })

  describe('are separate sign-ins', () => {
    const other = async (parameters: Parameters, integration?: Integration) => {
      const before = pushed.length
      await ask({ ...prompt('push'), async: '1' })
      await ask({ ...prompt('push'), ...parameters, async: '1' }, integration)
      return pushed.length - before
    }

    test('of different users', async () => {
      const victim = `user-${randomUUID()}`
      const { userId } = await first.addUser({ username: victim })
      await first.addPushPhone(userId)
      assert.equal(await other({ username: victim }), 2)
    })

    test('with another word', async () => {
      const [code = ''] = await first.addBypassCodes(userId, 1)
      assert.equal((await ask(prompt(code))).result, 'allow')
      assert.equal((await ask(prompt('123456'))).result, 'deny')
      assert.equal((await ask(prompt(code))).result, 'allow')
    })

    test('of another application', async () => {
      assert.equal(await other({}, await first.addIntegration('radius')), 2)
    })
  })

  test('are refused if the fingerprint or the address is malformed', async () => {
    for (const parameters of [{ request_fingerprint: 'abc' }, { radius_source: 'nowhere' }]) {
      await assert.rejects(async () => await ask({ ...prompt('push'), ...parameters }))
    }
    assert.equal(pushed.length, 0)
  })
})
