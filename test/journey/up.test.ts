import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { IncomingMessage, request as requestHttp } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkServerIdentity as checkIdentity, connect } from 'node:tls'
import { HOTP, TOTP, URI } from 'otpauth'
import { isRecord } from '../../src/duo/index.ts'
import { freePortFlags } from '../rig/countersign_up.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { activationLink } from '../rig/push_phone.ts'
import { freePort, Running } from '../rig/running.ts'
import { story } from '../rig/story.ts'
import { until } from '../rig/until.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const skip = skipWithout('freeradius-utils', '/usr/bin/radclient')

/** Sends one request with radclient, as the welcome says it. */
function radclient(
  password: string,
  { username = 'alice', port, secret }: { username?: string; port: number; secret: string },
): string {
  const input = `User-Name="${username}",User-Password="${password}",Message-Authenticator=0x00`
  const { stdout } = spawnSync(
    'radclient',
    ['-x', '-r', '1', '-t', '5', `127.0.0.1:${port}`, 'auth', secret],
    { input, encoding: 'utf8' },
  )
  return stdout
}

story('countersign up, from nothing to a sign-in', { skip }, ({ before, after, step }) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'data')
  let ports: { service: number; radius: number; directory: number }
  let running: Running
  let enrolmentCode = ''
  let firstRun: {
    service: {
      api_host: string
      api_port: number
      ca_file: string
      admin_url: string
      outbox_url: string
    }
    admin: { email: string; password: string; totp_uri: string }
    radius: { port: number; secret: string; cfg_file: string }
    integrations: Record<string, { ikey: string; skey: string }>
    users: {
      username: string
      password: string
      totp_uri: string
      hotp_uri: string
      bypass_codes: string[]
      push_activation_url: string
    }[]
    directory: { id: string; url: string; sign_in_url: string; api_url: string }
  }

  function start(...more: string[]): Running {
    const args = [
      'up',
      '--data',
      folder,
      '--port',
      String(ports.service),
      '--radius-port',
      String(ports.radius),
      '--directory-port',
      String(ports.directory),
      ...more,
    ]
    return new Running(program, args)
  }

  before(async () => {
    ports = {
      service: await freePort(),
      radius: await freePort(),
      directory: await freePort(),
    }
    running = start()
    await running.prints(/Ctrl-C stops everything/)
    firstRun = JSON.parse(readFileSync(join(folder, 'first-run.json'), 'utf8'))
  })
  after(async () => {
    await running.stop()
    rmSync(folder, { recursive: true })
  })

  step('first-run.json holds what was created, readable by its owner alone', () => {
    assert.equal(statSync(join(folder, 'first-run.json')).mode & 0o777, 0o600)
    assert.equal(firstRun.service.api_port, ports.service)
    // the welcome writes it into a command line
    assert.match(firstRun.radius.secret, /^[A-Za-z0-9]{24}$/)
    assert.deepEqual(Object.keys(firstRun.integrations), [
      'radius',
      'auth_api',
      'unix',
      'admin_api',
    ])
    assert.match(firstRun.users[0]?.password ?? '', /^[a-z2-9-]{14}$/)
    const { id, sign_in_url, api_url } = firstRun.directory
    assert.match(id, /^d-[0-9a-f]{10}$/)
    assert(running.stdout.includes(`WORKSPACES_DIRECTORY=${id}`))
    const url = `http://localhost:${ports.directory}`
    assert.deepEqual([sign_in_url, api_url], [`${url}/`, `${url}/`])
  })

  step('the first line names the page to sign in, with what to type below it', () => {
    const [first] = running.stdout.trim().split('\n')
    assert(first?.endsWith(firstRun.directory.sign_in_url), first)
    assert(running.stdout.includes(firstRun.users[0]?.password ?? ''))
  })

  step('the directory has RADIUS enabled by a probe of both controllers', async () => {
    const { radius } = await getJson(`${firstRun.directory.url}/sim/directory`)
    assert.partialDeepStrictEqual(radius, {
      status: 'Completed',
      port: ports.radius,
      lastProbe: [
        { controller: 'controller-1', isValid: true },
        { controller: 'controller-2', isValid: true },
      ],
    })
  })

  step(
    'listens on loopback only, and says where its data is and how to point the CLI at it',
    async () => {
      await assert.rejects(certificateAt('127.0.0.2', ports.service), { code: 'ECONNREFUSED' })
      assert.deepEqual(udpAddresses(ports.radius), ['0100007F'])
      assert(running.stdout.includes(`export COUNTERSIGN_DATA=${folder}\n`))
      assert.match(
        readFileSync(join(folder, 'log/countersign.log'), 'utf8'),
        new RegExp(`listening on 127\\.0\\.0\\.1:${ports.service}`),
      )
    },
  )

  step('leads to the panel, which the first owner can sign in to', async () => {
    const { admin, service } = firstRun
    assert.ok(running.stdout.includes(service.admin_url))
    assert.ok(!running.stdout.includes(admin.password))
    const ca = readFileSync(service.ca_file, 'utf8')
    const { email, password } = admin
    const begun = await postPanel(ports.service, ca, 'sign-in', { email, password })
    assert.equal(begun.body.state, 'second_factor')
    const code = URI.parse(admin.totp_uri)
    assert(code instanceof TOTP)
    const passcode = code.generate()
    const { cookie } = begun
    const done = await postPanel(ports.service, ca, 'sign-in/totp', { passcode }, cookie)
    assert.partialDeepStrictEqual(done.body, { state: 'signed_in', admin: { role: 'Owner' } })
  })

  step('names the page of the outbox in the panel', () => {
    const { outbox_url: url } = firstRun.service
    assert.equal(url, `https://localhost:${ports.service}/admin/outbox`)
    assert(running.stdout.includes(url))
  })

  step('accepts the passcode that the welcome shows, once', async () => {
    const [, passcode = ''] = await running.prints(/^ {2}(\d{6})$/m)
    const first = radclient(passcode, firstRun.radius)
    assert.match(first, /Received Access-Accept/)
    assert.match(first, /Reply-Message = "Success\. Logging you in\.\.\."/)
    assert.match(first, /Message-Authenticator = 0x[0-9a-f]{32}\n\tReply-Message/)
    const second = radclient(passcode, firstRun.radius)
    assert.match(second, /Received Access-Reject/)
    assert.match(second, /This passcode has already been used/)
  })

  step('accepts TOTP, the next HOTP with a blank in it, and a bypass code, each once', () => {
    const [alice] = firstRun.users
    assert(alice !== undefined)
    const totp = URI.parse(alice.totp_uri)
    const hotp = URI.parse(alice.hotp_uri)
    assert(totp instanceof TOTP && hotp instanceof HOTP)
    const next = hotp.generate({ counter: 1 })
    const typed = [
      totp.generate(),
      ` ${next.slice(0, 3)} ${next.slice(3)} `,
      alice.bypass_codes[0] ?? '',
    ]
    for (const word of typed) {
      assert.match(radclient(word, firstRun.radius), /Received Access-Accept/, word)
      assert.match(radclient(word, firstRun.radius), /Received Access-Reject/, word)
    }
  })

  step('signs in through the directory, and traces the way to the service and back', async () => {
    const { url } = firstRun.directory
    const { password = '', bypass_codes: codes = [] } = firstRun.users[0] ?? {}
    const signIn = async (mfaCode: string) => {
      const body = JSON.stringify({ username: 'alice', password, mfaCode })
      const headers = { 'content-type': 'application/json' }
      return await getJson(`${url}/sim/login`, { method: 'POST', headers, body })
    }
    const { loginId, result } = await signIn(codes[1] ?? '')
    assert.equal(result, 'accepted')
    const trace = (await traceOf(url))
      .filter((event) => event.loginId === loginId)
      .map(({ from, to, name }) =>
        [from, to, name].join(' ').replace(/controller-\d/g, 'controller'),
      )
    const proxy = `proxy-127.0.0.1:${ports.radius}`
    for (const expected of [
      `controller ${proxy} Access-Request`,
      `${proxy} service auth`,
      `service ${proxy} answer to auth`,
      `${proxy} controller Access-Accept`,
      'controller client accepted',
    ]) {
      assert(trace.includes(expected), `${expected} in ${trace.join('\n')}`)
    }
    assert.equal((await signIn(codes[1] ?? '')).result, 'denied')
  })

  step(
    'rejects a wrong passcode, an unknown user and a push without a phone, with a reason',
    () => {
      assert.match(
        radclient('000000', firstRun.radius),
        /Received Access-Reject[\s\S]*Incorrect passcode/,
      )
      assert.match(
        radclient('push', firstRun.radius),
        /Received Access-Reject[\s\S]*None of your devices supports this method/,
      )
      const unknown = radclient('123456', { ...firstRun.radius, username: 'mallory' })
      assert.match(unknown, /Received Access-Reject[\s\S]*Enroll an authentication device/)
      const link = /portal#\/enroll\/(\w+)/.exec(unknown.replace(/"\s+Reply-Message = "/g, ''))
      enrolmentCode = link?.[1] ?? ''
      assert.match(enrolmentCode, /^\w{16,}$/)
    },
  )

  step('logs these sign-ins, without a passcode', () => {
    const events = readFileSync(join(folder, 'log/authevents.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // the first ones are of the directory's probe
    const first = events.find(({ username }) => username === 'alice')
    assert.equal(first.status, 'Allow')
    assert.equal(first.auth_stage, 'Secondary authentication')
    const [, passcode = ''] = /^ {2}(\d{6})$/m.exec(running.stdout) ?? []
    assert(!readFileSync(join(folder, 'log/authproxy.log'), 'utf8').includes(passcode))
  })

  step('writes no enrolment link to any log', () => {
    const written = readdirSync(join(folder, 'log')).map((name) =>
      readFileSync(join(folder, 'log', name), 'utf8'),
    )
    const verb = ['log', '--json', '--data', folder]
    const { stdout: logged } = countersignVerb(verb)
    assert.match(logged, /mallory/)
    for (const text of [...written, running.stdout, running.stderr, logged]) {
      assert(!text.includes(enrolmentCode))
    }
  })

  step('reports a port in use in one line that names the flag', async () => {
    const taken = createSocket('udp4')
    taken.bind(0, '127.0.0.1')
    await once(taken, 'listening')
    const other = join(folder, 'other')
    const tries = [
      ['--port', ports.service],
      ['--radius-port', taken.address().port],
      ['--directory-port', ports.directory],
    ] as const
    for (const [flag, port] of tries) {
      const args = [...(await freePortFlags()), flag, String(port)]
      const { status, stderr } = spawnSync(program, ['up', '--data', other, ...args], {
        encoding: 'utf8',
      })
      assert.equal(status, 1, stderr)
      assert.match(stderr, new RegExp(flag))
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    }
    taken.close()
  })

  step('stops cleanly on SIGTERM, and finds everything again at the next start', async () => {
    assert.equal(await running.stop(), 0)
    running = start()
    const [, passcode = ''] = await running.prints(/^ {2}(\d{6})$/m)
    await running.prints(/Ctrl-C/)
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'first-run.json'), 'utf8')), firstRun)
    assert.match(radclient(passcode, firstRun.radius), /Received Access-Accept/)
  })

  step('stops on SIGTERM while a sign-in waits for a proxy that is dead', async () => {
    const { url } = firstRun.directory
    const headers = { 'content-type': 'application/json' }
    const faults = JSON.stringify({ faults: { serverDown: ['*'] } })
    await getJson(`${url}/sim/knobs`, { method: 'PUT', headers, body: faults })
    const { password = '' } = firstRun.users[0] ?? {}
    const body = JSON.stringify({ username: 'alice', password, mfaCode: 'push' })
    const ended = fetch(`${url}/sim/login`, { method: 'POST', headers, body }).then(
      (answer) => answer.text(),
      () => 'closed',
    )
    await until(async () => (await traceOf(url)).some(({ outcome }) => outcome === 'lost'))
    const knobs = JSON.stringify({ faults: { serverDown: [] } })
    await getJson(`${url}/sim/knobs`, { method: 'PUT', headers, body: knobs })
    assert.equal(await running.stop(), 0)
    assert.doesNotMatch(await ended, /accepted/)
  })

  step('prints the warnings of both files, and logs the start of the proxy', async () => {
    removeDirectory(folder)
    appendFileSync(join(folder, 'authproxy.cfg'), 'skye=x\n')
    const cfg = join(folder, 'countersign.cfg')
    const unchanged = readFileSync(cfg, 'utf8')
    writeFileSync(cfg, unchanged.replace('[service]', '[service]\ntrusted_proxies=0.0.0.0/0'))
    const log = join(folder, 'log/authproxy.log')
    const before = readFileSync(log, 'utf8').length
    running = start()
    await running.prints(/Ctrl-C/)
    // the folder was one of a version without directory
    const [alice] = JSON.parse(readFileSync(join(folder, 'first-run.json'), 'utf8')).users
    assert.match(alice.password, /^[a-z2-9-]{14}$/)
    assert(running.stdout.includes(alice.password))
    assert.match(running.stderr, /authproxy\.cfg:\d+: warning: skye /)
    assert.match(running.stderr, /countersign\.cfg:\d+: warning: trusted_proxies /)
    writeFileSync(cfg, unchanged)
    assert.equal(await running.stop(), 0)
    const written = readFileSync(log, 'utf8').slice(before)
    assert.match(
      written,
      /starting with .*authproxy\.cfg\n[\s\S]*listening on 127[\s\S]*Init Complete\n/,
    )
  })

  step(
    'listens on every address with --host NAME or address, with certificate, links and QR code for it',
    async () => {
      assert.equal(await running.stop(), 0)
      running = start('--host', 'mfa.example.test')
      await running.prints(/Ctrl-C/)
      const names = await certificateAt('127.0.0.2', ports.service)
      assert.match(names, /DNS:mfa\.example\.test/)
      assert.match(names, /DNS:localhost/)
      const origin = `https://mfa.example.test:${ports.service}`
      for (const path of ['/admin', '/portal', '/activate/']) {
        assert(running.stdout.includes(`${origin}${path}`), path)
      }
      assert.match(running.stdout, /listen on all addresses/)
      assert.match(running.stdout, /[▀▄█]{10}/)
      const authority = readFileSync(firstRun.service.ca_file, 'utf8')
      assert.equal(await authorityAt('mfa.example.test', ports.service, authority), authority)
      assert(running.stdout.includes(new X509Certificate(authority).fingerprint256))
      assert.deepEqual(udpAddresses(ports.radius), ['00000000'])
      await assert.rejects(fetch(`http://127.0.0.2:${ports.directory}/`))
      const headers = { host: `mfa.example.test:${ports.directory}` }
      assert.equal(await statusAt(ports.directory, headers), 421)
      assert.equal(await running.stop(), 0)
      running = start('--host', '192.0.2.7')
      await running.prints(/Ctrl-C/)
      const next = await certificateAt('127.0.0.2', ports.service)
      assert.match(next, /IP Address:192\.0\.2\.7/)
      assert.doesNotMatch(next, /mfa\.example\.test/)
      assert(running.stdout.includes(`https://192.0.2.7:${ports.service}/activate/`))
      // phones keep trusting the authority
      assert.equal(await authorityAt('192.0.2.7', ports.service, authority), authority)
      assert.equal(await running.stop(), 0)
      running = start()
      await running.prints(/Ctrl-C/)
      await assert.rejects(certificateAt('127.0.0.2', ports.service), { code: 'ECONNREFUSED' })
    },
  )

  step("stores the name entered in the app as the name of alice's phone", async () => {
    const code = firstRun.users[0]?.push_activation_url.split('/').at(-1) ?? ''
    const { body } = await activationLink(code, 'My Pixel')
    assert.equal(await post(ports.service, '/app/api/activate', body), 200)
    const args = ['phone', 'list', 'alice', '--data', folder]
    const { stdout } = countersignVerb(args)
    assert.match(stdout, / My Pixel /)
  })
})

