import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Code } from '../../src/radius/index.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import type { PhonePrompt } from '../../src/service/messaging/messaging.ts'
import { Appliance, type EncodedRequest, encodeRequest } from '../rig/appliance.ts'
import { ManualClock } from '../rig/manual_clock.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'
import { until } from '../rig/until.ts'

const timeoutMs = 20_000

/** The proxies sign with the system clock, so the service’s clock begins with it. */
describe('a directory that waits 20 s for each reply', () => {
  let clock: ManualClock
  const pushed: PhonePrompt[] = []
  let service: TestService
  let app: Integration
  let one: ProxyAtWork
  let two: ProxyAtWork
  let directory: Appliance
  let username: string
  let phone: PushPhone
  let began: number

  before(async () => {
    clock = new ManualClock(Date.now())
    const push = { send: async (prompt: PhonePrompt) => void pushed.push(prompt) }
    service = await TestService.start({ clock, delivery: { push } })
    app = await service.addIntegration('radius')
    await service.store.transaction(async (db) => {
      const client = { radiusTimeoutSecs: timeoutMs / 1000, radiusRetries: 1, radiusServers: 2 }
      await new Integrations(service.store).update(app.ikey, { client }, db)
    })
    one = await startProxy()
    two = await startProxy()
    directory = await Appliance.at()
  })
  after(async () => {
    directory.close()
    await Promise.all([one.stop(), two.stop()])
    await service.close()
  })
  beforeEach(async () => {
    username = `user-${randomUUID()}`
    phone = await service.addPushPhone((await service.addUser({ username })).userId)
    pushed.length = 0
    began = clock.now()
  })

  function startProxy(): Promise<ProxyAtWork> {
    const caFile = service.service.caFile ?? ''
    const { ikey, skey } = app
    return ProxyAtWork.start(sectionFor({ port: service.port, caFile }, { ikey, skey }))
  }
  const at = (ms: number) => clock.advance(began + ms - clock.now())
  const shown = async () => (await phone.requests()).map(({ txid }) => String(txid))
  async function begin(proxy: ProxyAtWork): Promise<EncodedRequest> {
    const request = encodeRequest(username, 'push')
    directory.send(request, proxy.findPort())
    await until(async () => (await shown()).length === 1)
    return request
  }
  /** Waits until the service knows that the client has sent a request again. */
  const retried = (send: () => void = () => {}) =>
    until(async () => {
      send()
      const rows = await service.store.db
        .selectFrom('joined_requests')
        .select('slot')
        .where('arrived', '>=', began)
        .execute()
      return rows.some(({ slot }) => slot === 1)
    })
  async function approve(): Promise<void> {
    const [txid = ''] = await shown()
    assert.equal((await phone.answer(txid, 'approve')).status, 200)
    assert.equal(pushed.length, 1)
  }

  test('is let in 35 s after the first transmission of a packet that it has repeated', async () => {
    const request = await begin(one)
    at(timeoutMs)
    // the proxy tells the service at most once per second
    await retried(() => directory.send(request, one.findPort()))
    at(35_000)
    await approve()
    assert.equal(await directory.reply(request, one.findPort()), Code.AccessAccept)
  })

  test('is let in by its retry at the second proxy after the first one has stopped', async () => {
    const stopped = await startProxy()
    await begin(stopped)
    await stopped.stop()
    at(timeoutMs)
    const retry = encodeRequest(username, 'push')
    directory.send(retry, two.findPort())
    await retried()
    at(35_000)
    await approve()
    assert.equal(await directory.reply(retry, two.findPort()), Code.AccessAccept)
  })

  test('is counted in the metrics of the service', async () => {
    const { text } = await service.send({ method: 'GET', path: '/metrics' })
    assert.match(text, /^countersign_joined_requests_total\{request="retransmission"\} [1-9]/m)
    assert.match(text, /^countersign_joined_requests_total\{request="retry"\} [1-9]/m)
    assert.match(text, /^countersign_competing_retries_total 0$/m)
  })
})
