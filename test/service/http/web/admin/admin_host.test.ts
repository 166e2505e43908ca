import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { readServiceConfig } from '../../../../../src/service/config/service_config.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'
import type { Answer, RawRequest } from '../../../../rig/service_client.ts'

const adminHost = 'panel.example.com'

describe('admin_host', () => {
  let service: TestService
  let client: AdminClient
  before(async () => {
    service = await TestService.start({ config: { adminHost } })
    const origin = `https://${adminHost}:${service.port}`
    client = await AdminClient.signedIn({
      port: service.port,
      store: service.store,
      send: (raw: RawRequest) => {
        const { origin: sent, ...headers } = raw.headers ?? {}
        const own = { ...headers, host: `${adminHost}:${service.port}` }
        return service.send({ ...raw, headers: sent === undefined ? own : { ...own, origin } })
      },
    })
  })
  after(() => service.close())

  async function get(host: string, path: string): Promise<Answer> {
    return await service.send({ method: 'GET', path, headers: { host } })
  }

  for (const host of [adminHost, `${adminHost}:8443`, 'PANEL.example.com', `${adminHost}.`]) {
    test(`serves the panel, and nothing else, to a request for ${host}`, async () => {
      assert.equal((await get(host, '/admin')).status, 200)
      assert.equal((await get(host, '/admin/users?filter=locked')).status, 200)
      assert.equal((await get(host, '/admin/api/users')).status, 401)
      const start = await get(host, '/')
      assert.deepEqual([start.status, start.headers.location], [302, '/admin'])
      for (const path of [
        ...['/portal', '/portal/', '/portal/api/session', '/app', '/app/', '/app/api/events'],
        ...['/auth/v2/ping', '/auth/v2/check', '/rest/v1/ping', '/admin/v1/users', '/admin/v2/x'],
        ...['/ca.pem', '/no-such-page', '/%61pp/'],
      ]) {
        assert.equal((await get(host, path)).status, 404, path)
      }
    })
  }

  test('serves everything but the panel at other names', async () => {
    for (const host of ['localhost', `127.0.0.1:${service.port}`, 'example.com', '']) {
      for (const path of ['/', '/portal', '/app/', '/auth/v2/ping', '/ca.pem']) {
        assert.equal((await get(host, path)).status, 200, path)
      }
      for (const path of ['/admin/users', '/admin/api/session', '/%61dmin/users', '/admin/']) {
        assert.equal((await get(host, path)).status, 404, path)
      }
      const { status, headers } = await get(host, '/admin')
      const there = `https://${adminHost}:${service.port}/admin`
      assert.deepEqual([status, headers.location], [302, there])
    }
    const posted = await service.send({ method: 'POST', path: '/admin/api/sign-in', body: '{}' })
    assert.equal(posted.status, 404)
    assert.equal((await service.call({ method: 'GET', path: '/auth/v2/check' })).status, 200)
  })

  test('signs administrators in there, and refuses requests from pages of the portal', async () => {
    assert.equal((await client.get('users')).status, 200)
    const path = '/admin/api/users'
    const headers = {
      host: adminHost,
      origin: `https://localhost:${service.port}`,
      'content-type': 'application/json',
      'x-countersign-admin': '1',
      cookie: client.cookie ?? '',
    }
    const fromPortal = await service.send({ method: 'POST', path, body: '{}', headers })
    assert.equal(fromPortal.status, 403)
  })

  test('binds passkeys to the name, and links lead there', async () => {
    const { body } = await client.post('factors/passkey/options')
    assert.equal((body.rp as { readonly id?: string }).id, adminHost)
    const invited = await client.post('administrators', {
      email: 'grace@example.com',
      name: 'Grace Hopper',
      role: 'Help Desk',
    })
    assert.match(invited.text, new RegExp(`https://${adminHost}:${service.port}/admin/activate#`))
    assert.equal(new URL(service.service.url).hostname, 'localhost')
    assert.equal(new URL(service.service.adminUrl).hostname, adminHost)
  })

  test('presents a certificate for both names', async () => {
    for (const servername of ['localhost', adminHost]) {
      const socket = connect({ host: '127.0.0.1', port: service.port, servername, ca: service.ca })
      await once(socket, 'secureConnect')
      assert.equal(socket.authorized, true)
      socket.destroy()
    }
  })

  for (const [written, line] of [
    ['admin_host=mfa.example.com', 3],
    ['admin_host=192.0.2.1', 3],
    ['admin_host=https://panel.example.com', 3],
    ['admin_host=Public.example.com\npublic_url=https://public.example.com', 3],
  ] as const) {
    test(`refuses ${written.split('\n')[0]}`, () => {
      const text = `[service]\nhost_names=mfa.example.com\n${written}\n`
      const { config, problems } = readServiceConfig(text, '/etc/countersign/countersign.cfg')
      assert.equal(config, undefined)
      assert.deepEqual(
        problems.map((problem) => [problem.severity, problem.line]),
        [['error', line]],
      )
    })
  }
})
