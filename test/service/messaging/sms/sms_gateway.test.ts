import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { readServiceConfig } from '../../../../src/service/config/service_config.ts'
import { SmsGateway } from '../../../../src/service/messaging/sms/sms_gateway.ts'
import { toDeliveryError } from '../../../rig/delivery_error.ts'
import { freePort } from '../../../rig/running.ts'
import { type ProviderReply, type Received, TlsProvider } from '../../../rig/tls_provider.ts'

const to = '+15551234567'
/** Characters with a meaning in a query, a form, JSON or a template. */
const awkward = `"A" & B+C = 100% ü€😀 <b>'x'</b> \\n {to}{from} #?/;:\n\t\u2028end`
const password = 'hunter2'

interface Message {
  readonly to: string | null
  readonly text: string | null
  readonly from: string | null
}

/** A gateway that accepts three formats, each parsed by the platform's parser. */
class Gateway {
  readonly provider: TlsProvider
  readonly messages: Message[] = []
  /** Replaces the default response. */
  next: ProviderReply[] = []
  silent = false

  private constructor(provider: TlsProvider) {
    this.provider = provider
  }

  static async start(): Promise<Gateway> {
    const box: { gateway?: Gateway } = {}
    const provider = await TlsProvider.start((received) => box.gateway?.answer(received))
    box.gateway = new Gateway(provider)
    return box.gateway
  }

  answer({ method, path, headers, body }: Received): ProviderReply {
    if (this.silent) return undefined
    const given = this.next.shift()
    if (given !== undefined) return given
    const { pathname, searchParams } = new URL(path, 'https://gateway.example')
    const type = headers['content-type'] ?? ''
    if (pathname === '/query' && method === 'GET') {
      if (searchParams.get('password') !== password) return refused
      return this.#taken(searchParams)
    }
    if (headers.authorization !== `Bearer ${password}`) return refused
    if (pathname === '/form' && type === 'application/x-www-form-urlencoded') {
      return this.#taken(new URLSearchParams(body))
    }
    if (pathname === '/json' && type.startsWith('application/json')) {
      return this.#taken(new Map(Object.entries<string>(JSON.parse(body))))
    }
    return { status: 415, body: '{"error":"what is this?"}' }
  }

  #taken(fields: { get(name: string): string | null | undefined }): ProviderReply {
    const [number = null, text = null, from = null] = ['to', 'text', 'from'].map((name) =>
      fields.get(name),
    )
    this.messages.push({ to: number, text, from })
    return { status: 202, body: `0: Accepted for ${number}, ü` }
  }
}

const refused = { status: 401, body: `{"error":"unknown key"}` }

