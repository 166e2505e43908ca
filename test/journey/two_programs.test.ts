import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { TOTP, URI } from 'otpauth'
import { countersign, signIn as signInBy, skipRadclient } from '../rig/countersign_up.ts'
import { freePort, Running } from '../rig/running.ts'

const program = (name: string) => resolve(import.meta.dirname, '../../bin', name)

describe('service and proxy, set up by hand as two programs', { skip: skipRadclient }, () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-'))
  const data = join(root, 'data')
  const proxyCfg = join(data, 'authproxy.cfg')
  const secret = 'a secret of this appliance'
  let service: Running
  let proxy: Running
  let port: number
  before(async () => {
    const file = join(root, 'countersign.cfg')
    writeFileSync(file, '[service]\nhost_names=localhost\nport=0\n[sms]\nprovider=outbox\n')
    service = new Running(program('countersign'), ['service', '--config', file])
    await service.prints(/listening on \S+:\d+/)
  })
  after(async () => {
    await proxy?.stop()
    await service.stop()
    rmSync(root, { recursive: true })
  })

  const verb = (...words: string[]) => countersign(data, ...words)
  const signIn = (password: string, username = 'olga') =>
    signInBy(username, password, { port, secret })

  /** One bypass code. */
  async function bypassCode(...words: string[]): Promise<string> {
    const made: unknown = JSON.parse(
      await verb('bypass', 'create', 'olga', '--count', '1', '--json', ...words),
    )
    return Array.isArray(made) ? String(made[0]) : ''
  }

  test('the section of the application is the configuration of the proxy, but for the appliance', async () => {
    await verb('app', 'add', '--type', 'radius', '--name', 'VPN')
    const [, apiPort = ''] = /listening on \S+:(\d+)/.exec(service.stdout) ?? []
    const section = await verb('app', 'show', 'VPN', '--cfg', '--api-port', apiPort)
    writeFileSync(proxyCfg, section)
    const refused = spawnSync(program('authproxy'), ['--config', proxyCfg], { encoding: 'utf8' })
    assert.equal(refused.status, 2)
    assert.match(refused.stderr, /^authproxy\.cfg:\d+: radius_secret_1 /m)

    port = await freePort()
    const appliance = section
      .replace(/^radius_ip_1=.*$/m, 'radius_ip_1=127.0.0.1')
      .replace(/^radius_secret_1=.*$/m, `radius_secret_1=${secret}`)
    writeFileSync(
      proxyCfg,
      `[main]\nlog_stdout=true\n${appliance}interface=127.0.0.1\nport=${port}\n`,
    )
    proxy = new Running(program('authproxy'), ['--config', proxyCfg])
    await proxy.prints(/Init Complete/)
  })

  test('a user who is added with a token signs in with its passcode', async () => {
    const added = await verb('user', 'add', 'olga', '--totp')
    const token = URI.parse(/otpauth:\S+/.exec(added)?.[0] ?? '')
    assert(token instanceof TOTP)
    assert.equal((await signIn(token.generate())).accepted, true)
  })

  test('a bypass code lets her in once, or as often as it says', async () => {
    const once = await bypassCode()
    assert.equal((await signIn(once)).accepted, true)
    assert.equal((await signIn(once)).accepted, false)
    const twice = await bypassCode('--reuse-count', '2')
    const tries = [await signIn(twice), await signIn(twice), await signIn(twice)]
    assert.deepEqual(
      tries.map(({ accepted }) => accepted),
      [true, true, false],
    )
  })

  test('in bypass she needs nothing, and disabled nothing helps', async () => {
    await verb('user', 'edit', 'olga', '--status', 'bypass')
    assert.equal((await signIn('whatever')).accepted, true)
    await verb('user', 'edit', 'olga', '--status', 'disabled')
    const { accepted, message } = await signIn('push')
    assert.deepEqual(
      [accepted, message],
      [false, 'Your account is disabled. Please contact your administrator.'],
    )
    await verb('user', 'edit', 'olga', '--status', 'active')
  })

  test('while the service is away nobody is let in, and afterwards it goes on by itself', async () => {
    const code = await bypassCode()
    const [, apiPort = ''] = /listening on \S+:(\d+)/.exec(service.stdout) ?? []
    assert.equal(await service.stop(), 0)
    assert.equal((await signIn(code)).accepted, false)
    service = new Running(program('countersign'), [
      'service',
      '--config',
      join(root, 'countersign.cfg'),
      '--port',
      apiPort,
    ])
    await service.prints(/listening on/)
    assert.equal((await signIn(code)).accepted, true)
  })
})
