import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import type { SmtpConfig } from '../../src/service/config/mail_section.ts'
import { readServiceConfig } from '../../src/service/config/service_config.ts'
import { Smtp } from '../../src/service/messaging/mail/smtp.ts'
import type { MailMessage } from '../../src/service/messaging/messaging.ts'
import { invitationMail } from '../../src/service/self_service/notices.ts'
import { toDeliveryError } from '../rig/delivery_error.ts'
import { freePort } from '../rig/running.ts'
import { SmtpServer, skipSmtp, smtpLogin } from '../rig/smtp_server.ts'

const login = { username: smtpLogin.username, password: new Secret(smtpLogin.password) }
const link = `https://mfa.example.com/portal/#/invitation/${'a'.repeat(22)}`
const sender = { name: 'Acme', helpText: 'Call 4711', timeZone: 'UTC' }
const mail: MailMessage = { to: 'alice@example.com', subject: 'Hello', text: 'Hello Alice,\n' }

function smtp(config: Partial<SmtpConfig> & Pick<SmtpConfig, 'port'>, limitMs = 3_000): Smtp {
  const from = 'Countersign <mfa@example.com>'
  const here = { from, host: '127.0.0.1', security: 'starttls', login: undefined } as const
  return new Smtp({ ...here, caFile: undefined, ...config }, { name: 'Acme' }, limitMs)
}

const toError = (work: Promise<unknown>) => toDeliveryError(work, [smtpLogin.password])

