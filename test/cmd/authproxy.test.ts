import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { systemClock } from '../../src/host/clock.ts'
import { readProxyConfigFile } from '../../src/proxy/sections/read_proxy_config.ts'
import { checkApis } from '../../src/proxy/startup_check.ts'
import {
  Code,
  encodeAccessRequest,
  encodeStatusServer,
  SharedSecret,
} from '../../src/radius/index.ts'
import { exchange } from '../../src/radius/udp/exchange.ts'
import { signedBeforeLatch } from '../../src/radius/udp/signed_sources.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'

const program = resolve(import.meta.dirname, '../../bin/authproxy')
const folder = mkdtempSync(join(tmpdir(), 'authproxy-'))
const otherAuthority = join(folder, 'other.pem')
writeFileSync(otherAuthority, rootCertificates[0] ?? '')
after(() => rmSync(folder, { recursive: true }))

function configured(port: number, more = ''): string {
  const file = join(folder, 'authproxy.cfg')
  writeFileSync(
    file,
    `[main]\nworkers=1\nlog_stdout=true\n[duo_only_client]\n[radius_server_duo_only]\nikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${'a'.repeat(40)}\napi_host=localhost\napi_port=1\ninterface=127.0.0.1\nport=${port}
radius_ip_1=127.0.0.1\nradius_secret_1=${'s'.repeat(24)}\n${more}`,
  )
  return file
}

