import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, describe, test } from 'node:test'
import { Code, encodeAccessRequest, SharedSecret } from '../../src/radius/index.ts'
import { exchange } from '../../src/radius/udp/exchange.ts'
import { signedBeforeLatch } from '../../src/radius/udp/signed_sources.ts'
import { freePort, Running } from '../rig/running.ts'

const program = resolve(import.meta.dirname, '../../bin/authproxy')
const folder = mkdtempSync(join(tmpdir(), 'authproxy-'))
after(() => rmSync(folder, { recursive: true }))

function configured(port: number, more = ''): string {
  const file = join(folder, 'authproxy.cfg')
  writeFileSync(
    file,
    `[main]\nlog_stdout=true\n[duo_only_client]\n[radius_server_duo_only]\nikey=DIXXXXXXXXXXXXXXXXXX
skey=${'a'.repeat(40)}\napi_host=localhost\napi_port=1\ninterface=127.0.0.1\nport=${port}
radius_ip_1=127.0.0.1\nradius_secret_1=${'s'.repeat(24)}\n${more}`,
  )
  return file
}

describe('authproxy', () => {
  test('starts, says Init Complete, and stops on SIGTERM with exit status 0', async () => {
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

  test('a configuration with errors: every problem, exit status 2, nothing started', () => {
    const file = configured(1812, 'failmode=perhaps\nradius_ip_2=nowhere.example\n')
    const { status, stderr, stdout } = spawnSync(program, ['--config', file], { encoding: 'utf8' })
    assert.equal(status, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^authproxy\.cfg:13: failmode is 'perhaps'; expected safe \| secure$/m)
    assert.match(stderr, /^authproxy\.cfg:14: radius_ip_2 is the name/m)
    assert.match(stderr, /^authproxy\.cfg:14: radius_secret_2 is missing/m)
  })

  test('a taken port: one line that names section and port, exit status 1', async () => {
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
      `authproxy: [radius_server_duo_only] can't listen on 127.0.0.1:${port}: UDP port ${port} is taken by another program; stop it or set port= to another\n`,
    )
  })

  test('no configuration: what to do', () => {
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
})