describe('mail by aiosmtpd, with STARTTLS and a login', { skip: skipSmtp }, () => {
  let server: SmtpServer
  let client: Smtp
  before(async () => {
    server = await SmtpServer.start({ login: true })
    client = smtp({ port: server.port, caFile: server.caFile, login })
  })
  after(() => server.close())

  test('delivers an invitation with a link that works', async () => {
    await client.send(invitationMail('zoe@example.com', 'zoë', link, 72, sender))
    const { envelope, headers, text, html, secured, username } = await server.mail()
    assert.deepEqual(envelope, { from: 'mfa@example.com', to: ['zoe@example.com'] })
    assert.deepEqual([secured, username], [true, 'mfa'])
    assert.deepEqual(headers.from, ['Countersign <mfa@example.com>'])
    assert.deepEqual(headers.to, ['zoe@example.com'])
    assert.deepEqual(headers.subject, ['Acme: Set up two-step sign-in'])
    assert.deepEqual(headers['auto-submitted'], ['auto-generated'])
    assert.match(headers['message-id']?.[0] ?? '', /^<[^@<>\s]+@example\.com>$/)
    assert(Math.abs(Date.parse(headers.date?.[0] ?? '') - Date.now()) < 60_000)
    const lines = text.split(/\r?\n/)
    assert(lines.includes(link), text)
    assert.equal(lines[0], 'Hello zoë,')
    assert(lines.every((line) => line === link || line.length <= 76))
    assert(html?.includes(`href="${link}"`))
  })

  test('a name with line breaks adds no header and no recipient', async () => {
    const subject = 'Fraud reported by eve\r\nBcc: eve@evil.example\r\n\r\nhello'
    await client.send({ ...mail, subject })
    const { envelope, headers, text } = await server.mail()
    assert.deepEqual(envelope.to, ['alice@example.com'])
    assert.equal(headers.bcc, undefined)
    assert.equal(headers.subject?.length, 1)
    assert.equal(text.trim(), 'Hello Alice,')
  })

  test('EHLO names the first host name, or an address as a literal', async () => {
    for (const [hostNames, clientName] of [
      ['mfa.example.com, mfa.corp.example', 'mfa.example.com'],
      ['192.0.2.7', '[192.0.2.7]'],
      ['2001:db8::7', '[IPv6:2001:db8::7]'],
    ] as const) {
      const { config } = readServiceConfig(
        `[service]\nhost_names=${hostNames}\n[mail]\nprovider=smtp\nfrom=mfa@example.com\nhost=127.0.0.1\nport=${server.port}\nca_file=${server.caFile}\nusername=${login.username}\npassword=${smtpLogin.password}`,
        '/etc/countersign/countersign.cfg',
      )
      assert(config?.mail.provider.kind === 'smtp')
      await new Smtp(config.mail.provider.smtp, { name: 'Acme' }).send(mail)
      assert.equal((await server.mail()).clientName, clientName)
    }
  })

  test('refuses a value that is more than one address', async () => {
    const before = server.count
    for (const to of [
      'alice@example.com, eve@evil.example',
      'alice@example.com\r\nBcc: eve@evil.example',
      'friends: alice@example.com, eve@evil.example;',
      'Alice <alice@example.com>',
      '"alice@example.com, eve"@evil.example',
      'alice@example.com>\r\nRCPT TO:<eve@evil.example',
      'alice',
      '',
    ]) {
      assert.equal((await toError(client.send({ ...mail, to }))).code, 'DELIVERY_REFUSED', to)
    }
    await client.send({ ...mail, to: 'zoë@exämple.com' })
    assert.deepEqual((await server.mail()).envelope.to, ['zoë@exämple.com'])
    assert.equal(server.count, before + 1)
  })

  for (const [to, code, status] of [
    ['unknown@example.com', 'DELIVERY_REFUSED', 550],
    ['later@example.com', 'DELIVERY_UNREACHABLE', 451],
    ['full@example.com', 'DELIVERY_REFUSED', 552],
  ] as const) {
    test(`${to} is refused (${status})`, async () => {
      const error = await toError(client.send({ ...mail, to }))
      assert.equal(error.code, code)
      assert(error.message.includes(String(status)))
      assert(!error.message.includes(to))
    })
  }

  test('reports a wrong password, and a missing one', async () => {
    const { port, caFile } = server
    const wrong = { username: 'mfa', password: new Secret('guessed') }
    for (const [config, status] of [
      [{ login: wrong }, '(535)'],
      [{}, '(530)'],
    ] as const) {
      const error = await toError(smtp({ port, caFile, ...config }).send(mail))
      assert.equal(error.code, 'DELIVERY_REFUSED')
      assert.match(error.message, /credentials in \[mail\]/)
      assert(error.message.includes(status))
    }
  })

  test('refuses an unknown authority, and a server that does not begin with TLS', async () => {
    const { port, caFile } = server
    for (const config of [{ caFile: undefined }, { caFile, security: 'tls' }] as const) {
      const error = await toError(smtp({ port, login, ...config }).send(mail))
      assert.equal(error.code, 'DELIVERY_UNREACHABLE')
      assert.match(error.message, /certificate of .* is not trusted/)
    }
  })
})

describe('mail by aiosmtpd, with TLS from the beginning', { skip: skipSmtp }, () => {
  test('is delivered, but not to a server whose certificate has another name', async () => {
    const server = await SmtpServer.start({ security: 'tls', login: true })
    const other = await SmtpServer.start({ security: 'tls', names: ['mail.example.com'] })
    try {
      const { port, caFile } = server
      await smtp({ port, caFile, login, security: 'tls' }).send(mail)
      const taken = await server.mail()
      assert.deepEqual([taken.secured, taken.username], [true, 'mfa'])
      const elsewhere = { port: other.port, caFile: other.caFile, security: 'tls' } as const
      const error = await toError(smtp(elsewhere).send(mail))
      assert.equal(error.code, 'DELIVERY_UNREACHABLE')
      assert.match(error.message, /ERR_TLS_CERT_ALTNAME_INVALID/)
      assert.equal(other.count, 0)
    } finally {
      await server.close()
      await other.close()
    }
  })
})

