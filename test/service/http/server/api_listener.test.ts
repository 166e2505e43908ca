import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { IdleConnections } from '../../../rig/raw_connections.ts'
import { TestService } from '../../../rig/service.ts'
import { ServiceClient } from '../../../rig/service_client.ts'
import { until } from '../../../rig/until.ts'

const check = { method: 'GET', path: '/auth/v2/check' } as const
const connections = { ...defaultConfig('.').connections, total: 40, perAddress: 40 }

describe('a separate listener for the signed API', () => {
  let service: TestService
  let api: ServiceClient

  before(async () => {
    service = await TestService.start({ config: { apiPort: 0, connections } })
    const { ca, integration } = service
    const port = service.service.api?.port ?? 0
    assert.notEqual(port, service.port)
    api = new ServiceClient({ port, ca, integration })
  })
  after(async () => {
    api.close()
    await service.close()
  })

  const statusAt = async (at: 'public' | 'api', path: string) => {
    const raw = { method: 'GET', path }
    return (await (at === 'api' ? api.send(raw) : service.send(raw))).status
  }

  test('serves the signed API, and the public port does not', async () => {
    assert.equal((await api.call(check)).status, 200)
    const atPublicPort = await service.call(check)
    assert.deepEqual([atPublicPort.status, atPublicPort.body.code], [404, 40401])
    assert.equal((await api.call({ method: 'GET', path: '/rest/v1/check' })).status, 200)
    assert.equal(await statusAt('public', '/rest/v1/ping'), 404)
  })

  test('serves no pages, but /healthz', async () => {
    assert.deepEqual([await statusAt('public', '/'), await statusAt('api', '/')], [200, 404])
    assert.equal(await statusAt('api', '/portal/api/session'), 404)
    assert.equal(await statusAt('api', '/healthz'), 200)
    assert.equal(await statusAt('public', '/healthz'), 200)
  })

  test('keeps its connections during a flood of the public port', async () => {
    const idle = new IdleConnections()
    await idle.open(service.port, 400)
    await until(() => idle.closed >= 400 - connections.total)
    const { ca, integration } = service
    for (let index = 0; index < 5; index++) {
      const port = service.service.api?.port ?? 0
      const fresh = new ServiceClient({ port, ca, integration })
      assert.equal((await fresh.call(check)).status, 200)
      fresh.close()
    }
    idle.close()
  })
})
