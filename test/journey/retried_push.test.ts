import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Type } from '../../src/radius/index.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'
import { until } from '../rig/until.ts'

describe('a RADIUS client that retries a push with new packets', () => {
  let service: TestService
  let proxy: ProxyAtWork
  let phone: PushPhone

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    phone = await service.addPushPhone(userId)
    const { ikey, skey } = await service.addIntegration('radius')
    const caFile = service.service.caFile ?? ''
    proxy = await ProxyAtWork.start(sectionFor({ port: service.port, caFile }, { ikey, skey }))
  })
  after(async () => {
    await proxy.stop()
    await service.close()
  })

  const from = [{ type: Type.CallingStationId, value: Buffer.from('192.0.2.7') }]
  /** Each try has an identifier, a port and an authenticator of its own. */
  const push = () => proxy.signIn('alice', 'push', { attributes: from, timeoutMs: 20_000 })
  const shown = async (count: number) => {
    await until(async () => (await phone.requests()).length === count)
    return (await phone.requests()).map(({ txid }) => String(txid))
  }

  test('still gets a push after two unanswered sign-ins of three tries each', async () => {
    for (let signIns = 0; signIns < 2; signIns++) {
      const tries = []
      for (let count = 1; count <= 3; count++) {
        tries.push(push())
        await shown(count)
      }
      for (const txid of await shown(3)) await phone.answer(txid, 'deny')
      for (const reply of await Promise.all(tries)) assert.equal(reply?.accepted, false)
    }
    const third = push()
    const [txid = ''] = await shown(1)
    await phone.answer(txid, 'approve')
    assert.equal((await third)?.accepted, true)
  })
})