/** Leaves a folder as versions without the simulated directory made it. */
function removeDirectory(folder: string): void {
  const file = join(folder, 'first-run.json')
  const { directory: _, ...firstRun } = JSON.parse(readFileSync(file, 'utf8'))
  for (const user of firstRun.users) delete user.password
  writeFileSync(file, JSON.stringify(firstRun))
  rmSync(join(folder, 'directory'), { recursive: true })
}

/** What the directory has traced. */
async function traceOf(url: string) {
  const text = await (await fetch(`${url}/sim/trace.ndjson`)).text()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

async function getJson(url: string, options: RequestInit = {}): Promise<Record<string, unknown>> {
  const json: unknown = await (await fetch(url, options)).json()
  assert(isRecord(json))
  return { ...json }
}

/** Requests the sign-in page of the directory. @returns The HTTP status. */
async function statusAt(port: number, headers: Record<string, string>): Promise<number> {
  const sent = requestHttp({ host: '127.0.0.1', port, path: '/', headers }).end()
  const [message] = await once(sent, 'response')
  assert(message instanceof IncomingMessage)
  message.resume()
  return message.statusCode ?? 0
}

/** @returns The HTTP status. */
async function post(port: number, path: string, body: string): Promise<number | undefined> {
  const options = { host: '127.0.0.1', port, path, method: 'POST', rejectUnauthorized: false }
  const sent = request({ ...options, headers: { host: `localhost:${port}` } }).end(body)
  const reply: unknown[] = await once(sent, 'response')
  const [message] = reply
  assert(message instanceof IncomingMessage)
  message.resume()
  return message.statusCode
}

/** Gets the certificate of the authority, over a connection that trusts it and checks the host name. */
async function authorityAt(host: string, port: number, ca: string): Promise<string> {
  const checkServerIdentity: typeof checkIdentity = (_, certificate) =>
    checkIdentity(host, certificate)
  const options = { host: '127.0.0.1', port, path: '/ca.pem', ca, checkServerIdentity }
  const sent = request({ ...options, headers: { host: `${host}:${port}` } }).end()
  const [answer] = await once(sent, 'response')
  assert(answer instanceof IncomingMessage)
  assert.equal(answer.statusCode, 200)
  return (await answer.toArray()).join('')
}

/** The IPv4 addresses on which a UDP port is open, as the kernel writes them. */
function udpAddresses(port: number): string[] {
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n')
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return lines.flatMap((line) => new RegExp(`^\\s*\\d+: (\\w{8}):${hex} `).exec(line)?.[1] ?? [])
}

/** Opens a TLS connection. @returns The names in the certificate that is shown there. */
async function certificateAt(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect')
    return socket.getPeerX509Certificate()?.subjectAltName ?? ''
  } finally {
    socket.destroy()
  }
}

/** Posts to the API of the panel, as its own pages do. */
async function postPanel(port: number, ca: string, path: string, body: object, cookie = '') {
  const sent = request({
    ...{ host: '127.0.0.1', port, ca, servername: 'localhost' },
    ...{ method: 'POST', path: `/admin/api/${path}` },
    headers: {
      host: `localhost:${port}`,
      origin: `https://localhost:${port}`,
      'content-type': 'application/json',
      'x-countersign-admin': '1',
      ...(cookie === '' ? {} : { cookie }),
    },
  }).end(JSON.stringify(body))
  const [answer] = await once(sent, 'response')
  assert(answer instanceof IncomingMessage)
  const [set = ''] = answer.headers['set-cookie'] ?? []
  const text = (await answer.toArray()).join('')
  return { body: JSON.parse(text), cookie: set.split(';')[0] ?? '' }
}
