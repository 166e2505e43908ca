import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { defaultConfig, readServiceConfig } from '../../src/service/config/service_config.ts'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../src/service/http/server/certificate_authority.ts'
import { AdminClient, addAdministrator } from '../rig/admin_client.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { EventStream } from '../rig/event_stream.ts'
import { untilGauge } from '../rig/gauge.ts'
import { codeBlocks } from '../rig/guide.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { ServiceClient } from '../rig/service_client.ts'
import { until } from '../rig/until.ts'

const page = resolve(import.meta.dirname, '../../docs/reverse-proxy.md')
/** The service lets an application wait this long for a push or a call. */
const longestCallSecs = 90

/** Starts a reverse proxy with the configuration on the page. */
type Start = (folder: string, configuration: string) => Running

const reverseProxies: Readonly<
  Record<string, { language: string; skip: string | false; names: Names; start: Start }>
> = {
  nginx: {
    language: 'nginx',
    skip: skipWithout('nginx', '/usr/sbin/nginx'),
    names: ({ port, upstream, certificate, key, ca }) => [
      ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
      ['/etc/letsencrypt/live/mfa.example.com/fullchain.pem', certificate],
      ['/etc/letsencrypt/live/mfa.example.com/privkey.pem', key],
      ['mfa.example.com', 'localhost'],
      ['127.0.0.1:8443', `127.0.0.1:${upstream}`],
      ['/etc/ssl/certs/countersign-ca.pem', ca],
    ],
    start: (folder, configuration) => {
      const file = join(folder, 'nginx.conf')
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      writeFileSync(
        file,
        `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  # 1000 by default: ends connections often enough for the test to see it
  keepalive_requests 20;
  ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join('\n  ')}
  ${configuration}
}
`,
      )
      const words = ['-c', file, '-p', folder, '-e', join(folder, 'error.log')]
      return new Running('/usr/sbin/nginx', words)
    },
  },
  Caddy: {
    language: 'caddy',
    skip: skipWithout('caddy', '/usr/bin/caddy'),
    names: ({ port, upstream, certificate, key, ca }) => [
      // a certificate in place of ACME
      [
        'mfa.example.com {\n',
        `https://127.0.0.1:${port}, https://localhost:${port} {\n  tls ${certificate} ${key}\n`,
      ],
      ['127.0.0.1:8443', `127.0.0.1:${upstream}`],
      ['/etc/ssl/certs/countersign-ca.pem', ca],
    ],
    start: (folder, configuration) => {
      const file = join(folder, 'Caddyfile')
      writeFileSync(file, `{\n  admin off\n  auto_https off\n}\n${configuration}`)
      const words = ['run', '--config', file, '--adapter', 'caddyfile']
      return new Running('/usr/bin/caddy', words, { HOME: folder, XDG_DATA_HOME: folder })
    },
  },
}

interface Places {
  readonly port: number
  readonly upstream: number
  readonly certificate: string
  readonly key: string
  readonly ca: string
}

/** What stands on the page, and what the test has in its place. */
type Names = (places: Places) => readonly (readonly [string, string])[]

