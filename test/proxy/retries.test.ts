import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { sectionKinds } from '../../src/proxy/section_kinds.ts'
import { Code } from '../../src/radius/index.ts'
import { Appliance, type EncodedRequest, encodeRequest } from '../rig/appliance.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { ManualTiming } from '../rig/manual_timing.ts'
import { PendingAuthApi } from '../rig/pending_auth_api.ts'
import { ProxyAtWork, parseConfig, sectionFor } from '../rig/proxy_at_work.ts'
import { freePort } from '../rig/running.ts'
import { until } from '../rig/until.ts'

const timeoutMs = 20_000
const retries = { timeoutSecs: timeoutMs / 1000, count: 2, servers: 1 }

/** The API joins no sign-ins, as the vendor's cloud. */
describe('a client that retries with new packets, and an API that does not join sign-ins', () => {
  let api: PendingAuthApi
  let proxy: ProxyAtWork
  let timing: ManualTiming
  let directory: Appliance
  let username: string
  let port: number
  /** Pushes before the test. */
  let earlier: number

  before(async () => {
    api = await PendingAuthApi.start({ holdMs: 30_000, verify: false })
    directory = await Appliance.at()
  })
  beforeEach(() => {
    timing = new ManualTiming()
    username = `user-${randomUUID()}`
    earlier = api.pushes
  })
  afterEach(async () => {
    // the proxy waits for logins in progress
    for (let push = 0; push < pushes(); push++) answer(push, 'deny')
    await proxy.stop()
  })
  after(async () => {
    directory.close()
    await api.close()
  })

  function section(overrides: Parameters<typeof sectionFor>[1] = {}) {
    return sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 90, retries, port, ...overrides })
  }
  async function start(overrides: Parameters<typeof sectionFor>[1] = {}): Promise<void> {
    port = await freePort()
    proxy = await ProxyAtWork.startIn({ retryTiming: timing }, sectionKinds, section(overrides))
  }
  const counters = () => proxy.proxy.signIns.get('radius_server_duo_only')
  const pushes = () => api.pushes - earlier
  const arrivals = () =>
    proxy.log.lines.filter((line) => /^debug .*: login attempt for username/.test(line)).length
  /** Sends a packet; resolves when the proxy has taken it. */
  async function send(typed = 'push', from = directory, name = username): Promise<EncodedRequest> {
    const request = encodeRequest(name, typed)
    const before = arrivals()
    from.send(request, port)
    await until(() => arrivals() > before)
    return request
  }
  async function sendFirst(typed = 'push'): Promise<EncodedRequest> {
    const request = await send(typed)
    await until(() => pushes() === 1)
    return request
  }
  async function retransmit(request: EncodedRequest): Promise<void> {
    const repeated = () => [...proxy.proxy.counters.values()][0]?.duplicatesInProgress ?? 0
    const before = repeated()
    directory.send(request, port)
    await until(() => repeated() > before)
  }
  const answer = (push: number, decision: 'allow' | 'deny' = 'allow') =>
    api.answerPush(earlier + push, decision)
  const reply = (request: EncodedRequest) => directory.reply(request, port)
  const held = () => until(() => proxy.log.has('approved; its reply waits'))

  test('gets one push, and the newest packet is accepted', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs + 100)
    const second = await send()
    timing.advance(timeoutMs - 300)
    const third = await send()
    timing.advance(2_000)
    answer(0)
    assert.equal(await reply(third), Code.AccessAccept)
    assert.equal(await reply(second), Code.AccessReject)
    assert.equal(await reply(first), Code.AccessReject)
    assert.equal(pushes(), 1)
    assert.equal(counters()?.joinedRetries, 2)
    assert.equal(
      proxy.log.lines.filter((line) => /^info .*a retry joined its login/.test(line)).length,
      2,
    )
  })

  test('gets a push for each packet without retry_timeout', async () => {
    await start({ retries: { timeoutSecs: 0, count: 2, servers: 1 } })
    await sendFirst()
    timing.advance(timeoutMs)
    const second = await send()
    await until(() => pushes() === 2)
    answer(1)
    assert.equal(await reply(second), Code.AccessAccept)
  })

  test('waits for the end of its window when the user approves early', async () => {
    await start()
    await sendFirst()
    timing.advance(timeoutMs)
    const second = await send()
    answer(0)
    await held()
    timing.advance(1_400)
    assert.equal(directory.replied(second, port), undefined)
    timing.advance(100)
    assert.equal(await reply(second), Code.AccessAccept)
  })

  test('is let in by the retry that follows an approval between two packets', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs - 100)
    answer(0)
    await held()
    timing.advance(200)
    const second = await send()
    timing.advance(1_500)
    assert.equal(await reply(second), Code.AccessAccept)
    assert.equal(await reply(first), Code.AccessReject)
  })

  test('is not let in by an approval that nobody waits for', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs + 1_500)
    answer(0)
    assert.equal(await reply(first), Code.AccessReject)
    assert.equal(counters()?.unclaimedApprovals, 1)
    assert(proxy.log.has('approved, but no request of this login was waiting any more'))
  })

  test('is let in by a repeated packet', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs)
    await retransmit(first)
    answer(0)
    assert.equal(await reply(first), Code.AccessAccept)
    assert.equal(pushes(), 1)
  })

  test('hears a denial for each packet', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs)
    const second = await send()
    answer(0, 'deny')
    assert.equal(await reply(second), Code.AccessReject)
    assert.equal(await reply(first), Code.AccessReject)
  })

  test('is let in through a reload between its packets', async () => {
    await start()
    await sendFirst()
    await proxy.proxy.replace(parseConfig(section({ failmode: 'secure' })))
    timing.advance(timeoutMs)
    const second = await send()
    timing.advance(1_500)
    answer(0)
    assert.equal(await reply(second), Code.AccessAccept)
    assert.equal(pushes(), 1)
  })

  test('joins nothing after a reload with another application', async () => {
    await start()
    await sendFirst()
    const other = section({ ikey: 'DIWJ8X6AEYOR5OMC6TQ2' })
    await proxy.proxy.replace(parseConfig(other))
    timing.advance(timeoutMs)
    await send()
    await until(() => pushes() === 2)
  })

  test('is rejected when the proxy stops while its approval waits', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs - 100)
    answer(0)
    await held()
    await proxy.stop()
    assert.notEqual(directory.replied(first, port), Code.AccessAccept)
  })

  test('is let in once by a repeated packet when another packet came to its slot', async () => {
    await start()
    const first = await sendFirst()
    timing.advance(timeoutMs)
    await retransmit(first)
    const other = await send()
    await until(() => pushes() === 2)
    answer(0)
    assert.equal(await reply(first), Code.AccessAccept)
    assert.equal(directory.replied(other, port), undefined)
  })

  describe('beside another login of the user', () => {
    const competed = 'two requests competed for one retry of a login'

    test('is separated if both came for one retry: the push they shared lets in nobody', async () => {
      await start()
      const first = await sendFirst()
      timing.advance(timeoutMs - 500)
      const second = await send()
      timing.advance(500)
      const third = await send()
      await until(() => pushes() === 3)
      answer(0)
      assert.equal(await reply(first), Code.AccessReject)
      assert.equal(directory.replied(second, port), undefined)
      assert.equal(directory.replied(third, port), undefined)
      // the newcomer was asked first
      answer(1)
      answer(2, 'deny')
      const codes = [await reply(second), await reply(third)]
      assert.deepEqual(codes.toSorted(), [Code.AccessAccept, Code.AccessReject])
      assert.equal(counters()?.competingRetries, 1)
      assert.equal(proxy.log.lines.filter((line) => line.includes(competed)).length, 1)
    })

    test('is separated from a new packet by a repeated one', async () => {
      await start()
      const first = await sendFirst()
      timing.advance(timeoutMs)
      const other = await send()
      timing.advance(500)
      await retransmit(first)
      await until(() => pushes() === 3)
      answer(0)
      answer(1, 'deny')
      answer(2, 'deny')
      const codes = [await reply(first), await reply(other)]
      assert.deepEqual(codes, [Code.AccessReject, Code.AccessReject])
      assert(proxy.log.has(competed))
    })

    test('asks for its own push when no retry is due', async () => {
      await start()
      await sendFirst()
      for (const [index, ms] of [1, 10_000, 8_400, 3_200].entries()) {
        timing.advance(ms)
        await send()
        await until(() => pushes() === index + 2)
      }
      assert.equal(counters()?.joinedRetries, 0)
    })

    test('asks for its own push from another address, for another user or with another word', async () => {
      await start()
      await sendFirst()
      timing.advance(timeoutMs)
      const elsewhere = await Appliance.at('127.0.0.2')
      await send('push', elsewhere)
      await send('push1')
      await send('phone')
      await send('push', directory, `CORP\\${username}`)
      await until(() => pushes() === 5)
      elsewhere.close()
      assert.equal(counters()?.joinedRetries, 0)
    })

    test('is warned of when it comes at the turn of another server', async () => {
      await start({ retries: { ...retries, servers: 2 } })
      const first = await sendFirst()
      timing.advance(timeoutMs)
      await send()
      await until(() => pushes() === 2)
      assert(proxy.log.has('a request came when its client should ask another server'))
      answer(0)
      assert.equal(await reply(first), Code.AccessReject)
    })
  })

  test('joins after the turns of the other servers', async () => {
    await start({ retries: { ...retries, servers: 2 } })
    await sendFirst()
    timing.advance(2 * timeoutMs)
    const second = await send()
    timing.advance(1_500)
    answer(0)
    assert.equal(await reply(second), Code.AccessAccept)
    assert.equal(pushes(), 1)
  })

  test('is texted once if the reply to sms was lost', async () => {
    await start()
    const first = await sendFirst('sms')
    assert.equal(await reply(first), Code.AccessReject)
    timing.advance(timeoutMs)
    const second = await send('sms')
    assert.equal(await reply(second), Code.AccessReject)
    assert.equal(pushes(), 1)
    timing.advance(2 * timeoutMs)
    await reply(await send('sms'))
    assert.equal(pushes(), 2)
  })

  test('has each passcode checked', async () => {
    await start()
    await reply(await send('123456'))
    timing.advance(timeoutMs)
    await reply(await send('123456'))
    assert.equal(pushes(), 2)
  })

  test('asks an API that joins sign-ins for each packet', async () => {
    const service = await AuthApiDouble.start()
    service.capabilities = ['joined_sign_ins']
    port = await freePort()
    const { caFile: httpCaCertsFile } = service
    proxy = await ProxyAtWork.startIn(
      { retryTiming: timing },
      sectionKinds,
      section({ apiPort: service.port, httpCaCertsFile }),
    )
    service.auth = () => ({ response: { txid: 'one' } })
    service.authStatus = () => 'hang'
    const first = await send()
    await service.askedTimes('/auth/v2/auth', 1)
    timing.advance(timeoutMs)
    const second = await send()
    await service.askedTimes('/auth/v2/auth_status', 2)
    assert.equal(service.asked('/auth/v2/auth').length, 2)
    assert.equal(counters()?.joinedRetries, 0)
    service.release({ result: 'deny', status: 'deny', status_msg: 'Login request denied.' })
    await Promise.all([reply(first), reply(second)])
    await service.close()
  })
})
