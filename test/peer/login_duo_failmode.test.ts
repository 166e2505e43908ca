import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Integrations } from '../../src/service/applications/integrations.ts'
import { makeAuthority } from '../../src/service/http/server/certificate_authority.ts'
import { type DuoSettings, isLetIn, LoginDuo, skipLoginDuo } from '../rig/duo_unix.ts'
import { freePort } from '../rig/running.ts'
import { UnixService } from '../rig/unix_service.ts'

/** `failmode` is the client's: what the service can't be asked, the client decides by itself. */
describe('login_duo 1.11.3 and failmode', { skip: skipLoginDuo }, () => {
  let unix: UnixService
  let login: LoginDuo
  before(async () => {
    unix = await UnixService.start()
    login = new LoginDuo(unix.service, unix.integration)
    await unix.addPerson('alice')
  })
  after(() => unix.close())

  const bothModes = async (settings: DuoSettings, reason: RegExp) => {
    const safe = login.headless('alice', { settings: { ...settings, failmode: 'safe' } })
    assert.equal(await isLetIn(safe), true)
    assert.match(safe.stderr, /Failsafe Duo login/)
    assert.match(safe.stderr, reason)
    const secure = login.headless('alice', { settings: { ...settings, failmode: 'secure' } })
    assert.equal(await isLetIn(secure), false)
    assert.match(secure.stderr, /Failsecure Duo login/)
    assert.match(secure.stderr, reason)
  }

  test('a service that is stopped', async () => {
    const host = `127.0.0.1:${await freePort()}`
    await bothModes({ host }, /Couldn't connect to 127\.0\.0\.1:\d+/)
  })

  test('a wrong skey, and an unknown ikey', async () => {
    await bothModes({ skey: 'x'.repeat(40) }, /Invalid ikey or skey/)
    await bothModes({ ikey: `DI${'X'.repeat(18)}` }, /Invalid ikey or skey/)
  })

  test('a CA that did not sign the certificate', async () => {
    const cafile = join(unix.service.folder, 'other-ca.pem')
    writeFileSync(cafile, (await makeAuthority(Date.now())).certificate)
    await bothModes({ cafile }, /certificate verify failed/)
  })

  test('a database that does not answer', async () => {
    const { schema } = unix.service.store.db
    await schema.alterTable('users').renameTo('elsewhere').execute()
    await bothModes({}, /HTTP 500/)
    await schema.alterTable('elsewhere').renameTo('users').execute()
  })

  test('a disabled application is refused under either failmode', async () => {
    const { store } = unix.service
    const integration = await unix.service.addIntegration('unix')
    await store.transaction((db) =>
      new Integrations(store).update(integration.ikey, { enabled: false }, db),
    )
    const settings = { failmode: 'safe' }
    const refused = new LoginDuo(unix.service, integration).headless('alice', { settings })
    assert.equal(await isLetIn(refused), false)
    assert.match(refused.stderr, /Aborted Duo login .*: HTTP 403/)
  })

  test('the client accepts every name of the certificate', async () => {
    const { username, phone } = await unix.addPerson()
    for (const name of ['127.0.0.1', 'localhost']) {
      const host = `${name}:${unix.service.service.port}`
      const pushed = login.headless(username, { settings: { host } })
      await phone.answerNext('approve')
      assert.equal(await isLetIn(pushed), true)
    }
  })
})
