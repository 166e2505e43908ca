import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { Code } from '../../src/radius/index.ts'
import type { PhonePrompt } from '../../src/service/messaging/messaging.ts'
import { Appliance, encodeRequest } from '../rig/appliance.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'
import { onBothDatabases } from '../rig/store.ts'
import { until } from '../rig/until.ts'

onBothDatabases('a directory that retransmits a request to two proxies', (rig) => {
  const pushed: PhonePrompt[] = []
  const delivery = { push: { send: async (prompt: PhonePrompt) => void pushed.push(prompt) } }
  let nodes: TestService[]
  let startProxy: (service: TestService) => Promise<ProxyAtWork>
  let one: ProxyAtWork
  let two: ProxyAtWork
  let directory: Appliance
  let username: string
  let userId: string
  let phone: PushPhone

  before(async () => {
    const { folder, databaseUrl } = rig()
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const start = () => TestService.start({ folder, delivery, ...database })
    const first = await start()
    nodes = databaseUrl === undefined ? [first] : [first, await start()]
    const { ikey, skey } = await first.addIntegration('radius')
    startProxy = (service) => {
      const caFile = service.service.caFile ?? ''
      return ProxyAtWork.start(sectionFor({ port: service.port, caFile }, { ikey, skey }))
    }
    one = await startProxy(first)
    two = await startProxy(nodes.at(-1) ?? first)
    directory = await Appliance.at()
  })
  after(async () => {
    directory.close()
    await Promise.all([one.stop(), two.stop()])
    await Promise.all(nodes.map((node) => node.close()))
  })
  beforeEach(async () => {
    const [service] = nodes
    assert(service !== undefined)
    username = `user-${randomUUID()}`
    userId = (await service.addUser({ username })).userId
    phone = await service.addPushPhone(userId)
    pushed.length = 0
  })

  const shown = async () => (await phone.requests()).map(({ txid }) => String(txid))
  /** Waits until a proxy has asked the service. */
  const asked = (proxy: ProxyAtWork) =>
    until(() => proxy.log.lines.some((line) => line.includes(username)))

  test('sends one push, and both proxies accept', async () => {
    const request = encodeRequest(username, 'push')
    directory.send(request, one.findPort())
    directory.send(request, two.findPort())
    await Promise.all([asked(one), asked(two)])
    await until(async () => (await shown()).length > 0)
    directory.send(request, one.findPort())
    const [txid = '', ...others] = await shown()
    assert.deepEqual(others, [])
    await phone.answer(txid, 'approve')
    assert.equal(await directory.reply(request, one.findPort()), Code.AccessAccept)
    assert.equal(await directory.reply(request, two.findPort()), Code.AccessAccept)
    assert.equal(pushed.length, 1)
  })

  test('gets the same answer from a proxy that was restarted', async () => {
    const request = encodeRequest(username, 'push')
    directory.send(request, one.findPort())
    await until(async () => (await shown()).length > 0)
    const [service] = nodes
    assert(service !== undefined)
    const restarted = await startProxy(service)
    directory.send(request, restarted.findPort())
    await asked(restarted)
    const [txid = ''] = await shown()
    await phone.answer(txid, 'approve')
    assert.equal(await directory.reply(request, restarted.findPort()), Code.AccessAccept)
    assert.equal(pushed.length, 1)
    await restarted.stop()
  })

  test('uses a passcode once, and is let in by both', async () => {
    const [code = ''] = (await nodes[0]?.addBypassCodes(userId, 1)) ?? []
    const request = encodeRequest(username, code)
    directory.send(request, one.findPort())
    directory.send(request, two.findPort())
    assert.equal(await directory.reply(request, one.findPort()), Code.AccessAccept)
    assert.equal(await directory.reply(request, two.findPort()), Code.AccessAccept)
    const replayed = encodeRequest(username, code)
    directory.send(replayed, two.findPort())
    assert.equal(await directory.reply(replayed, two.findPort()), Code.AccessReject)
  })
})
