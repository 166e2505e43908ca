import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  delayMs,
  type Parameters,
  RetryingClient,
  timeoutMs,
  toleranceMs,
} from '../../rig/retrying_client.ts'
import { parseResponse } from '../../rig/service.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

onBothDatabases('a client that retries a login with new packets', (database) => {
  const client = new RetryingClient(database)

  test('is shown one push, and the newest request is let in', async () => {
    const one = await client.send()
    client.at(timeoutMs)
    const two = await client.send()
    client.at(2 * timeoutMs)
    const three = await client.send()
    client.at(2 * timeoutMs + 7_000)
    await client.phone.answer(await client.only(), 'approve')
    assert.deepEqual(
      [await one.result(), await two.result(), await three.result()],
      ['deny', 'deny', 'allow'],
    )
    assert.equal(client.pushed.length, 1)
    assert.deepEqual(await client.reasons(), ['user_approved retry 2'])
  })

  test('is let in at once while only the first request waits', async () => {
    const one = await client.send()
    client.at(10_000)
    await client.phone.answer(await client.only(), 'approve')
    assert.equal(await one.result(), 'allow')
  })

  test('is denied for all its requests', async () => {
    const one = await client.send()
    client.at(timeoutMs)
    const two = await client.send()
    await client.phone.answer(await client.only(), 'deny')
    assert.deepEqual([await one.result(), await two.result()], ['deny', 'deny'])
  })

  test('is called once', async () => {
    const phoneCall = { prompt: 'phone' }
    const one = await client.send(phoneCall)
    client.at(timeoutMs)
    const two = await client.send(phoneCall)
    client.at(timeoutMs + 7_000)
    assert.equal(client.called.length, 1)
    client.at(3 * timeoutMs + toleranceMs + delayMs)
    const statuses = [(await one.call).status, (await two.call).status]
    assert.deepEqual(statuses, ['timeout', 'timeout'])
    assert.deepEqual(await client.reasons(), ['no_keys_pressed'])
  })

  test('is texted once, and denied each time', async () => {
    const answers = []
    for (const ms of [0, timeoutMs, 2 * timeoutMs + 300]) {
      client.at(ms)
      answers.push((await (await client.send({ prompt: 'sms' })).call).status)
    }
    assert.deepEqual(answers, ['sent', 'sent', 'sent'])
    assert.equal(client.texted.length, 1)
    assert.deepEqual(await client.reasons(), ['sms_sent'])
    client.at(2 * timeoutMs + 7_000)
    assert.equal((await (await client.send({ prompt: 'sms' })).call).status, 'sent')
    assert.equal(client.texted.length, 2)
  })

  describe('whose proxy polls', () => {
    const polling = { async: '1', polled: '1' }
    const start = async () => String((await (await client.send(polling)).call).txid)
    const poll = async (txid: string) => {
      const node = client.nextNode()
      const parameters = { txid, polled: '1' }
      const path = '/auth/v2/auth_status'
      const call = await node.call({ method: 'GET', path, integration: client.app, parameters })
      return parseResponse(call) as Parameters
    }
    const result = async (txid: string) => (await poll(txid)).result

    test('is shown one push, and only the newest request is let in', async () => {
      const one = await start()
      client.at(timeoutMs)
      const two = await start()
      assert.notEqual(one, two)
      assert.deepEqual([await result(one), await result(two)], ['waiting', 'waiting'])
      client.at(timeoutMs + 7_000)
      const txid = await client.only()
      const answered = client.phone.answer(txid, 'approve')
      await until(() => client.isApproved(txid))
      assert.deepEqual([await result(two), await result(one)], ['allow', 'deny'])
      assert.equal((await answered).status, 200)
      assert.equal(client.pushed.length, 1)
    })

    test('is told to ask again when another request competes with it', async () => {
      const one = await start()
      client.at(timeoutMs)
      const two = await start()
      assert.equal(await result(two), 'waiting')
      client.at(timeoutMs + 500)
      const three = await start()
      const { result: denied, status } = await poll(two)
      assert.deepEqual([denied, status], ['deny', 'ask_again'])
      assert.deepEqual([await result(one), await result(three)], ['deny', 'waiting'])
      const again = await start()
      assert.equal((await client.shown()).length, 2)
      assert.equal(await result(again), 'waiting')
    })

    test('gets an approval that waited for it, also if the node that took it has stopped', async () => {
      const one = await start()
      const txid = await client.only()
      client.at(timeoutMs - 100)
      await client.first.store.db
        .updateTable('transactions')
        .set({ approved: client.clock.now() })
        .where('txid', '=', txid)
        .execute()
      client.at(timeoutMs + 100)
      const two = await start()
      client.at(timeoutMs + toleranceMs + delayMs)
      assert.deepEqual([await result(two), await result(one)], ['allow', 'deny'])
    })
  })

  test('is shown one push, and let in, if its second request went to a proxy that is down', async () => {
    const one = await client.send()
    const txid = await client.only()
    client.at(timeoutMs + 7_000)
    assert.deepEqual(await client.shown(), [txid])
    client.at(2 * timeoutMs + 400)
    const three = await client.send()
    client.at(2 * timeoutMs + toleranceMs + delayMs)
    await client.phone.answer(await client.only(), 'approve')
    assert.deepEqual([await one.result(), await three.result()], ['deny', 'allow'])
    assert.equal(client.pushed.length, 1)
  })

  describe('an approval between two requests', () => {
    test('lets in the next one once no other competes with it', async () => {
      const one = await client.send()
      client.at(timeoutMs - 100)
      const txid = await client.only()
      const answered = client.phone.answer(txid, 'approve')
      await until(() => client.isApproved(txid))
      client.at(timeoutMs + 100)
      const two = await client.send()
      assert.equal(two.state.answer, undefined)
      client.at(timeoutMs + toleranceMs + delayMs)
      assert.equal((await answered).status, 200)
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.deepEqual(await client.reasons(), ['user_approved retry 1'])
    })

    test('lets nobody in if none comes, and the app is told', async () => {
      const one = await client.send()
      client.at(timeoutMs - 100)
      const txid = await client.only()
      const answered = client.phone.answer(txid, 'approve')
      await until(() => client.isApproved(txid))
      client.at(2 * timeoutMs + toleranceMs + delayMs)
      assert.equal((await answered).body.code, 'expired')
      assert.equal(await one.result(), 'deny')
      assert.deepEqual(await client.reasons(), ['nobody_waiting'])
    })
  })

  test('has its push withdrawn when no request can be waiting', async () => {
    const one = await client.send()
    const txid = await client.only()
    client.at(2 * timeoutMs + toleranceMs + delayMs - 1)
    assert.deepEqual(await client.shown(), [txid])
    client.at(2 * timeoutMs + toleranceMs + delayMs)
    assert.deepEqual(await client.shown(), [])
    const { body } = await client.phone.answer(txid, 'approve')
    assert.equal(body.code, 'expired')
    assert.equal((await one.call).status, 'timeout')
    assert.deepEqual(await client.reasons(), ['no_response'])
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
        const one = await client.send()
        client.at(ms)
        const two = await client.send(parameters)
        assert.equal((await client.shown()).length, 2)
        const [, txid = ''] = await client.shown()
        await client.phone.answer(txid, 'approve')
        assert.equal(await two.result(), 'allow')
        assert.equal(one.state.answer, undefined)
        client.at(2 * timeoutMs + toleranceMs + delayMs)
        assert.equal(await one.result(), 'deny')
      })
    }
  })

  describe('two requests that compete for one retry', () => {
    test('are each shown, and the first push is withdrawn', async () => {
      const one = await client.send()
      const before = await client.only()
      client.at(timeoutMs)
      const two = await client.send()
      assert.equal(client.pushed.length, 1)
      client.at(timeoutMs + 500)
      const three = await client.send()
      await until(async () => client.pushed.length === 3 && (await client.shown()).length === 2)
      assert.ok(!(await client.shown()).includes(before))
      assert.equal(await one.result(), 'deny')
      const [txid = ''] = await client.shown()
      await client.phone.answer(txid, 'approve')
      const settled = await Promise.race([two.call, three.call])
      assert.equal(settled.result, 'allow')
      const states = [two.state.answer, three.state.answer]
      assert.equal(states.filter((answer) => answer === undefined).length, 1)
    })

    test('are not let in by an approval that came before the second', async () => {
      const one = await client.send()
      client.at(timeoutMs)
      const two = await client.send()
      const answered = client.phone.answer(await client.only(), 'approve')
      await until(async () => (await client.shown()).length === 1)
      client.at(timeoutMs + 1_000)
      const three = await client.send()
      await until(() => client.pushed.length === 3)
      client.at(timeoutMs + toleranceMs + delayMs + 100)
      assert.equal((await answered).body.code, 'expired')
      assert.equal(await one.result(), 'deny')
      assert.deepEqual([two.state.answer, three.state.answer], [undefined, undefined])
    })
  })

  test('gives an approval to nobody if a second request could also belong to another sign-in', async () => {
    const one = await client.send()
    const txid = await client.only()
    client.at(1)
    const other = await client.send()
    // due in the first sign-in, and a millisecond too early in the other
    client.at(timeoutMs - toleranceMs)
    const two = await client.send()
    assert.equal(client.pushed.length, 2)
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(timeoutMs)
    const three = await client.send()
    await until(() => client.pushed.length === 4)
    client.at(timeoutMs + toleranceMs + delayMs + 100)
    assert.equal((await answered).body.code, 'expired')
    assert.equal(await one.result(), 'deny')
    const states = [other.state.answer, two.state.answer, three.state.answer]
    assert.deepEqual(states, [undefined, undefined, undefined])
  })

  describe('a retransmission that meets a new packet', () => {
    for (const when of ['before', 'after'] as const) {
      test(`withdraws the push that was approved ${when} it, and each is shown`, async () => {
        const same = { request_fingerprint: randomBytes(32).toString('hex') }
        const one = await client.send(same)
        const txid = await client.only()
        client.at(timeoutMs - 200)
        const two = await client.send()
        const early = when === 'before' ? client.phone.answer(txid, 'approve') : undefined
        if (early !== undefined) await until(() => client.isApproved(txid))
        client.at(timeoutMs + 200)
        const again = await client.send(same)
        const late = when === 'after' ? client.phone.answer(txid, 'approve') : undefined
        await until(async () => client.pushed.length === 3 && (await client.shown()).length === 2)
        client.at(timeoutMs + toleranceMs + delayMs + 100)
        assert.equal((await (early ?? late))?.body.code, 'expired')
        const states = [one.state.answer, two.state.answer, again.state.answer]
        assert.deepEqual(states, [undefined, undefined, undefined])
        const [own = ''] = (await client.shown()).filter((other) => other !== txid)
        await client.phone.answer(own, 'approve')
        const admitted = await Promise.race([one.call, two.call])
        assert.equal(admitted.result, 'allow')
      })
    }
  })

  describe('whose requests are slow on their way to the service', () => {
    const age = (ms: number) => ({ request_age_ms: String(ms) })

    test('is shown one push, because the proxy says how old a request is', async () => {
      client.at(3_000)
      const one = await client.send(age(3_000))
      client.at(timeoutMs + 6_000)
      const two = await client.send(age(6_000))
      client.at(timeoutMs + 7_000)
      await client.phone.answer(await client.only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(client.pushed.length, 1)
    })

    test('is given up as early as if they had been fast', async () => {
      client.at(5_000)
      await client.send(age(5_000))
      client.at(2 * timeoutMs + toleranceMs + delayMs - 1)
      assert.equal((await client.shown()).length, 1)
      client.at(2 * timeoutMs + toleranceMs + delayMs)
      assert.deepEqual(await client.shown(), [])
    })

    test('is shown one push, and let in by its retry, if that is faster', async () => {
      client.at(timeoutMs)
      const two = await client.send()
      client.at(timeoutMs + 700)
      const one = await client.send(age(timeoutMs + 700))
      client.at(timeoutMs + 7_000)
      await client.phone.answer(await client.only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(client.pushed.length, 1)
    })

    test('begins anew with both, if the slow one is transmitted again after all', async () => {
      const same = { request_fingerprint: randomBytes(32).toString('hex') }
      client.at(timeoutMs)
      const two = await client.send()
      client.at(timeoutMs + 700)
      const one = await client.send({ ...same, ...age(timeoutMs + 700) })
      const txid = await client.only()
      client.at(2 * timeoutMs)
      await client.send(same)
      await until(async () => client.pushed.length === 3 && !(await client.shown()).includes(txid))
      assert.deepEqual([one.state.answer, two.state.answer], [undefined, undefined])
    })

    test('is denied without a push when its client has given it up', async () => {
      client.at(timeoutMs)
      const late = await client.send(age(timeoutMs))
      assert.equal((await late.call).status, 'timeout')
      assert.deepEqual([client.pushed.length, await client.reasons()], [0, ['nobody_waiting']])
    })

    test('is shown one push, if two of them meet at two nodes', async () => {
      client.at(timeoutMs - 1)
      const sent = await Promise.all([client.send(), client.send(age(timeoutMs - 1))])
      await client.phone.answer(await client.only(), 'deny')
      for (const { result } of sent) assert.equal(await result(), 'deny')
      assert.equal(client.pushed.length, 1)
    })

    test('is shown one push, if a proxy that could not run read the first one late', async () => {
      client.at(9_000)
      const one = await client.send({ request_unread_ms: '9000' })
      client.at(timeoutMs)
      const two = await client.send()
      client.at(timeoutMs + 9_000 + toleranceMs + delayMs)
      await client.phone.answer(await client.only(), 'approve')
      assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
      assert.equal(client.pushed.length, 1)
    })

    for (const wrong of ['-1', '1.5', '600001', 'soon']) {
      test(`is refused with the age ${wrong}`, async () => {
        const parameters = {
          username: client.username,
          factor: 'prompt',
          prompt: 'push',
          request_age_ms: wrong,
        }
        const path = '/auth/v2/auth'
        const { status, body } = await client.first.call({
          ...{ method: 'POST', path, integration: client.app, parameters },
        })
        assert.deepEqual([status, body.message_detail], [400, 'request_age_ms'])
      })
    }
  })

  test('retransmits nothing once it has sent a new packet, so both begin anew', async () => {
    const same = { request_fingerprint: randomBytes(32).toString('hex') }
    const one = await client.send(same)
    const txid = await client.only()
    client.at(timeoutMs)
    const two = await client.send()
    client.at(2 * timeoutMs)
    await client.send(same)
    await until(async () => client.pushed.length === 3 && !(await client.shown()).includes(txid))
    assert.deepEqual([one.state.answer, two.state.answer], [undefined, undefined])
  })

  test('that retransmits the same packet is let in with it', async () => {
    const same = { request_fingerprint: randomBytes(32).toString('hex') }
    const one = await client.send(same)
    client.at(timeoutMs)
    const again = await client.send(same)
    client.at(timeoutMs + 10_000)
    await client.phone.answer(await client.only(), 'approve')
    assert.deepEqual([await one.result(), await again.result()], ['allow', 'allow'])
    assert.equal(client.pushed.length, 1)
  })
})
