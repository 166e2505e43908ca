import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ConfigStore } from '../../src/manager/config_store.ts'
import { ManagerServer } from '../../src/manager/manager_server.ts'
import type { ProxyServicePort } from '../../src/manager/proxy_service_port.ts'
import { ManagerClient } from '../rig/manager_client.ts'
import { ManualClock } from '../rig/manual_clock.ts'

const minuteMs = 60_000
const folder = mkdtempSync(join(tmpdir(), 'manager-security-'))
const file = join(folder, 'authproxy.cfg')
const notes: string[] = []
const clock = new ManualClock()
const stoppedProxy: ProxyServicePort = {
  state: async () => ({ state: 'stopped' }),
  act: async () => ({ kind: 'done', ok: false, lines: [] }),
  logFile: () => join(folder, 'log/authproxy.log'),
}
let manager: ManagerServer

before(async () => {
  writeFileSync(file, '[main]\n; skey=confidential\n')
  writeFileSync(join(folder, 'index.html'), '<meta nonce="CSP_NONCE">')
  manager = await ManagerServer.start({
    store: new ConfigStore(file, clock),
    proxy: stoppedProxy,
    pageFolder: folder,
    port: 0,
    maxIdleMs: 30 * minuteMs,
    clock,
    note: (text) => notes.push(text),
  })
})

after(async () => {
  await manager.stop()
  rmSync(folder, { recursive: true })
})

async function opened(): Promise<ManagerClient> {
  const client = new ManagerClient(manager.host)
  assert.equal((await client.open(manager.createLink())).status, 200)
  return client
}

const codeOf = (answer: { json: Readonly<Record<string, unknown>> }): unknown =>
  Reflect.get(Object(answer.json.problem), 'code')

describe('the one-time link', () => {
  test('has a token of 256 bits in the fragment', () => {
    const link = new URL(manager.createLink())
    assert.match(link.hash, /^#link=[\w-]{43}$/)
    assert.equal(link.pathname + link.search, '/')
    assert.notEqual(manager.createLink(), manager.createLink())
  })

  test('opens the Manager once; the second use says what to do', async () => {
    const link = manager.createLink()
    const client = new ManagerClient(manager.host)
    const answer = await client.open(link)
    assert.match(
      answer.headers['set-cookie']?.[0] ?? '',
      /^authproxy_manager_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    assert.equal((await client.get('/api/file')).status, 200)

    const second = await new ManagerClient(manager.host).open(link)
    assert.equal(second.status, 403)
    assert.match(second.text, /already been used.*Press Enter in the terminal/)
    assert.equal((await client.get('/api/file')).status, 200)
  })

  test('is valid for ten minutes, and only until a newer one is created', async () => {
    const old = manager.createLink()
    clock.advance(11 * minuteMs)
    assert.match((await new ManagerClient(manager.host).open(old)).text, /older than 10 minutes/)
    const replaced = manager.createLink()
    manager.createLink()
    assert.equal((await new ManagerClient(manager.host).open(replaced)).status, 403)
  })

  test('never appears in what the command prints', async () => {
    const link = manager.createLink()
    await new ManagerClient(manager.host).open(link)
    await new ManagerClient(manager.host).open(link)
    assert(notes.length > 0)
    assert(!notes.some((note) => note.includes(new URL(link).hash.slice(6))))
  })
})

describe('another user of this machine', () => {
  const paths = ['/api/file', '/api/model', '/api/live', '/api/log', '/api/nothing']

  test('gets the same answer for everything, whether it exists or not', async () => {
    const stranger = new ManagerClient(manager.host)
    const answers = await Promise.all(paths.map((path) => stranger.get(path)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    assert.equal((await stranger.post('/api/file', { text: '', base: null })).status, 401)
  })

  test('can do nothing with the cookie alone, which browsers send to all ports', async () => {
    const client = await opened()
    const thief = new ManagerClient(manager.host)
    thief.cookie = client.cookie
    assert.equal((await thief.get('/api/file')).status, 401)
    thief.cookie = ''
    thief.proof = client.proof
    assert.equal((await thief.get('/api/file')).status, 401)
  })

  test('finds nothing about the machine in the page, and no way out of its folder', async () => {
    const stranger = new ManagerClient(manager.host)
    const page = await stranger.get('/')
    assert.equal(page.status, 200)
    assert(!page.text.includes(folder))
    for (const path of ['/authproxy.cfg', '/assets/..%2fauthproxy.cfg']) {
      assert.equal((await stranger.get(path)).status, 404)
    }
    assert.equal((await stranger.get('/../authproxy.cfg')).status, 400)
  })
})

describe('another web site', () => {
  test('is refused under any other name of this machine, as after DNS rebinding', async () => {
    const client = await opened()
    const port = String(manager.port)
    for (const host of [
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `[::1]:${port}`,
    ]) {
      for (const path of ['/', '/api/file']) {
        assert.equal((await client.get(path, { host })).status, 421, `${host}${path}`)
      }
    }
  })

  test('can neither change anything nor read a stream', async () => {
    const client = await opened()
    const save = { text: '[main]\n', base: null }
    const refused = [
      await client.post('/api/file', save, { origin: 'https://evil.example' }),
      await client.post('/api/file', save, { origin: 'null' }),
      await client.post('/api/file', save, { origin: `http://127.0.0.1:1` }),
      await client.post('/api/file', save, { 'sec-fetch-site': 'cross-site' }),
      await client.post('/api/file', save, { 'sec-fetch-site': 'same-site' }),
      await client.get('/api/live', { 'sec-fetch-site': 'cross-site' }),
    ]
    assert.deepEqual(new Set(refused.map(codeOf)), new Set(['cross_site']))
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await client.post('/api/file', save, form)).status, 415)
    assert.equal((await client.post('/', save)).status, 405)
  })

  test('is refused under every other spelling of a path', async () => {
    const client = await opened()
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const prefixes = ['//x', '/x/..', '/.', '/%2e', '/%2E%2e', '/\\x', `http://${manager.host}`]
    for (const prefix of prefixes) {
      const path = `${prefix}/api/file`
      assert.equal((await client.get(path, foreign)).status, 400, path)
      assert.equal((await client.get(path)).status, 400, path)
    }
    assert.equal((await client.get('/api/file?x=/../y')).status, 200)
  })

  test('can neither frame the page nor run a script in it', async () => {
    const { headers } = await new ManagerClient(manager.host).get('/')
    const policy = headers['content-security-policy']
    assert.match(String(policy), /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-/)
    assert.match(String(policy), /frame-ancestors 'none'/)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })
})

describe('the session', () => {
  test('is the only one: a new link ends it', async () => {
    const first = await opened()
    const events = first.stream('/api/live')
    await events.next()
    await opened()
    let last: unknown
    for await (const event of events) last = event
    assert.deepEqual(last, { kind: 'ended', reason: 'replaced' })
    assert.equal((await first.get('/api/file')).status, 401)
  })

  test('ends after 30 minutes without use', async () => {
    const client = await opened()
    clock.advance(29 * minuteMs)
    assert.equal((await client.get('/api/file')).status, 200)
    clock.advance(31 * minuteMs)
    assert.equal((await client.get('/api/file')).status, 401)
  })

  test('ends when the page is closed by its button', async () => {
    const client = await opened()
    assert.equal((await client.post('/api/close', {})).status, 200)
    assert.equal((await client.get('/api/file')).status, 401)
  })

  test('its answers are never cached', async () => {
    const client = await opened()
    assert.equal((await client.get('/api/file')).headers['cache-control'], 'no-store')
  })
})
