import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { TestService } from '../../../rig/service.ts'

describe('request limits', () => {
  const check = { method: 'GET', path: '/auth/v2/check' } as const
  let service: TestService

  before(async () => {
    const config = { ...defaultConfig('.'), requestsPerMinute: 5, refusedPerMinute: 8 }
    service = await TestService.start({ config })
  })
  after(() => service.close())

  test('counts forged requests against the address, not the application', async () => {
    for (let index = 0; index < 8; index++) {
      const { status } = await service.call({ ...check, signature: 'a'.repeat(128) })
      assert.equal(status, 401)
    }
    const refused = await service.call({ ...check, signature: 'a'.repeat(128) })
    assert.deepEqual([refused.status, refused.body.code], [429, 42901])
    assert.equal((await service.call(check)).status, 200)
  })

  test('answers 429 with Retry-After beyond the limit of an application', async () => {
    for (let index = 0; index < 4; index++) await service.call(check)
    const { status, body, headers } = await service.call(check)
    assert.deepEqual([status, body.code], [429, 42901])
    assert.match(String(headers['retry-after']), /^\d{1,2}$/)
    const integration = await service.addIntegration('authapi')
    assert.equal((await service.call({ ...check, integration })).status, 200)
  })
})