for (const [name, { language, skip, names, start }] of Object.entries(reverseProxies)) {
  describe(`${name} as docs/reverse-proxy.md configures it`, { skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'reverse-proxy-'))
    const log = new RecordingLog()
    let service: TestService
    let running: Running
    let port: number
    let ca: string
    let outside: ServiceClient
    let userId: string
    let phone: PushPhone

    before(async () => {
      port = await freePort()
      const config = { ...configurationOnThePage(port), accessLog: true }
      service = await TestService.start({ config, log })
      const authority = await makeAuthority(Date.now())
      const made = await makeServerCertificate(authority, ['localhost', '127.0.0.1'], Date.now())
      ca = authority.certificate
      const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
      writeFileSync(files.certificate, made.certificate)
      writeFileSync(files.key, made.key)
      writeFileSync(join(folder, 'outer-ca.pem'), ca)
      const inner = join(folder, 'countersign-ca.pem')
      writeFileSync(inner, service.ca)
      const [written] = codeBlocks(page).filter((block) => block.language === language)
      let text = written?.text ?? ''
      for (const [from, to] of names({ port, upstream: service.port, ...files, ca: inner })) {
        assert(text.includes(from), `the page does not have ${from}`)
        text = text.replaceAll(from, to)
      }
      running = start(folder, text)
      outside = new ServiceClient({ port, ca, integration: service.integration })
      await until(() =>
        outside.send({ method: 'GET', path: '/auth/v2/ping' }).then(
          ({ status }) => status === 200,
          () => running.hasEnded && assert.fail(running.stderr),
        ),
      )
      userId = (await service.addUser({ username: 'alice' })).userId
      phone = (await service.addPushPhone(userId)).over((raw) => outside.send(raw))
    })
    after(async () => {
      await running?.stop()
      outside?.close()
      await service?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    test('an authentication proxy signs a user in, with a push that waits for its answer', async () => {
      const proxy = await ProxyAtWork.start(
        sectionFor(
          { port, caFile: join(folder, 'outer-ca.pem') },
          { ikey: service.integration.ikey, skey: service.integration.skey, apiTimeoutSecs: 0 },
        ),
      )
      try {
        const reply = proxy.signIn('alice', 'push', { timeoutMs: 60_000 })
        await phone.answerNext('approve')
        assert.equal((await reply)?.accepted, true, proxy.log.lines.join('\n'))
        await until(() => proxy.log.has('over one message connection'))
        const next = proxy.signIn('alice', 'push', { timeoutMs: 60_000 })
        await untilGauge(service, 'open_messages', 1)
        await phone.answerNext('approve')
        assert.equal((await next)?.accepted, true, proxy.log.lines.join('\n'))
      } finally {
        await proxy.stop()
      }
    })

    test('no sign-in fails when the reverse proxy ends a connection that was used often', async () => {
      const proxy = await ProxyAtWork.start(
        sectionFor(
          { port, caFile: join(folder, 'outer-ca.pem') },
          { ikey: service.integration.ikey, skey: service.integration.skey },
        ),
      )
      try {
        const names = [...Array(100)].map((_, index) => `unknown-${index}`)
        for (let at = 0; at < names.length; at += 10) {
          const replies = names
            .slice(at, at + 10)
            .map((username) => proxy.signIn(username, 'push', { timeoutMs: 60_000 }))
          for (const reply of await Promise.all(replies)) {
            assert.match(reply?.message ?? '', /enrol/i, proxy.log.lines.join('\n'))
          }
        }
      } finally {
        await proxy.stop()
      }
    })

    test('an administrator signs in to the panel', async () => {
      const client = new AdminClient({ port, send: (raw) => outside.send(raw) })
      await client.signIn(await addAdministrator(service.store))
      assert.equal((await client.get('session')).body.state, 'signed_in')
    })

    test('the event stream of the push app arrives at once', async () => {
      const headers = await phone.signedHeaders('GET', '/app/api/stream')
      const stream = new EventStream({ port, ca }, { ...headers, host: `localhost:${port}` })
      try {
        assert.notEqual(await stream.next(), undefined)
        const parameters = { username: 'alice', factor: 'push', device: 'auto', async: '1' }
        const sent = await outside.call({ path: '/auth/v2/auth', parameters })
        assert.equal(sent.status, 200, sent.text)
        assert.notEqual(await stream.next(), undefined)
      } finally {
        stream.close()
      }
    })

    test('the log has the address of the client, whatever address the client claims', async () => {
      log.lines.length = 0
      await new Promise<void>((resolve, reject) => {
        const claimed = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
        const options = { host: '127.0.0.1', servername: 'localhost', port, ca, agent: false }
        request(
          { ...options, path: '/auth/v2/ping', localAddress: '127.0.0.77', headers: claimed },
          (response) => response.resume().on('end', resolve),
        )
          .on('error', reject)
          .end()
      })
      assert(log.has("'127.0.0.77'"), log.lines.join('\n'))
      assert(!log.has('203.0.113.9'))
    })
  })
}

test('nginx waits longer than the longest call', () => {
  const [nginx] = codeBlocks(page).filter(({ language }) => language === 'nginx')
  const [, seconds] = /proxy_read_timeout (\d+)s/.exec(nginx?.text ?? '') ?? []
  assert(Number(seconds) > longestCallSecs)
})

/** The block for `countersign.cfg`, with the port of the reverse proxy. */
function configurationOnThePage(port: number) {
  const [ini] = codeBlocks(page).filter(({ language }) => language === 'ini')
  const text = (ini?.text ?? '').replace('mfa.example.com', `localhost:${port}`)
  const { config, problems } = readServiceConfig(text, '/etc/countersign/countersign.cfg')
  assert.deepEqual(problems, [])
  const { publicUrl, trustedProxies } = config ?? defaultConfig('.')
  return { publicUrl, trustedProxies }
}