describe('authproxy', () => {
  test('starts, logs Init Complete, and stops on SIGTERM with exit status 0', async () => {
    const running = new Running(program, ['--config', configured(await freePort())])
    await running.prints(/Init Complete/)
    assert.equal(await running.stop(), 0)
    const log = readFileSync(join(folder, 'log/authproxy.log'), 'utf8')
    assert.match(
      log,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4} \[countersign\.proxy#info\] /,
    )
    assert.match(log, /skey='\*{5}\[40\]'/)
    assert(!log.includes('a'.repeat(40)))
  })

  test('SIGUSR2 clears which addresses must send Message-Authenticator', async () => {
    const port = await freePort()
    const running = new Running(program, ['--config', configured(port)])
    await running.prints(/Init Complete/)
    const secret = new SharedSecret('s'.repeat(24))
    const ask = (messageAuthenticator: boolean) =>
      exchange(
        (identifier, authenticator) =>
          encodeAccessRequest(identifier, authenticator, secret, {
            username: 'alice',
            messageAuthenticator,
          }),
        { host: '127.0.0.1', port, secret },
      )
    for (let sent = 0; sent < signedBeforeLatch; sent++) await ask(true)
    const unsigned = ask(false)
    await running.prints(/no Message-Authenticator, though .* set message_authenticator_1 = off/)
    running.child.kill('SIGUSR2')
    await running.prints(
      /forgets which addresses send Message-Authenticator latched=1 .*127\.0\.0\.1/,
    )
    assert.equal((await unsigned)?.code, Code.AccessReject)
    assert.equal(await running.stop(), 0)
  })

  test('SIGHUP loads the configuration again; a file with errors changes nothing', async () => {
    const [port, other] = [await freePort(), await freePort()]
    const running = new Running(program, ['--config', configured(port)])
    await running.prints(/Init Complete/)
    configured(other, 'failmode=perhaps\n')
    running.child.kill('SIGHUP')
    await running.prints(/reload refused: authproxy\.cfg:14: failmode is 'perhaps'/)
    configured(other)
    running.child.kill('SIGHUP')
    await running.prints(/reload: \[radius_server_duo_only\] changed: port/)
    await running.prints(/reloaded .*authproxy\.cfg/)
    const secret = new SharedSecret('s'.repeat(24))
    const reply = await exchange(
      (identifier, authenticator) => encodeStatusServer(identifier, authenticator, secret),
      { host: '127.0.0.1', port: other, secret },
    )
    assert.equal(reply?.code, Code.AccessAccept)
    assert.equal(await running.stop(), 0)
  })

  test('--stop-on-stdin-end stops at the end of standard input', async () => {
    const file = configured(await freePort())
    const running = new Running(program, ['--config', file, '--stop-on-stdin-end'])
    await running.prints(/Init Complete/)
    running.child.stdin?.end()
    assert.equal(await running.ended(), 0)
  })

  test('serves the counters of logins at metrics_port, on loopback', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()]
    const file = configured(port, 'failmode=safe\n')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('[main]\n', `[main]\nmetrics_port=${metricsPort}\n`))
    const running = new Running(program, ['--config', file])
    await running.prints(/Init Complete/)
    const secret = new SharedSecret('s'.repeat(24))
    const password = new TextEncoder().encode('123456')
    const reply = await exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, secret, { username: 'alice', password }),
      { host: '127.0.0.1', port, secret },
    )
    assert.equal(reply?.code, Code.AccessAccept, 'nothing listens on the port of the API')
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const section = 'section="radius_server_duo_only"'
    for (const line of [
      `countersign_proxy_unanswered_total{${section},outcome="fail_open"} 1`,
      `countersign_proxy_replies_total{${section},code="accept"} 1`,
      `countersign_proxy_latched_addresses{${section}} 0`,
    ]) {
      assert.ok(metrics.includes(line), `${line} in:\n${metrics}`)
    }
    assert.equal(await running.stop(), 0)
  })

  test('a configuration with errors: prints every problem, exits with status 2', () => {
    const file = configured(1812, 'failmode=perhaps\nradius_ip_2=nowhere.example\n')
    const { status, stderr, stdout } = spawnSync(program, ['--config', file], { encoding: 'utf8' })
    assert.equal(status, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^authproxy\.cfg:14: failmode is 'perhaps'; expected safe \| secure$/m)
    assert.match(stderr, /^authproxy\.cfg:15: radius_ip_2 is the name/m)
    assert.match(stderr, /^authproxy\.cfg:15: radius_secret_2 is missing/m)
  })

  test('a port in use: prints one line with section and port, exits with status 1', async () => {
    const taken = createSocket('udp4')
    taken.bind(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address()
    const { status, stderr } = spawnSync(program, ['--config', configured(port)], {
      encoding: 'utf8',
    })
    taken.close()
    assert.equal(status, 1)
    assert.equal(
      stderr,
      `authproxy: [radius_server_duo_only] can't listen on 127.0.0.1:${port}: another program uses UDP port ${port}; stop it or set port= to another\n`,
    )
  })

  test('without a configuration: prints what to do', () => {
    const { status, stderr } = spawnSync(program, ['--config', join(folder, 'none.cfg')], {
      encoding: 'utf8',
    })
    assert.equal(status, 2)
    assert.match(stderr, /can't be read: .*; name it with --config\n$/)
  })

  test('--help and --version', () => {
    assert.match(spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout, /--config <file>/)
    assert.match(
      spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout,
      /^\d+\.\d+\.\d+\n$/,
    )
  })

  test('prints where it listens, and that the service does not answer', async () => {
    const port = await freePort()
    const file = configured(port, 'failmode=secure\n')
    writeFileSync(file, readFileSync(file, 'utf8').replace('log_stdout=true\n', ''))
    const running = new Running(program, ['--config', file])
    const place = `\\[radius_server_duo_only\\] listening on 127\\.0\\.0\\.1:${port}/udp for 127\\.0\\.0\\.1`
    await running.prints(new RegExp(`^${place}$`, 'm'))
    await running.prints(
      /^\[radius_server_duo_only\] can't connect to localhost:1 \(connect ECONNREFUSED .*; until then failmode=secure rejects every sign-in$/m,
    )
    assert.equal(await running.stop(), 0)
  })
})

