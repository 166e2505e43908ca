import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { PhonePrompt, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { type Answer, parseResponse, TestService } from '../../rig/service.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

const secondMs = 1000

onBothDatabases('a client that retries with a new request', (rig) => {
  const clock = new ManualClock()
  const called: PhonePrompt[] = []
  const messages: SmsMessage[] = []
  let carried = Promise.resolve()
  const delivery = {
    push: { send: async () => {} },
    phone: {
      call: async (request: PhonePrompt) => {
        called.push(request)
        return 'waits for a key' as const
      },
    },
    sms: {
      send: async (message: SmsMessage) => {
        messages.push(message)
        await carried
      },
    },
  }
  let nodes: readonly TestService[]
  let username: string
  let phone: PushPhone

  before(async () => {
    const { folder, databaseUrl } = rig()
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const node = () => TestService.start({ clock, folder, delivery, ...database })
    const first = await node()
    nodes = databaseUrl === undefined ? [first] : [first, await node()]
  })
  after(() => Promise.all(nodes.map((node) => node.close())))

  beforeEach(async () => {
    const [first] = nodes
    assert(first !== undefined)
    username = `user-${randomUUID()}`
    const { userId } = await first.addUser({ username })
    const phoneId = await first.addPhone(userId, '+15550101234')
    phone = await first.addPushPhone(userId, { phoneId })
    called.length = 0
    messages.length = 0
  })

  let turn = 0
  /** Each request goes to the next node. */
  async function send(path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
    const [first] = nodes
    const node = nodes[turn++ % nodes.length]
    assert(first !== undefined && node !== undefined)
    const method = path.endsWith('status') ? 'GET' : 'POST'
    return await node.call({ method, path, parameters, integration: first.integration })
  }
  async function ask(factor: string, ipaddr = '192.0.2.7'): Promise<string> {
    const parameters = { username, factor, device: 'auto', async: '1', ipaddr }
    return String(parseResponse(await send('/auth/v2/auth', parameters)).txid)
  }
  const poll = async (txid: string) =>
    parseResponse(await send('/auth/v2/auth_status', { txid })) as Readonly<Record<string, string>>
  /** Three tries, 20 seconds apart, without an answer. */
  async function signInOfThreeTries(): Promise<string[]> {
    const txids: string[] = []
    const results: string[] = []
    for (let tries = 0; tries < 3; tries++) {
      const txid = await ask('push')
      txids.push(txid)
      results.push((await poll(txid)).result ?? '')
      clock.advance(20 * secondMs)
    }
    clock.advance(60 * secondMs)
    for (const txid of txids) assert.equal((await poll(txid)).status, 'timeout')
    return results
  }
  const waiting = ['waiting', 'waiting', 'waiting']

  describe('a push', () => {
    test('counts once for all its tries', async () => {
      for (let signIns = 0; signIns < 5; signIns++) {
        assert.deepEqual(await signInOfThreeTries(), waiting)
      }
      const held = await poll(await ask('push'))
      assert.equal(held.result, 'deny')
      assert.match(held.status_msg ?? '', /Too many login requests/)
    })

    test('is shown for each try, and an approval settles only one of them', async () => {
      const [first, second] = [await ask('push'), await ask('push')]
      assert.notEqual(first, second)
      const shown = (await phone.requests()).map(({ txid }) => txid)
      assert.deepEqual(shown.toSorted(), [first, second].toSorted())
      await phone.answer(second, 'approve')
      assert.equal((await poll(second)).result, 'allow')
      assert.equal((await poll(first)).result, 'waiting')
    })

    test('may be retried three times, and not after its user has denied a retry', async () => {
      const txids: string[] = []
      for (let tries = 0; tries < 12; tries++) txids.push(await ask('push'))
      const results = await Promise.all(txids.map(async (txid) => (await poll(txid)).result))
      // the first one with three retries, and four that count separately
      assert.equal(results.filter((result) => result === 'waiting').length, 4 + 4)
      for (const txid of txids.slice(0, 8)) await phone.answer(txid, 'deny')
      assert.equal((await poll(await ask('push'))).result, 'deny')
    })

    test('does not count as unapproved if its retry was approved', async () => {
      for (let signIns = 0; signIns < 6; signIns++) {
        const [first, second] = [await ask('push'), await ask('push')]
        await phone.answer(second, 'approve')
        clock.advance(60 * secondMs)
        assert.equal((await poll(first)).status, 'timeout')
      }
      const four = [await ask('push'), await ask('push'), await ask('push'), await ask('push')]
      for (const txid of four) await phone.answer(txid, 'deny')
      for (let signIns = 0; signIns < 4; signIns++) await phone.answer(await ask('push'), 'deny')
      assert.equal((await poll(await ask('push'))).result, 'deny')
    })

    test('of another application is not a retry', async () => {
      const [node] = nodes
      assert(node !== undefined)
      for (let applications = 0; applications < 5; applications++) {
        const integration = await node.addIntegration('radius')
        const parameters = { username, factor: 'push', device: 'auto', async: '1' }
        await node.call({ path: '/auth/v2/auth', parameters, integration })
      }
      assert.equal((await poll(await ask('push'))).result, 'deny')
    })
  })

  describe('a phone call', () => {
    test('is placed once, and retries from the same address get its outcome', async () => {
      const first = await ask('phone')
      assert.equal((await poll(first)).result, 'waiting')
      for (let tries = 0; tries < 3; tries++) {
        clock.advance(10 * secondMs)
        assert.equal(await ask('phone'), first)
      }
      assert.equal(called.length, 1)
      clock.advance(60 * secondMs)
      assert.equal((await poll(first)).status, 'timeout')
      assert.notEqual(await ask('phone'), first)
      assert.equal(called.length, 2)
    })

    test('does not share its approval with another address, or with none', async () => {
      const first = await ask('phone')
      for (const ipaddr of ['192.0.2.8', '', 'unknown']) {
        const other = await ask('phone', ipaddr)
        assert.notEqual(other, first)
        const refused = await poll(other)
        assert.equal(refused.result, 'deny')
        assert.match(refused.status_msg ?? '', /A call to your phone is in progress/)
      }
      const unknown = await ask('push', '')
      assert.equal((await poll(unknown)).result, 'waiting')
      assert.equal(called.length, 1)
    })

    test('does not share its approval if the client address is unknown', async () => {
      for (const unknown of ['', 'unknown', '0.0.0.0', '::', '127.0.0.1', '::1']) {
        const first = await ask('phone', unknown)
        const other = await ask('phone', unknown)
        assert.notEqual(other, first, unknown)
        assert.equal((await poll(other)).result, 'deny')
        clock.advance(60 * secondMs)
        assert.equal((await poll(first)).status, 'timeout')
      }
      assert.equal(called.length, 6)
    })

    test('is placed once for twenty concurrent tries', async () => {
      const txids = await Promise.all(Array.from({ length: 20 }, () => ask('phone')))
      assert.equal(new Set(txids).size, 1)
      assert.equal(called.length, 1)
    })
  })

  test('an SMS is sent once while the provider has not answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    carried = promise
    const parameters = { username, factor: 'sms', device: 'auto', ipaddr: '192.0.2.7' }
    const tries = [send('/auth/v2/auth', parameters)]
    await until(() => messages.length === 1)
    tries.push(send('/auth/v2/auth', parameters), send('/auth/v2/auth', parameters))
    // wait until both wait for the outcome of the first one
    await until(async () => {
      const texts = await Promise.all(
        nodes.map(async (node) => (await node.send({ method: 'GET', path: '/metrics' })).text),
      )
      const counts = texts.map((text) => /^countersign_waiting_calls (\d+)$/m.exec(text)?.[1])
      return counts.reduce((sum, count) => sum + Number(count), 0) === 2
    })
    resolve()
    for (const answer of await Promise.all(tries)) {
      assert.equal(parseResponse(answer).status, 'sent')
    }
    assert.equal(messages.length, 1)
  })
})
