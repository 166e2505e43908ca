import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { outboxProviders } from '../../../../rig/outbox_providers.ts'
import { parseResponse, TestService } from '../../../../rig/service.ts'
import { untilFound } from '../../../../rig/until.ts'

describe('the outbox of the panel', () => {
  let service: TestService
  let owner: AdminClient
  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.store.transaction((db) =>
      new Phones().add(userId, { number: '+12025550143' }, Date.now(), db),
    )
    owner = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  test('is for owners, because it shows the links of everyone', async () => {
    const other = await AdminClient.signedIn(service, { role: 'Administrator' })
    for (const answer of [
      await other.get('outbox'),
      await other.post('outbox/abcdef/answer', { key: '1' }),
    ]) {
      assert.equal(answer.status, 403)
      assert.partialDeepStrictEqual(answer.body, {
        error: { code: 'denied', permit: 'outbox.use' },
      })
    }
  })

  test('answers a ringing call once', async () => {
    const { txid } = parseResponse(
      await service.call({
        path: '/auth/v2/auth',
        parameters: { username: 'alice', factor: 'phone', device: 'auto', async: '1' },
      }),
    )
    const id = await findRingingCall()
    for (const body of [{}, { key: '12' }, { key: 1 }, { key: 'A' }]) {
      const { status } = await owner.post(`outbox/${id}/answer`, body)
      assert.equal(status, 400, JSON.stringify(body))
    }
    assert.equal((await owner.post(`outbox/${id}/answer`, { key: '1' })).status, 200)
    const parameters = { txid: String(txid) }
    const ended = await untilFound(async () => {
      const path = '/auth/v2/auth_status'
      const { result } = parseResponse(await service.call({ method: 'GET', path, parameters }))
      return result === 'waiting' ? undefined : result
    })
    assert.equal(ended, 'allow')
    assert.equal((await owner.post(`outbox/${id}/answer`, { key: '9' })).status, 409)
    assert.equal((await owner.post('outbox/zzzzzz/answer', { key: '1' })).status, 404)
    assert.equal((await owner.post('outbox/..%2Fkey/answer', { key: '1' })).status, 404)
  })

  async function findRingingCall(): Promise<string> {
    return await untilFound(async () => {
      const { body } = await owner.get('outbox')
      assert(Array.isArray(body.items))
      const [entry] = body.items
      return entry?.outcome?.result === 'waiting' ? String(entry.id) : undefined
    })
  }

  test('does not exist on a service with real providers', async () => {
    const real = await TestService.start()
    try {
      const client = await AdminClient.signedIn(real)
      assert.equal((await client.get('outbox')).status, 404)
    } finally {
      await real.close()
    }
  })
})
