import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type AdminApiPermission,
  adminApiPermissions,
} from '../../../../../src/service/applications/admin_api_permissions.ts'
import { AdminApiClient, declaredEndpoints } from '../../../../rig/admin_api.ts'
import { TestService } from '../../../../rig/service.ts'

describe('Admin API: each permission and each endpoint', () => {
  let service: TestService
  const clients = new Map<AdminApiPermission, AdminApiClient>()

  before(async () => {
    service = await TestService.start({ config: { requestsPerMinute: 0 } })
    for (const permission of adminApiPermissions) {
      clients.set(permission, await AdminApiClient.create(service, [permission]))
    }
  })
  after(() => service.close())

  for (const permission of adminApiPermissions) {
    test(`${permission} alone`, async () => {
      const client = clients.get(permission)
      assert.ok(client)
      const wrong: string[] = []
      for (const { method, path, permissions } of declaredEndpoints(service)) {
        const { body } = await client.call(method, path.replace(/:\w+/g, 'X'), {})
        const isRefused =
          body.code === 40301 && /lacks the permission/.test(String(body.message_detail))
        if (isRefused === permissions.includes(permission)) wrong.push(`${method} ${path}`)
      }
      assert.deepEqual(wrong, [])
    })
  }

  test('an unsigned request reaches no endpoint', async () => {
    for (const { method, path } of declaredEndpoints(service)) {
      const { status, body } = await service.send({ method, path: path.replace(/:\w+/g, 'X') })
      assert.ok(status === 401 || status === 429, `${method} ${path}: ${JSON.stringify(body)}`)
    }
  })
})

describe('Admin API: limits', () => {
  test('answers 42901 with Retry-After above the limit of an application', async () => {
    const service = await TestService.start({ config: { requestsPerMinute: 3 } })
    try {
      const admin = await AdminApiClient.create(service)
      for (let call = 0; call < 3; call++) await admin.ok('GET', '/admin/v1/groups')
      const { status, body, headers } = await admin.call('GET', '/admin/v1/groups', {})
      assert.deepEqual([status, body.code], [429, 42901])
      assert.ok(Number(headers['retry-after']) > 0)
      const other = await AdminApiClient.create(service)
      await other.ok('GET', '/admin/v1/groups')
    } finally {
      await service.close()
    }
  })
})

describe('the OpenAPI document', () => {
  test('is only for administrators who are signed in', async () => {
    const service = await TestService.start()
    try {
      const { status } = await service.send({ method: 'GET', path: '/admin/api/openapi.json' })
      assert.equal(status, 401)
    } finally {
      await service.close()
    }
  })

  test('has every endpoint, and resolves all references', async () => {
    const service = await TestService.start()
    try {
      const { buildOpenApi } = await import('../../../../../src/service/http/api/admin/openapi.ts')
      const endpoints = declaredEndpoints(service)
      const document = JSON.parse(JSON.stringify(buildOpenApi(endpoints, 'https://localhost')))
      const operations = Object.values(document.paths).flatMap((path) =>
        Object.values(Object(path)),
      )
      assert.equal(operations.length, endpoints.length)
      const ids = new Set(operations.map((operation) => Object(operation).operationId))
      assert.equal(ids.size, endpoints.length)
      for (const [, reference = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const found = reference
          .split('/')
          .reduce((part: unknown, key) => Object(part)[key], document)
        assert.ok(found, reference)
      }
    } finally {
      await service.close()
    }
  })
})