describe('authproxy and its service', () => {
  let service: TestService
  let keys: { ikey: string; skey: string }
  let port: number
  before(async () => {
    service = await TestService.start()
    port = await freePort()
    const { ikey, skey } = service.integration
    keys = { ikey, skey: skey.reveal() }
  })
  after(() => service.close())

  /** A configuration for this service, with some settings changed. */
  function config(changed: Readonly<Record<string, string>> = {}): string {
    const file = join(folder, 'check.cfg')
    const settings = {
      ...keys,
      api_host: 'localhost',
      api_port: String(service.service.port),
      http_ca_certs_file: join(service.folder, 'ca.pem'),
      interface: '127.0.0.1',
      port: String(port),
      radius_ip_1: '127.0.0.1',
      radius_secret_1: 's'.repeat(24),
      ...changed,
    }
    const lines = Object.entries(settings).map(([key, value]) =>
      value === '' ? '' : `${key}=${value}\n`,
    )
    writeFileSync(
      file,
      `[main]\nworkers=1\n[duo_only_client]\n[radius_server_duo_only]\n${lines.join('')}`,
    )
    return file
  }

  async function check(changed?: Readonly<Record<string, string>>) {
    const running = new Running(program, ['--check', '--config', config(changed)])
    return { status: await running.ended(), stdout: running.stdout, stderr: running.stderr }
  }

  test('--check with working keys: exits with status 0', async () => {
    const { status, stdout, stderr } = await check()
    assert.equal(stderr, '')
    assert.match(
      stdout,
      /^\S+check\.cfg has no errors\n\[radius_server_duo_only\] localhost:\d+ answers, and the keys are right\n$/,
    )
    assert.equal(status, 0)
  })

  test('prints at startup that the keys are right', async () => {
    const running = new Running(program, ['--config', config()])
    await running.prints(/localhost:\d+ answers, and the keys are right/)
    assert.equal(await running.stop(), 0)
    assert(!running.stdout.includes(keys.skey))
  })

  test('--check explains a wrong ikey, and exits with status 1', async () => {
    const { status, stdout } = await check({ ikey: 'DIAAAAAAAAAAAAAAAAAA' })
    assert.match(stdout, /no application with the ikey DIAAAAAAAAAAAAAAAAAA; compare/)
    assert.equal(status, 1)
  })

  for (const [what, changed, expected] of [
    ['a wrong skey', { skey: 'b'.repeat(40) }, /skey is not its secret key; copy skey again/],
    ['an unresolvable name', { api_host: 'api.invalid' }, /api\.invalid can't be resolved/],
    [
      'a closed port',
      { api_port: '1' },
      /can't connect to localhost:1 .*that the service is running/,
    ],
    [
      'a missing CA',
      { http_ca_certs_file: '' },
      /TLS fails .*; set http_ca_certs_file to the CA of its certificate/,
    ],
    [
      'another CA',
      { http_ca_certs_file: otherAuthority },
      /certificate is not issued by the CA in \S+other\.pem; copy ca\.pem/,
    ],
  ] as const) {
    test(`what --check prints explains ${what}`, async () => {
      const { config: read } = readProxyConfigFile(config(changed))
      assert.ok(read !== undefined)
      const lines: string[] = []
      const stop = new AbortController().signal
      const report = (_level: string, text: string) => void lines.push(text)
      assert.equal(await checkApis(read, report, { clock: systemClock, stop }), false)
      assert.match(lines.join('\n'), expected)
    })
  }

  test('a start says once that retry_timeout has no effect at a service that joins retries', async () => {
    for (const [retry_timeout, expected] of [
      ['20', 1],
      ['', 0],
    ] as const) {
      const { config: read } = readProxyConfigFile(config({ retry_timeout }))
      assert.ok(read !== undefined)
      const lines: string[] = []
      const stop = new AbortController().signal
      const report = (level: string, text: string) => void lines.push(`${level} ${text}`)
      assert.equal(await checkApis(read, report, { clock: systemClock, stop }), true)
      const warnings = lines.filter((line) =>
        line.startsWith('warn [radius_server_duo_only] retry'),
      )
      assert.equal(warnings.length, expected)
    }
  })

  test('--check with errors in the configuration: exits with status 2', async () => {
    const { status, stdout, stderr } = await check({ failmode: 'perhaps' })
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /^check\.cfg:14: failmode is 'perhaps'/m)
  })
})