/** A server without TLS that gives scripted replies and records what it receives. */
class PlainServer {
  readonly lines: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param reply To a line, and to the connection itself; `null` drops it. */
  static async start(
    reply: (line: string) => string | null | undefined,
    port = 0,
  ): Promise<PlainServer> {
    const server = createServer()
    const plain = new PlainServer(server)
    server.on('connection', (socket) => {
      plain.#sockets.add(socket)
      const answer = (line: string): void => {
        const said = reply(line)
        if (said === null) socket.destroy()
        else if (said !== undefined) socket.write(`${said}\r\n`)
      }
      answer('connection')
      socket.on('data', (octets) => {
        for (const line of String(octets).split('\r\n').slice(0, -1)) {
          plain.lines.push(line)
          answer(line)
        }
      })
      socket.on('error', () => {})
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return plain
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Sends to every client, unasked. */
  say(line: string): void {
    for (const socket of this.#sockets) socket.write(`${line}\r\n`)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The replies of a server that accepts everything. */
function willing(line: string): string | undefined {
  if (line === 'connection') return '220 mail.example ESMTP'
  if (line.startsWith('EHLO')) return '250-mail.example\r\n250 AUTH PLAIN'
  if (/^(MAIL|RCPT|QUIT|AUTH)/.test(line)) return line.startsWith('AUTH') ? '235 OK' : '250 OK'
  if (line === 'DATA') return '354 go ahead'
  return line === '.' ? '250 OK' : undefined
}

describe('mail by servers that fail', () => {
  test('without STARTTLS sends neither password nor mail in clear', async () => {
    const server = await PlainServer.start((line) =>
      line === 'STARTTLS' ? '502 5.5.1 not implemented' : willing(line),
    )
    const error = await toError(smtp({ port: server.port, login }).send(mail))
    assert.equal(error.code, 'DELIVERY_REFUSED')
    assert.match(error.message, /does not offer STARTTLS \(502\)/)
    assert(server.lines.includes('STARTTLS'))
    assert(!server.lines.some((line) => /^(AUTH|MAIL|DATA)/.test(line)))
    await server.close()
  })

  test('does not send a mail again if the connection breaks after it was accepted', async () => {
    const server = await PlainServer.start((line) => (line === '.' ? null : willing(line)))
    const error = await toError(smtp({ port: server.port, security: 'none' }).send(mail))
    assert.equal(error.code, 'DELIVERY_UNANSWERED')
    assert.equal(server.lines.filter((line) => line === '.').length, 1)
    await server.close()
  })

  test('reports a server that is down, and uses it again when it is back', async () => {
    const port = await freePort()
    const client = smtp({ port, security: 'none' })
    const error = await toError(client.send(mail))
    assert.equal(error.code, 'DELIVERY_UNREACHABLE')
    assert.match(error.message, /can't reach .* \(ECONNREFUSED\)/)
    const sending = client.send(mail)
    const server = await PlainServer.start(willing, port)
    await sending
    assert.equal(server.lines.filter((line) => line === '.').length, 1)
    await server.close()
  })

  test('reports a host name that does not exist', async () => {
    const error = await toError(smtp({ port: 25, host: 'mail.invalid' }).send(mail))
    assert.equal(error.code, 'DELIVERY_UNREACHABLE')
    assert.match(error.message, /can't reach/)
  })

  test('gives up a server that never greets, stops in the middle, or never ends a reply', async () => {
    const silent = await PlainServer.start(() => undefined)
    const stopping = await PlainServer.start((line) => (line === '.' ? undefined : willing(line)))
    const endless = await PlainServer.start((line) =>
      line.startsWith('EHLO') ? '250-mail.example' : willing(line),
    )
    const dripping = setInterval(() => endless.say('250-HELP'), 20)
    for (const [server, secs] of [
      [silent, '0.2'],
      [stopping, '0.2'],
      [endless, '0.6'],
    ] as const) {
      const error = await toError(smtp({ port: server.port, security: 'none' }, 200).send(mail))
      assert.equal(error.code, 'DELIVERY_UNANSWERED')
      assert(error.message.includes(`did not answer in ${secs} s`), error.message)
      await server.close()
    }
    clearInterval(dripping)
  })
})