describe('the client of an HTTP gateway', () => {
  let gateway: Gateway
  before(async () => {
    gateway = await Gateway.start()
  })
  after(() => gateway.provider.close())
  beforeEach(() => {
    gateway.messages.length = 0
    gateway.provider.received.length = 0
  })

  const client = (section: string, limitMs = 5_000) => {
    const { url, caFile } = gateway.provider
    const text = `[sms]\nprovider=http\n[http_gateway]\nca_file=${caFile}\n${section.replaceAll('$URL', url)}\n`
    const { config, problems } = readServiceConfig(text, '/etc/countersign.cfg')
    assert.deepEqual(problems, [])
    assert(config?.sms.provider.kind === 'http')
    return new SmsGateway(config.sms.provider.gateway, limitMs)
  }
  const query = `method=GET\nurl=$URL/query?password=${password}&to={to}&text={text}`
  const bearer = `headers=Authorization: Bearer ${password}`
  const toError = (work: Promise<unknown>) =>
    toDeliveryError(work, [password, gateway.provider.url])

  for (const [what, section] of [
    ['a query', `${query}&from={from}`],
    ['a form', `url=$URL/form\n${bearer}\nbody=from={from}&text={text}&to={to}`],
    [
      'JSON',
      `url=$URL/json\nmethod=PUT\n${bearer}\ncontent_type=json\nbody={"to":"{to}","text":"{text}","from":"{from}"}`,
    ],
    [
      'JSON with a content type of its own',
      `url=$URL/json\n${bearer}\n  Content-Type: application/json; charset=utf-8\ncontent_type=json\nbody={"to":"{to}","text":"{text}","from":"{from}"}`,
    ],
  ] as const) {
    test(`${what} sends every character literally`, async () => {
      const from = `Mü&ller"+{text}`
      assert.equal(await client(`${section}\nfrom=${from}`).sendSms(to, awkward), 'status 202')
      assert.deepEqual(gateway.messages, [{ to, text: awkward, from }])
      assert.equal(gateway.provider.received.length, 1)
    })
  }

  test('replaces half of a surrogate pair', async () => {
    await client(query).sendSms(to, 'a\ud83d')
    assert.equal(gateway.messages[0]?.text, 'a\ufffd')
  })

  test('can send the number without its plus sign', async () => {
    await client(`${query}\nplus=false`).sendSms(to, 'x')
    assert.equal(gateway.messages[0]?.to, '15551234567')
  })

  test('reports a wrong password', async () => {
    const error = await toError(client(query.replace(password, 'guessed')).sendSms(to, 'x'))
    assert.equal(error.code, 'DELIVERY_REFUSED')
    assert.match(error.message, /status 401.*name, password or key/)
  })

  for (const [status, code] of [
    [400, 'DELIVERY_REFUSED'],
    [404, 'DELIVERY_REFUSED'],
    [500, 'DELIVERY_UNANSWERED'],
    [502, 'DELIVERY_UNANSWERED'],
    [503, 'DELIVERY_UNREACHABLE'],
    [504, 'DELIVERY_UNANSWERED'],
  ] as const) {
    test(`reports status ${status} without a retry`, async () => {
      gateway.next = [{ status, body: `your text was ${awkward}` }]
      const error = await toError(client(query).sendSms(to, awkward))
      assert.equal(error.code, code)
      assert(error.message.includes(`(status ${status})`))
      assert(!error.message.includes('100%'))
      assert.equal(gateway.provider.received.length, 1)
    })
  }

  test('retries once after status 429', async () => {
    gateway.next = [{ status: 429, body: '' }]
    await client(query).sendSms(to, 'x')
    gateway.next = [
      { status: 429, body: '' },
      { status: 429, body: '' },
    ]
    assert.equal((await toError(client(query).sendSms(to, 'x'))).code, 'DELIVERY_UNREACHABLE')
    assert.deepEqual([gateway.next, gateway.messages.length], [[], 1])
  })

  test('does not follow redirects, which would send password and text elsewhere', async () => {
    const elsewhere = await TlsProvider.start(() => ({ status: 200, body: 'thanks' }))
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${elsewhere.url}/steal`
      gateway.next = [{ status, body: '', headers: { location } }]
      const error = await toError(client(query).sendSms(to, 'x'))
      assert.equal(error.code, 'DELIVERY_REFUSED')
      assert.match(error.message, /redirects/)
      assert(!error.message.includes(location))
    }
    assert.deepEqual(elsewhere.received, [])
    await elsewhere.close()
  })

  test('decides by success_pattern if it is set', async () => {
    await client(`${query}\nsuccess_pattern=^0: Accepted.*ü$`).sendSms(to, 'x')
    gateway.next = [{ status: 200, body: `{"status":"error","text":"${password}"}` }]
    const error = await toError(client(`${query}\nsuccess_pattern=^0:`).sendSms(to, 'x'))
    assert.equal(error.code, 'DELIVERY_REFUSED')
    // an answer without end is read as far as is needed
    gateway.next = [{ status: 200, body: `0: ${'x'.repeat(5_000_000)}` }]
    await client(`${query}\nsuccess_pattern=^0:`).sendSms(to, 'x')
  })

  test('does not send again after a timeout', async () => {
    gateway.silent = true
    const error = await toError(client(query, 200).sendSms(to, 'x'))
    gateway.silent = false
    assert.equal(error.code, 'DELIVERY_UNANSWERED')
    assert.equal(gateway.provider.received.length, 1)
  })

  test('reports an unreachable server and an untrusted certificate', async () => {
    const nobody = `https://127.0.0.1:${await freePort()}`
    const refusals = [query.replace('$URL', nobody), `${query}\nca_file=`]
    for (const section of refusals) {
      const { config } = readServiceConfig(
        `[sms]\nprovider=http\n[http_gateway]\n${section.replace('$URL', gateway.provider.url)}\n`,
        '/etc/countersign.cfg',
      )
      assert(config?.sms.provider.kind === 'http')
      const error = await toError(new SmsGateway(config.sms.provider.gateway).sendSms(to, 'x'))
      assert.equal(error.code, 'DELIVERY_UNREACHABLE')
    }
    assert.equal(gateway.provider.received.length, 0)
  })
})
