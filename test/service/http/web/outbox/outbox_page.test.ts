import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { outboxKey } from '../../../../../src/service/messaging/outbox/outbox_key.ts'
import { outboxProviders } from '../../../../rig/outbox_providers.ts'
import { parseResponse, TestService } from '../../../../rig/service.ts'
import { untilFound } from '../../../../rig/until.ts'

describe('the outbox page', () => {
  let service: TestService
  let key: string
  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    key = outboxKey(service.folder).reveal()
    const { userId } = await service.addUser({ username: 'alice' })
    await service.store.transaction((db) =>
      new Phones().add(userId, { number: '+12025550143' }, Date.now(), db),
    )
  })
  after(() => service.close())

  const entries = (authorization: string) =>
    service.send({ method: 'GET', path: '/outbox/api/entries', headers: { authorization } })
  const answer = (id: string, body: string, authorization = `Bearer ${key}`) =>
    service.send({
      method: 'POST',
      path: `/outbox/api/calls/${id}/answer`,
      body,
      headers: { authorization },
    })

  test('has a stable key of 256 bits that only the owner of the data folder can read', () => {
    assert.match(key, /^[\w-]{43}$/)
    assert.equal(outboxKey(service.folder).reveal(), key)
    assert.equal(statSync(join(service.folder, 'outbox', 'key')).mode & 0o777, 0o600)
  })

  test('answers 401 without the key', async () => {
    const forged = ['', 'Bearer', 'Bearer x', `Basic ${key}`, `Bearer ${key}x`, `Bearer ${key} x`]
    for (const authorization of forged) {
      assert.equal((await entries(authorization)).status, 401, authorization)
      assert.equal((await answer('abcdef', '{"key":"1"}', authorization)).status, 401)
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
    for (const body of ['', '{}', '{"key":"12"}', '{"key":1}', '{"key":"A"}', '[]']) {
      assert.equal((await answer(id, body)).status, 400, body)
    }
    assert.equal((await answer(id, '{"key":"1"}')).status, 200)
    const parameters = { txid: String(txid) }
    const status = () => service.call({ method: 'GET', path: '/auth/v2/auth_status', parameters })
    const ended = await untilFound(async () => {
      const { result } = parseResponse(await status())
      return result === 'waiting' ? undefined : result
    })
    assert.equal(ended, 'allow')
    assert.equal((await answer(id, '{"key":"9"}')).status, 409)
    assert.equal((await answer('zzzzzz', '{"key":"1"}')).status, 404)
    assert.equal((await answer('..%2Fkey', '{"key":"1"}')).status, 404)
  })

  async function findRingingCall(): Promise<string> {
    return await untilFound(async () => {
      const { body } = await entries(`Bearer ${key}`)
      assert(Array.isArray(body.entries))
      const [entry] = body.entries
      return entry?.outcome?.result === 'waiting' ? String(entry.id) : undefined
    })
  }

  test('does not exist on a service with real providers', async () => {
    const real = await TestService.start()
    try {
      const headers = { authorization: `Bearer ${outboxKey(real.folder).reveal()}` }
      const reply = await real.send({ method: 'GET', path: '/outbox/api/entries', headers })
      assert.equal(reply.status, 404)
    } finally {
      await real.close()
    }
  })
})
