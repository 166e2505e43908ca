import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ApiChecks } from '../../../src/ctl/connectivity/api_check.ts'
import type { Finding } from '../../../src/ctl/connectivity/connectivity_event.ts'
import { systemClock } from '../../../src/host/clock.ts'
import { Secret } from '../../../src/host/secret.ts'
import type { ApiSettings } from '../../../src/proxy/sections/proxy_config.ts'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../../src/service/http/server/certificate_authority.ts'
import { AuthApiDouble, fail } from '../../rig/auth_api_double.ts'
import { startTunnelProxy } from '../../rig/http_proxy.ts'
import { startHttps } from '../../rig/https_server.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { sectionFor } from '../../rig/proxy_at_work.ts'

const dayMs = 24 * 60 * 60_000
const folder = mkdtempSync(join(tmpdir(), 'api-check-'))
after(() => rmSync(folder, { recursive: true }))

function check(settings: ApiSettings, clock = systemClock): Promise<readonly Finding[]> {
  return checksWith(clock).check(settings, '')
}

function checksWith(clock = systemClock, timeoutMs = 20_000): ApiChecks {
  return new ApiChecks({ clock, signal: new AbortController().signal, timeoutMs })
}

function text(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, message, remedy }) => `${severity}: ${message}; ${remedy ?? ''}`)
    .join('\n')
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('the API of a section', () => {
  let api: AuthApiDouble
  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(() => {
    api.reset()
    api.check = () => ({ response: { time: Math.round(Date.now() / 1000) } })
  })
  after(() => api.close())

  test('that answers and accepts the keys is informational', async () => {
    const place = `localhost:${api.port}`
    // the certificate of the double is valid for two days
    const [soon, good, ...others] = await check(sectionFor(api))
    assert.match(soon?.message ?? '', /^the certificate of .* expires in 1 day, on /)
    assert.equal(soon?.severity, 'warn')
    assert.deepEqual(good, {
      severity: 'info',
      message: `${place} answers, and the keys are right`,
    })
    assert.deepEqual(others, [])
  })

  test('offers what sign-ins need, or the finding says what follows', async () => {
    const kinds = ['radius_server_duo_only', 'radius_server_auto', 'ldap_server_auto']
    const offers = async (capabilities: readonly string[]) => {
      api.check = () => ({ response: { time: Math.round(Date.now() / 1000), capabilities } })
      const checks = checksWith()
      const found = await Promise.all(kinds.map((kind) => checks.check(sectionFor(api), kind)))
      return found.map((each) =>
        each.map(({ message }) => message).filter((one) => /offer/.test(one)),
      )
    }
    const [duoOnly, auto, ldap] = await offers(['joined_sign_ins', 'challenge_response'])
    assert.match(
      duoOnly?.[0] ?? '',
      /^localhost:\d+ offers joined_sign_ins: a retry .* joins the push/,
    )
    assert.match(duoOnly?.[1] ?? '', /offers challenge_response: CHAP and MS-CHAP work, except/)
    assert.deepEqual([auto, ldap], [[duoOnly?.[0]], []])
    const [vendor] = await offers([])
    assert.match(vendor?.[0] ?? '', /does not offer joined_sign_ins: .* causes a second push$/)
    assert.match(
      vendor?.[1] ?? '',
      /does not offer challenge_response: .* let the RADIUS client use PAP$/,
    )
  })

  test('joins retries itself, so that retry_timeout has no effect', async () => {
    const warnings = async (capabilities: readonly string[], joinsRetries: boolean) => {
      api.check = () => ({ response: { time: Math.round(Date.now() / 1000), capabilities } })
      const kind = 'radius_server_duo_only'
      const found = await checksWith().check(sectionFor(api), kind, { joinsRetries })
      return found.filter(({ message }) => message.startsWith('retry_timeout'))
    }
    assert.deepEqual(await warnings(['joined_sign_ins'], false), [])
    assert.deepEqual(await warnings([], true), [])
    const [warning] = await warnings(['joined_sign_ins'], true)
    assert.equal(warning?.severity, 'warn')
    assert.match(warning.message, /^retry_timeout has no effect, .*; remove it/)
  })

  test('is checked once for sections with the same keys', async () => {
    const checks = checksWith()
    await Promise.all([
      checks.check(sectionFor(api), ''),
      checks.check(sectionFor(api, { port: 1 }), ''),
    ])
    assert.equal(api.asked('/auth/v2/check').length, 1)
    await checks.check(sectionFor(api, { skey: new Secret('a'.repeat(40)) }), '')
    assert.equal(api.asked('/auth/v2/check').length, 1, 'the signature is wrong')
    assert.equal(api.connections, 3, 'one to reach it, and one for each pair of keys')
  })

  for (const [name, code, expected] of [
    ['a wrong ikey', 40102, /has no application with the ikey DIWJ8X6AEYOR5OMC6TQ1; compare/],
    ['a wrong skey', 40103, /skey is not its secret key; copy skey again/],
    ['another type of application', 40301, /the application is disabled or of another type/],
    ['a rate limit', 42901, /is busy \(HTTP 429\); try again/],
  ] as const) {
    test(`${name} is an error`, async () => {
      api.check = () => fail(code, 'refused')
      const found = await check(sectionFor(api))
      assert.match(text(found.filter(({ severity }) => severity === 'error')), expected)
    })
  }

  test('a clock that differs is a finding with size and direction', async () => {
    const ahead = await check(sectionFor(api), new ManualClock(Date.now() + 8 * 60_000))
    assert.match(
      text(ahead),
      /error: the clock of this machine is 8 minutes ahead of that of localhost; the API refuses a difference of more than 5 minutes; synchronise it by NTP: run 'timedatectl set-ntp true'/,
    )
  })

  test('an HTTP proxy on the way is used for every step', async () => {
    const asked: string[] = []
    const tunnel = await startTunnelProxy(api.port, asked)
    const through = { httpProxyHost: '127.0.0.1', httpProxyPort: tunnel.port }
    const found = await check(sectionFor(api, through))
    assert.match(text(found), /info: localhost:\d+ through 127\.0\.0\.1:\d+ answers, and the keys/)
    assert.deepEqual([...new Set(asked)], [`localhost:${api.port}`])
    assert.ok(asked.length >= 2)
    tunnel.close()
  })

  for (const [status, expected] of [
    [407, /requires a user name and a password \(HTTP 407\), which the authentication proxy can't/],
    [403, /does not connect to localhost:\d+ \(HTTP 403\); allow localhost:\d+ in its rules/],
  ] as const) {
    test(`an HTTP proxy that refuses with ${status} is an error`, async () => {
      const proxy = createHttpServer().on('connect', (_request, socket) =>
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`),
      )
      const port = await listening(proxy)
      const through = { httpProxyHost: '127.0.0.1', httpProxyPort: port }
      assert.match(text(await check(sectionFor(api, through))), expected)
      proxy.close()
    })
  }
})

describe('a way to the API that is broken', () => {
  const caFile = join(folder, 'ca.pem')
  let authority: Awaited<ReturnType<typeof makeAuthority>>
  before(async () => {
    // old enough for certificates that have expired
    authority = await makeAuthority(Date.now() - 1000 * dayMs)
    writeFileSync(caFile, authority.certificate)
  })

  function settings(port: number, overrides: Partial<ApiSettings> = {}): ApiSettings {
    return { ...sectionFor({ port, caFile }), ...overrides }
  }

  async function checkServer(
    { names = ['localhost'], at = Date.now() }: { names?: string[]; at?: number },
    answer: Parameters<typeof startHttps>[1],
    overrides: Partial<ApiSettings> = {},
  ): Promise<string> {
    const { certificate: cert, key } = await makeServerCertificate(authority, names, at)
    await using server = await startHttps({ cert, key }, answer)
    return text(await check(settings(server.port, overrides)))
  }

  const pong: Parameters<typeof startHttps>[1] = (_request, response) => {
    response.end(JSON.stringify({ stat: 'OK', response: { time: Math.round(Date.now() / 1000) } }))
  }

  test('a name that does not resolve', async () => {
    const found = await check(settings(443, { apiHost: 'api.countersign.invalid' }))
    assert.match(
      text(found),
      /^error: (the name .* does not resolve .*; check api_host|the DNS server does not answer)/,
    )
  })

  test('a port where nothing listens', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    const found = text(await check(settings(port)))
    assert.match(
      found,
      /^error: 127\.0\.0\.1:\d+ \(localhost\) refuses the connection; check api_host/,
    )
  })

  test('a server that never answers', async () => {
    const server = createServer()
    const port = await listening(server)
    const found = await checksWith(systemClock, 200).check(settings(port), '')
    assert.match(
      text(found),
      /accepts the connection, but the TLS handshake fails \(no answer within/,
    )
    server.close()
  })

  test('a port without TLS', async () => {
    const server = createHttpServer()
    const found = text(await check(settings(await listening(server))))
    assert.match(found, /answers, but not with TLS \(.*\); check api_port; a captive portal/)
    server.close()
  })

  test('versions of TLS before 1.2 only', async () => {
    const { certificate: cert, key } = await makeServerCertificate(
      authority,
      ['localhost'],
      Date.now(),
    )
    await using server = await startHttps(
      { cert, key, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      pong,
    )
    const found = text(await check(settings(server.port)))
    assert.match(found, /speaks only versions of TLS before 1\.2/)
  })

  test('a certificate of an authority that is not trusted', async () => {
    const found = await checkServer({}, pong, { httpCaCertsFile: undefined })
    assert.match(
      found,
      /is issued by 'Countersign CA', which is not trusted \(.*\); set http_ca_certs_file to the CA of the certificate: ca\.pem .*if a firewall inspects TLS, exempt localhost/,
    )
    assert.doesNotMatch(found, /keys/)
  })

  test('a certificate for another name', async () => {
    const found = await checkServer({ names: ['other.test'] }, pong)
    assert.match(found, /is not for localhost but for DNS:other\.test; set api_host to a name in/)
  })

  test('a certificate that has expired', async () => {
    const found = await checkServer({ at: Date.now() - 830 * dayMs }, pong)
    assert.match(
      found,
      /the certificate of localhost:\d+ expired on \d{4}-\d\d-\d\d, 5 days ago; renew/,
    )
  })

  test('a certificate that is not valid yet', async () => {
    const found = await checkServer({ at: Date.now() + 3.5 * dayMs }, pong)
    assert.match(found, /is valid only from \S+ on, in 3 days; check the clock of this machine/)
  })

  test('a certificate that expires soon is a warning', async () => {
    const found = await checkServer({ at: Date.now() - (825 - 12.5) * dayMs }, pong)
    assert.match(found, /warn: the certificate of localhost:\d+ expires in 12 days, on/)
  })

  test('a clock that is behind is named as the cause of a certificate that is not valid yet', async () => {
    const { certificate: cert, key } = await makeServerCertificate(
      authority,
      ['localhost'],
      Date.now(),
    )
    await using server = await startHttps({ cert, key }, pong)
    const clock = new ManualClock(Date.now() - 2 * 60 * 60_000)
    const found = text(await check(settings(server.port), clock))
    assert.match(found, /is valid only from/)
    assert.match(found, /error: the clock of this machine is 2 hours behind that of localhost/)
  })

  test('a captive portal that redirects', async () => {
    const found = await checkServer({}, (_request, response) => {
      response.writeHead(302, { location: 'https://portal.test/login?token=s3cret' }).end()
    })
    assert.match(
      found,
      /does not answer as the Auth API: it redirects to https:\/\/portal\.test\/login; a captive portal/,
    )
    assert.doesNotMatch(found, /s3cret/)
  })

  test('a captive portal that shows a page', async () => {
    const found = await checkServer({}, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html><title>Welcome to the Guest WiFi</title></html>')
    })
    assert.match(found, /but with a web page \('Welcome to the Guest WiFi'\); check api_host/)
  })

  test('a gateway that has no service behind it', async () => {
    const found = await checkServer({}, (_request, response) => {
      response.writeHead(502).end('Bad Gateway')
    })
    assert.match(found, /reports a failure \(HTTP 502\); check the logs of the service and of any/)
  })
})
