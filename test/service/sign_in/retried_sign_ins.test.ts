import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Integration, Integrations } from '../../../src/service/applications/integrations.ts'
import type { PhonePrompt, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { parseResponse, TestService } from '../../rig/service.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

type Parameters = Readonly<Record<string, string>>

/** The application's client waits 20 s for each of two servers, and retries once. */
const timeoutMs = 20_000
const toleranceMs = 1_500
/** A retry may be on its way for so long. */
const delayMs = 5_000

onBothDatabases('a client that retries a login with new packets', (rig) => {
  const clock = new ManualClock()
  const pushed: PhonePrompt[] = []
  const called: PhonePrompt[] = []
  const texted: SmsMessage[] = []
  const delivery = {
    push: { send: async (prompt: PhonePrompt) => void pushed.push(prompt) },
    phone: {
      call: async (prompt: PhonePrompt) => {
        called.push(prompt)
        return 'waits for a key' as const
      },
    },
    sms: { send: async (message: SmsMessage) => void texted.push(message) },
  }
  let nodes: readonly TestService[]
  let first: TestService
  let app: Integration
  let username: string
  let phone: PushPhone
  let began: number

  before(async () => {
    const { folder, databaseUrl } = rig()
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const node = () => TestService.start({ clock, folder, delivery, ...database })
    first = await node()
    nodes = databaseUrl === undefined ? [first] : [first, await node()]
    const { ikey } = await first.addIntegration('radius')
    app = await first.store.transaction(async (db) => {
      const integrations = new Integrations(first.store)
      const client = { radiusTimeoutSecs: timeoutMs / 1000, radiusRetries: 1, radiusServers: 2 }
      await integrations.update(ikey, { client }, db)
      const app = await integrations.byIkey(ikey, db)
      assert(app !== undefined)
      return app
    })
  })
  after(() => Promise.all(nodes.map((node) => node.close())))

  beforeEach(async () => {
    username = `user-${randomUUID()}`
    const { userId } = await first.addUser({ username })
    const phoneId = await first.addPhone(userId, '+15550101234')
    phone = await first.addPushPhone(userId, { phoneId })
    pushed.length = 0
    called.length = 0
    texted.length = 0
    began = clock.now()
  })

  let turn = 0
  /** Changes with every request that the service has recorded. */
  const recorded = async () => {
    const rows = await first.store.db
      .selectFrom('joined_requests')
      .select(['request_id', 'slot', 'txid', 'detached'])
      // not those of earlier tests, which are deleted meanwhile
      .where('arrived', '>=', began)
      .orderBy('request_id')
      .execute()
    return JSON.stringify(rows)
  }

  /** Sends a request with a fingerprint of its own to the next node, and waits until it waits. */
  async function send(parameters: Parameters = {}) {
    const node = nodes[turn++ % nodes.length]
    assert(node !== undefined)
    const before = await recorded()
    const state: { answer?: Parameters } = {}
    const call = node
      .call({
        ...{ method: 'POST', path: '/auth/v2/auth', integration: app },
        parameters: {
          ...{ username, factor: 'prompt', prompt: 'push', radius_source: '10.0.0.11' },
          request_fingerprint: randomBytes(32).toString('hex'),
          ...parameters,
        },
      })
      .then((answer) => {
        state.answer = parseResponse(answer) as Parameters
        return state.answer
      })
    // some still wait when the service stops
    call.catch(() => {})
    await until(async () => state.answer !== undefined || (await recorded()) !== before)
    return { call, result: async () => (await call).result, state }
  }
  /** Sets the time after the first request. */
  const at = (ms: number) => clock.advance(began + ms - clock.now())
  const shown = async () => (await phone.requests()).map(({ txid }) => String(txid))
  async function only(): Promise<string> {
    const [txid = '', ...others] = await shown()
    assert.deepEqual(others, [])
    assert.notEqual(txid, '')
    return txid
  }
  const isApproved = async (txid: string) => {
    const found = await first.store.db
      .selectFrom('transactions')
      .select('approved')
      .where('txid', '=', txid)
      .executeTakeFirst()
    return found?.approved !== null
  }
  const reasons = async () => {
    const rows = await first.store.db
      .selectFrom('authentication_log')
      .select(['reason', 'decided_by'])
      .where('username', '=', username)
      .orderBy('timestamp')
      .execute()
    return rows.map(({ reason, decided_by }) => `${reason} ${decided_by}`.trim())
  }

  test('is shown one push, and the newest request is let in', async () => {
    const one = await send()
    at(timeoutMs)
    const two = await send()
    at(2 * timeoutMs)
    const three = await send()
    at(2 * timeoutMs + 7_000)
    await phone.answer(await only(), 'approve')
    assert.deepEqual(
      [await one.result(), await two.result(), await three.result()],
      ['deny', 'deny', 'allow'],
    )
    assert.equal(pushed.length, 1)
    assert.deepEqual(await reasons(), ['user_approved retry 2'])
  })

  test('is let in at once while only the first request waits', async () => {
    const one = await send()
    at(10_000)
    await phone.answer(await only(), 'approve')
    assert.equal(await one.result(), 'allow')
  })

  test('is denied for all its requests', async () => {
    const one = await send()
    at(timeoutMs)
    const two = await send()
    await phone.answer(await only(), 'deny')
    assert.deepEqual([await one.result(), await two.result()], ['deny', 'deny'])
  })

  test('is called once', async () => {
    const phoneCall = { prompt: 'phone' }
    const one = await send(phoneCall)
    at(timeoutMs)
    const two = await send(phoneCall)
    at(timeoutMs + 7_000)
    assert.equal(called.length, 1)
    at(3 * timeoutMs + toleranceMs + delayMs)
    const statuses = [(await one.call).status, (await two.call).status]
    assert.deepEqual(statuses, ['timeout', 'timeout'])
    assert.deepEqual(await reasons(), ['no_keys_pressed'])
  })

  test('is texted once, and denied each time', async () => {
    const answers = []
    for (const ms of [0, timeoutMs, 2 * timeoutMs + 300]) {
      at(ms)
      answers.push((await (await send({ prompt: 'sms' })).call).status)
    }
    assert.deepEqual(answers, ['sent', 'sent', 'sent'])
    assert.equal(texted.length, 1)
    assert.deepEqual(await reasons(), ['sms_sent'])
    at(2 * timeoutMs + 7_000)
    assert.equal((await (await send({ prompt: 'sms' })).call).status, 'sent')
    assert.equal(texted.length, 2)
  })

  describe('whose proxy polls', () => {
    const polling = { async: '1', polled: '1' }
    const start = async () => String((await (await send(polling)).call).txid)
    const poll = async (txid: string) => {
      const node = nodes[turn++ % nodes.length]
      assert(node !== undefined)
      const parameters = { txid, polled: '1' }
      const path = '/auth/v2/auth_status'
      const call = await node.call({ method: 'GET', path, integration: app, parameters })
      return parseResponse(call) as Parameters
    }
    const result = async (txid: string) => (await poll(txid)).result

    test('is shown one push, and only the newest request is let in', async () => {
      const one = await start()
      at(timeoutMs)
      const two = await start()
      assert.notEqual(one, two)
      assert.deepEqual([await result(one), await result(two)], ['waiting', 'waiting'])
      at(timeoutMs + 7_000)
      await phone.answer(await only(), 'approve')
      assert.deepEqual([await result(one), await result(two)], ['deny', 'allow'])
      assert.equal(pushed.length, 1)
    })

    test('is told to ask again when another request competes with it', async () => {
      const one = await start()
      at(timeoutMs)
      const two = await start()
      assert.equal(await result(two), 'waiting')
      at(timeoutMs + 500)
      const three = await start()
      const { result: denied, status } = await poll(two)
      assert.deepEqual([denied, status], ['deny', 'ask_again'])
      assert.deepEqual([await result(one), await result(three)], ['deny', 'waiting'])
      const again = await start()
      assert.equal((await shown()).length, 2)
      assert.equal(await result(again), 'waiting')
    })

    test('gets an approval that waited for it, also if the node that took it has stopped', async () => {
      const one = await start()
      const txid = await only()
      at(timeoutMs - 100)
      await first.store.db
        .updateTable('transactions')
        .set({ approved: clock.now() })
        .where('txid', '=', txid)
        .execute()
      at(timeoutMs + 100)
      const two = await start()
      at(timeoutMs + toleranceMs + delayMs)
      assert.deepEqual([await result(two), await result(one)], ['allow', 'deny'])
    })
  })

  test('is shown one push, and let in, if its second request went to a proxy that is down', async () => {
    const one = await send()
    const txid = await only()
    at(timeoutMs + 7_000)
    assert.deepEqual(await shown(), [txid])
    at(2 * timeoutMs + 400)
    const three = await send()
    at(2 * timeoutMs + toleranceMs + delayMs)
    await phone.answer(await only(), 'approve')
    assert.deepEqual([await one.result(), await three.result()], ['deny', 'allow'])
    assert.equal(pushed.length, 1)
  })

  describe('an approval between two requests', () => {
    test('lets in the next one once no other competes with it', async () => {
      const one = await send()
      at(timeoutMs - 100)
      const txid = await only()
      const answered = phone.answer(txid, 'approve')
      await until(() => isApproved(txid))
      at(timeoutMs + 100)
      const two = await send()
      assert.equal(two.state.answer, undefined)
      at(timeoutMs + toleranceMs + delayMs)
      assert.equal((await answered).status, 200)
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.deepEqual(await reasons(), ['user_approved retry 1'])
    })

    test('lets nobody in if none comes, and the app is told', async () => {
      const one = await send()
      at(timeoutMs - 100)
      const txid = await only()
      const answered = phone.answer(txid, 'approve')
      await until(() => isApproved(txid))
      at(2 * timeoutMs + toleranceMs + delayMs)
      assert.equal((await answered).body.code, 'expired')
      assert.equal(await one.result(), 'deny')
      assert.deepEqual(await reasons(), ['nobody_waiting'])
    })
  })

  test('has its push withdrawn when no request can be waiting', async () => {
    const one = await send()
    const txid = await only()
    at(2 * timeoutMs + toleranceMs + delayMs - 1)
    assert.deepEqual(await shown(), [txid])
    at(2 * timeoutMs + toleranceMs + delayMs)
    assert.deepEqual(await shown(), [])
    const { body } = await phone.answer(txid, 'approve')
    assert.equal(body.code, 'expired')
    assert.equal((await one.call).status, 'timeout')
    assert.deepEqual(await reasons(), ['no_response'])
  })

  describe('is another sign-in, with a push of its own,', () => {
    const cases: readonly (readonly [string, number, Parameters])[] = [
      ['before it is due', timeoutMs - toleranceMs - 1, {}],
      ['from another RADIUS client', timeoutMs, { radius_source: '10.0.1.11' }],
      ['from another user address', timeoutMs, { ipaddr: '192.0.2.9' }],
      ['with another word', timeoutMs, { prompt: 'push1' }],
    ]
    for (const [what, ms, parameters] of cases) {
      test(what, async () => {
        const one = await send()
        at(ms)
        const two = await send(parameters)
        assert.equal((await shown()).length, 2)
        const [, txid = ''] = await shown()
        await phone.answer(txid, 'approve')
        assert.equal(await two.result(), 'allow')
        assert.equal(one.state.answer, undefined)
        at(2 * timeoutMs + toleranceMs + delayMs)
        assert.equal(await one.result(), 'deny')
      })
    }
  })

  describe('two requests that compete for one retry', () => {
    test('are each shown, and the first push is withdrawn', async () => {
      const one = await send()
      const before = await only()
      at(timeoutMs)
      const two = await send()
      assert.equal(pushed.length, 1)
      at(timeoutMs + 500)
      const three = await send()
      await until(async () => pushed.length === 3 && (await shown()).length === 2)
      assert.ok(!(await shown()).includes(before))
      assert.equal(await one.result(), 'deny')
      const [txid = ''] = await shown()
      await phone.answer(txid, 'approve')
      const settled = await Promise.race([two.call, three.call])
      assert.equal(settled.result, 'allow')
      const states = [two.state.answer, three.state.answer]
      assert.equal(states.filter((answer) => answer === undefined).length, 1)
    })

    test('are not let in by an approval that came before the second', async () => {
      const one = await send()
      at(timeoutMs)
      const two = await send()
      const answered = phone.answer(await only(), 'approve')
      await until(async () => (await shown()).length === 1)
      at(timeoutMs + 1_000)
      const three = await send()
      await until(() => pushed.length === 3)
      at(timeoutMs + toleranceMs + delayMs + 100)
      assert.equal((await answered).body.code, 'expired')
      assert.equal(await one.result(), 'deny')
      assert.deepEqual([two.state.answer, three.state.answer], [undefined, undefined])
    })
  })

  test('gives an approval to nobody if a second request could also belong to another sign-in', async () => {
    const one = await send()
    const txid = await only()
    at(1)
    const other = await send()
    // due in the first sign-in, and a millisecond too early in the other
    at(timeoutMs - toleranceMs)
    const two = await send()
    assert.equal(pushed.length, 2)
    const answered = phone.answer(txid, 'approve')
    await until(() => isApproved(txid))
    at(timeoutMs)
    const three = await send()
    await until(() => pushed.length === 4)
    at(timeoutMs + toleranceMs + delayMs + 100)
    assert.equal((await answered).body.code, 'expired')
    assert.equal(await one.result(), 'deny')
    const states = [other.state.answer, two.state.answer, three.state.answer]
    assert.deepEqual(states, [undefined, undefined, undefined])
  })

  describe('a retransmission that meets a new packet', () => {
    for (const when of ['before', 'after'] as const) {
      test(`withdraws the push that was approved ${when} it, and each is shown`, async () => {
        const same = { request_fingerprint: randomBytes(32).toString('hex') }
        const one = await send(same)
        const txid = await only()
        at(timeoutMs - 200)
        const two = await send()
        const early = when === 'before' ? phone.answer(txid, 'approve') : undefined
        if (early !== undefined) await until(() => isApproved(txid))
        at(timeoutMs + 200)
        const again = await send(same)
        const late = when === 'after' ? phone.answer(txid, 'approve') : undefined
        await until(async () => pushed.length === 3 && (await shown()).length === 2)
        at(timeoutMs + toleranceMs + delayMs + 100)
        assert.equal((await (early ?? late))?.body.code, 'expired')
        const states = [one.state.answer, two.state.answer, again.state.answer]
        assert.deepEqual(states, [undefined, undefined, undefined])
        const [own = ''] = (await shown()).filter((other) => other !== txid)
        await phone.answer(own, 'approve')
        const admitted = await Promise.race([one.call, two.call])
        assert.equal(admitted.result, 'allow')
      })
    }
  })

  describe('whose requests are slow on their way to the service', () => {
    const age = (ms: number) => ({ request_age_ms: String(ms) })

    test('is shown one push, because the proxy says how old a request is', async () => {
      at(3_000)
      const one = await send(age(3_000))
      at(timeoutMs + 6_000)
      const two = await send(age(6_000))
      at(timeoutMs + 7_000)
      await phone.answer(await only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(pushed.length, 1)
    })

    test('is given up as early as if they had been fast', async () => {
      at(5_000)
      await send(age(5_000))
      at(2 * timeoutMs + toleranceMs + delayMs - 1)
      assert.equal((await shown()).length, 1)
      at(2 * timeoutMs + toleranceMs + delayMs)
      assert.deepEqual(await shown(), [])
    })

    test('is shown one push, and let in by its retry, if that is faster', async () => {
      at(timeoutMs)
      const two = await send()
      at(timeoutMs + 700)
      const one = await send(age(timeoutMs + 700))
      at(timeoutMs + 7_000)
      await phone.answer(await only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(pushed.length, 1)
    })

    test('begins anew with both, if the slow one is transmitted again after all', async () => {
      const same = { request_fingerprint: randomBytes(32).toString('hex') }
      at(timeoutMs)
      const two = await send()
      at(timeoutMs + 700)
      const one = await send({ ...same, ...age(timeoutMs + 700) })
      const txid = await only()
      at(2 * timeoutMs)
      await send(same)
      await until(async () => pushed.length === 3 && !(await shown()).includes(txid))
      assert.deepEqual([one.state.answer, two.state.answer], [undefined, undefined])
    })

    test('is denied without a push when its client has given it up', async () => {
      at(timeoutMs)
      const late = await send(age(timeoutMs))
      assert.equal((await late.call).status, 'timeout')
      assert.deepEqual([pushed.length, await reasons()], [0, ['nobody_waiting']])
    })

    test('is shown one push, if two of them meet at two nodes', async () => {
      at(timeoutMs - 1)
      const sent = await Promise.all([send(), send(age(timeoutMs - 1))])
      await phone.answer(await only(), 'deny')
      for (const { result } of sent) assert.equal(await result(), 'deny')
      assert.equal(pushed.length, 1)
    })

    test('is shown one push, if a proxy that could not run read the first one late', async () => {
      at(9_000)
      const one = await send({ request_unread_ms: '9000' })
      at(timeoutMs)
      const two = await send()
      at(timeoutMs + 9_000 + toleranceMs + delayMs)
      await phone.answer(await only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(pushed.length, 1)
    })

    for (const wrong of ['-1', '1.5', '600001', 'soon']) {
      test(`is refused with the age ${wrong}`, async () => {
        const parameters = { username, factor: 'prompt', prompt: 'push', request_age_ms: wrong }
        const path = '/auth/v2/auth'
        const { status, body } = await first.call({
          ...{ method: 'POST', path, integration: app, parameters },
        })
        assert.deepEqual([status, body.message_detail], [400, 'request_age_ms'])
      })
    }
  })

  test('retransmits nothing once it has sent a new packet, so both begin anew', async () => {
    const same = { request_fingerprint: randomBytes(32).toString('hex') }
    const one = await send(same)
    const txid = await only()
    at(timeoutMs)
    const two = await send()
    at(2 * timeoutMs)
    await send(same)
    await until(async () => pushed.length === 3 && !(await shown()).includes(txid))
    assert.deepEqual([one.state.answer, two.state.answer], [undefined, undefined])
  })

  test('that retransmits the same packet is let in with it', async () => {
    const same = { request_fingerprint: randomBytes(32).toString('hex') }
    const one = await send(same)
    at(timeoutMs)
    const again = await send(same)
    at(timeoutMs + 10_000)
    await phone.answer(await only(), 'approve')
    assert.deepEqual([await one.result(), await again.result()], ['allow', 'allow'])
    assert.equal(pushed.length, 1)
  })
})
