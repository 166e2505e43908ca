import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { StaticUsers } from '../../../src/workspaces/primary/static_users.ts'
import { Workspaces } from '../../../src/workspaces/workspaces.ts'
import { until } from '../../rig/until.ts'

const domain = 'corp.example.com'
const password = 'correct horse'

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

describe('the web server of the simulated directory', () => {
  let workspaces: Workspaces
  before(async () => {
    const user = { username: 'alice', state: 'active', password: { clear: new Secret(password) } }
    workspaces = await Workspaces.start({
      identity: {
        directoryId: 'd-0123456789',
        name: domain,
        shortName: 'CORP',
        type: 'ADConnector',
        launchTime: 0,
      },
      controllers: [
        { address: '127.0.0.11', addressIpv6: '::1' },
        { address: '127.0.0.12', addressIpv6: '::1' },
      ],
      primary: new StaticUsers([{ ...user, state: 'active' }], domain),
      links: [{ name: 'Push app', url: 'https://localhost:8443/app/' }],
      port: 0,
    })
  })
  after(async () => await workspaces.close())

  async function open(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
    const { port } = workspaces
    const all = { host: `localhost:${port}`, ...headers }
    const sent = request({ host: '127.0.0.1', port, path, method, headers: all, agent: false })
    sent.end(body)
    const [response]: IncomingMessage[] = await once(sent, 'response')
    assert(response !== undefined)
    return response.setEncoding('utf8')
  }

  async function send(path: string, options: Sent = {}) {
    const response = await open(path, options)
    const text = (await response.toArray()).join('')
    return { status: response.statusCode, headers: response.headers, text }
  }

  const json = { 'content-type': 'application/json' }
  const login = (credentials: object, headers: Readonly<Record<string, string>> = {}) =>
    send('/sim/login', {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(credentials),
    })
  const good = { username: 'alice', password, mfaCode: '' }

  test('describes the directory, with the links for whoever tries it', async () => {
    const { status, text, headers } = await send('/sim/directory')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.partialDeepStrictEqual(JSON.parse(text), {
      directoryId: 'd-0123456789',
      controllers: [{ name: 'controller-1', address: '127.0.0.11' }, { name: 'controller-2' }],
      links: [{ name: 'Push app' }],
    })
  })

  test('answers as localhost, 127.0.0.1 and [::1] with its port, and as nothing else', async () => {
    const { port } = workspaces
    const statusAs = async (host: string) =>
      (await send('/sim/directory', { headers: { host } })).status
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.equal(await statusAs(host), 200, host)
    }
    for (const host of ['localhost', `localhost:${port + 1}`, `attacker.example:${port}`]) {
      assert.equal(await statusAs(host), 421, host)
    }
  })

  test('refuses what another web page sends, also to the API of AWS', async () => {
    const origin = 'http://attacker.example'
    const requests = [
      ['/sim/login', { method: 'POST', headers: { ...json, origin }, body: JSON.stringify(good) }],
      ['/sim/knobs', { method: 'PUT', headers: { ...json, origin }, body: '{}' }],
      ['/', { method: 'POST', headers: { origin }, body: '{}' }],
      ['/', { method: 'POST', headers: { origin: 'null' }, body: '{}' }],
      ['/sim/events', { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['/sim/trace.ndjson', { headers: { 'sec-fetch-site': 'same-site' } }],
    ] as const
    for (const [path, options] of requests) {
      const { status, text } = await send(path, options)
      assert.deepEqual([path, status, JSON.parse(text).code], [path, 403, 'cross_site'])
    }
    assert.deepEqual(workspaces.directory.trace.events(), [])
  })

  test('lets a link on another page open the sign-in page, which loads nothing from elsewhere', async () => {
    const { status, headers, text } = await send('/', {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    assert.equal(status, 200)
    const policy = String(headers['content-security-policy'])
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self' 'nonce-/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert(text.includes(`nonce="${nonce}"`))
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(text)?.[1] ?? ''
    assert.equal((await send(script)).status, 200)
    assert.equal((await send('/color_scheme.js')).status, 200)
    assert.equal((await send('/assets/../index.html')).status, 403)
  })

  test("signs in, and denies with AWS's one text", async () => {
    const accepted = await login(good, { origin: `http://localhost:${workspaces.port}` })
    assert.partialDeepStrictEqual(JSON.parse(accepted.text), { result: 'accepted' })
    const denied = await login({ ...good, password: 'wrong' })
    assert.partialDeepStrictEqual(JSON.parse(denied.text), {
      result: 'denied',
      message:
        'Authentication Failed: Please check your username and password to make sure you typed them correctly',
    })
  })

  test('refuses a sign-in without a name, and one that is too long', async () => {
    assert.equal((await login({ password })).status, 400)
    assert.equal((await login({ ...good, password: 'x'.repeat(100_000) })).status, 413)
    const plain = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }
    assert.equal((await send('/sim/login', plain)).status, 415)
  })

  test('streams earlier events and each new one, and continues after the last one seen', async () => {
    const stream = await open('/sim/events')
    assert.match(String(stream.headers['content-type']), /^text\/event-stream/)
    let text = ''
    stream.on('data', (chunk) => {
      text += chunk
    })
    await until(() => text.includes('"name":"denied"'))
    const { text: answer } = await login(good)
    const { loginId } = JSON.parse(answer)
    await until(() => text.includes(`"loginId":"${loginId}"`) && text.includes('WorkSpaces Access'))
    stream.destroy()
    assert(!text.includes(password))
    const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '')
    const [seen = '', next] = ids.slice(-2)
    const again = await open('/sim/events', { headers: { 'last-event-id': seen } })
    let rest = ''
    again.on('data', (chunk) => {
      rest += chunk
    })
    await until(() => rest.includes('id: '))
    assert.equal(/^id: (.*)$/m.exec(rest)?.[1], next)
    again.destroy()
  })

  test('changes knobs that are given, and names every problem', async () => {
    const put = (body: string) => send('/sim/knobs', { method: 'PUT', headers: json, body })
    const changed = JSON.parse((await put('{"faults":{"lossPct":40}}')).text)
    assert.equal(changed.faults.lossPct, 40)
    assert.equal(changed.order, 'ad-first')
    const refused = await put('{"ordre":"ad-first","deadlineMs":-1}')
    assert.equal(refused.status, 400)
    assert.match(JSON.parse(refused.text).message, /ordre[\s\S]*deadlineMs/)
    const table: unknown = JSON.parse((await send('/sim/knob-table')).text)
    assert(Array.isArray(table))
    assert.partialDeepStrictEqual(
      table.find(({ name }) => name === 'order'),
      { evidence: 'unknown', choices: ['ad-first', 'radius-first'] },
    )
    await put('{"faults":{"lossPct":0}}')
  })

  test('offers the trace as pcap and as NDJSON', async () => {
    const pcap = await send('/sim/trace.pcap')
    assert.match(String(pcap.headers['content-disposition']), /trace\.pcap/)
    assert.equal(pcap.status, 200)
    const { text } = await send('/sim/trace.ndjson')
    assert.equal(JSON.parse(text.split('\n')[0] ?? '').user, 'alice')
  })
})
