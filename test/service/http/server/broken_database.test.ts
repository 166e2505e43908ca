import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TestService } from '../../../rig/service.ts'

describe('a broken database', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
    await service.addUser({ username: 'alice' })
    await service.store.db.schema.alterTable('user_names').renameTo('elsewhere').execute()
  })
  after(() => service.close())

  test('is HTTP 500 in the envelope, without the error of the database', async () => {
    const parameters = { username: 'alice' }
    const { status, body } = await service.call({ path: '/auth/v2/preauth', parameters })
    assert.equal(status, 500)
    assert.deepEqual(body, { stat: 'FAIL', code: 50000, message: 'Internal server error' })
  })

  test('fails healthz, but not ping', async () => {
    await service.store.db.schema.alterTable('settings').renameTo('nowhere').execute()
    const { status, body } = await service.send({ method: 'GET', path: '/healthz' })
    assert.deepEqual([status, body.database], [503, 'unreachable'])
    assert.equal((await service.send({ method: 'GET', path: '/auth/v2/ping' })).status, 200)
  })
})
