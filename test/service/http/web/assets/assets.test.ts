import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { TestService } from '../../../../rig/service.ts'

describe('the pages of the browser apps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'web-'))
  let service: TestService
  before(async () => {
    for (const name of ['assets', 'push_app', 'portal', 'admin']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'push_app/index.html'), '<!doctype html><title>app</title>')
    writeFileSync(join(folder, 'push_app/manifest.webmanifest'), '{}')
    writeFileSync(join(folder, 'portal/index.html'), '<meta nonce="CSP_NONCE">portal')
    writeFileSync(join(folder, 'admin/index.html'), '<meta nonce="CSP_NONCE">panel')
    writeFileSync(join(folder, 'admin/color_scheme.js'), '2')
    writeFileSync(join(folder, 'assets/app-1a2b3c4d.js'), '1')
    service = await TestService.start({ webFolder: folder })
  })
  after(async () => {
    await service.close()
    rmSync(folder, { recursive: true })
  })
  const get = (path: string) => service.send({ method: 'GET', path })

  test('allow scripts from their own server only, and no framing', async () => {
    const { status, headers } = await get('/app/')
    assert.equal(status, 200)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  })

  test('have a new style nonce in each reply of the portal and the panel', async () => {
    const nonces = await Promise.all(
      ['/portal', '/portal?code=1', '/portal/devices', '/admin', '/admin/users/DU1'].map(
        async (path) => {
          const { text, headers } = await get(path)
          const [, nonce = ''] = /nonce="([^"]+)"/.exec(text) ?? []
          assert.ok(String(headers['content-security-policy']).includes(`'nonce-${nonce}'`))
          return nonce
        },
      ),
    )
    assert.equal(new Set(nonces).size, 5)
  })

  test('are cached forever if the file name has a hash', async () => {
    const { headers } = await get('/assets/app-1a2b3c4d.js')
    assert.match(String(headers['cache-control']), /max-age=31536000, immutable/)
  })

  test('include the push app’s manifest, and redirect /app to /app/', async () => {
    assert.equal((await get('/app')).headers.location, '/app/')
    const { headers } = await get('/app/manifest.webmanifest')
    assert.match(String(headers['content-type']), /^application\/manifest\+json/)
  })

  test('include the script of the panel that applies the colour scheme', async () => {
    const { headers, text } = await get('/admin/color_scheme.js')
    assert.match(String(headers['content-type']), /^text\/javascript/)
    assert.equal(text, '2')
  })

  test('are the only files that are served', async () => {
    for (const path of [
      '/assets/../portal/index.html',
      '/assets/%2e%2e/portal/index.html',
      '/assets/',
      '/app/../../package.json',
      '/app/index.html',
      '/portal/api/nothing',
      '/admin/api/nothing',
      '/admin/v1',
    ]) {
      assert.match(String((await get(path)).status), /^40[04]$/, path)
    }
  })

  test('answer 503 with the build command if they were not built', async () => {
    const unbuilt = await TestService.start({ webFolder: join(folder, 'nothing') })
    const [page, ping] = await Promise.all(
      ['/app/', '/auth/v2/ping'].map((path) => unbuilt.send({ method: 'GET', path })),
    )
    assert.equal(page?.status, 503)
    assert.match(page?.text ?? '', /npm run build:web/)
    assert.equal(ping?.status, 200)
    await unbuilt.close()
  })
})
