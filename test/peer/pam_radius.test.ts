import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { AuthApiDouble, deny } from '../rig/auth_api_double.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { ProxyAtWork, sectionWithSecret } from '../rig/proxy_at_work.ts'
import { Running } from '../rig/running.ts'

const unpacked = resolve(import.meta.dirname, '../../node_modules/.debian')
const pamtester = join(unpacked, 'usr/bin/pamtester')
const [module = join(unpacked, 'lib/security/pam_radius_auth.so')] = globSync(
  join(unpacked, 'lib/*/security/pam_radius_auth.so'),
)
const skip =
  skipWithout('libpam-radius-auth', module) ||
  skipWithout('pamtester', pamtester) ||
  (process.getuid?.() !== 0 && 'PAM reads its services in /etc/pam.d, where only root can write')

/** Its configuration file allows no blanks in a secret. */
const pamSecret = 'secret-of-the-pam-module'

describe('pam_radius_auth 2.0.0 through pamtester', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pam-radius-'))
  const name = `countersign-test-${randomUUID()}`
  const conf = join(folder, 'server.conf')
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(sectionWithSecret(api, pamSecret))
    writeFileSync(join('/etc/pam.d', name), `auth required ${module} conf=${conf}\n`)
  })
  beforeEach(() => {
    api.reset()
    proxy.log.lines.length = 0
  })
  after(async () => {
    rmSync(join('/etc/pam.d', name), { force: true })
    rmSync(folder, { recursive: true })
    await proxy.stop()
    await api.close()
  })

  /** Types a password. Returns whether PAM lets the user in. */
  async function isAuthenticated(
    password: string | Uint8Array,
    { user = 'alice', secret = pamSecret } = {},
  ): Promise<boolean> {
    writeFileSync(conf, `127.0.0.1:${proxy.findPort()} ${secret} 5\n`, { mode: 0o600 })
    const login = new Running(pamtester, [name, user, 'authenticate'])
    login.child.stdin?.end(Buffer.concat([Buffer.from(password), Buffer.from('\n')]))
    const status = await login.ended()
    assert.equal(status === 0, /successfully authenticated/.test(login.stdout), login.stdout)
    return status === 0
  }

  test('a push and a passcode, allowed and denied', async () => {
    assert.equal(await isAuthenticated('push'), true)
    assert.equal(await isAuthenticated('123456'), true)
    api.auth = () => deny
    assert.equal(await isAuthenticated('push'), false)
    assert.deepEqual(
      api.asked('/auth/v2/auth').map(({ factor }) => factor),
      ['push', 'passcode', 'push'],
    )
  })

  test('signed requests from its host do not silence it, though it does not sign', async () => {
    assert.equal(await isAuthenticated('push'), true)
    for (let sent = 0; sent < 25; sent++)
      await proxy.signIn('alice', '123456', { secret: pamSecret })
    assert.equal(await isAuthenticated('push'), true)
  })

  test('an empty password is named as such', async () => {
    assert.equal(await isAuthenticated(''), false)
    assert(proxy.log.has('the password is empty'), proxy.log.lines.join('\n'))
  })

  test('a password in Latin-1 is named as such', async () => {
    assert.equal(await isAuthenticated(Buffer.from('pässwörd', 'latin1')), false)
    assert(proxy.log.has('looks like Latin-1; set pw_codec=latin-1'))
    assert.equal(api.requests.length, 0)
  })

  test('rejects another secret, and the log names the secret', async () => {
    assert.equal(await isAuthenticated('push', { secret: 'anothersecret' }), false)
    assert(proxy.log.has('probably differs from radius_secret_1'), proxy.log.lines.join('\n'))
  })
})
