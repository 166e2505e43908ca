import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { OathKey } from '../../../../../src/service/authenticators/oath/oath_code.ts'
import { OathTokens } from '../../../../../src/service/authenticators/oath/oath_tokens.ts'
import { invite, type PortalBrowser } from '../../../../rig/portal_browser.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import type { TestService } from '../../../../rig/service.ts'
import { mainlyOnSqlite } from '../../../../rig/store.ts'

const stepMs = 30_000
const totp = { kind: 'totp', digits: 6, algorithm: 'SHA1', stepSecs: 30 } as const

mainlyOnSqlite('authenticator apps at the portal', (rig) => {
  const portal = new PortalRig()
  const { clock, mails } = portal
  let service: TestService
  before(async () => {
    service = await portal.start(rig(), { sends: ['mail'] })
  })
  after(() => portal.close())

  /** Shows a new key, as the page does. @returns What the app shows at any time. */
  async function scan(at: PortalBrowser): Promise<() => string> {
    const { body } = await at.post('authenticator-apps/begin')
    const key = new OathKey(String(body.secret))
    return () => key.code(totp, Math.floor(clock.now() / stepMs))
  }
  const wrong = (right: string) => (right === '000000' ? '000001' : '000000')

  test('the first device of an enrolment: the user exists once a code confirms it', async () => {
    const at = portal.browser()
    const code = await invite(service, 'googler', { now: clock.now() })
    const { ways } = (await at.post('invitation', { code })).body
    assert.deepEqual(ways, { push: true, sms: true, authenticator: true })
    const begun = await at.post('authenticator-apps/begin')
    assert.match(
      String(begun.body.uri),
      /^otpauth:\/\/totp\/Countersign:googler\?secret=[A-Z2-7]{32}&issuer=Countersign&/,
    )
    assert.match(String(begun.body.picture), /^<svg/)
    const shown = await scan(at)
    assert.equal(await portal.users.byName('googler', service.store.db), undefined)
    const added = await at.post('authenticator-apps', { code: shown(), name: ' 1Password ' })
    assert.equal(added.status, 200, added.text)
    assert.equal((await at.get('session')).body.finished, true)

    // the code that confirmed the app is used up
    assert.equal((await portal.browser().signIn('googler', shown())).status, 401)
    clock.advance(stepMs)
    const next = portal.browser()
    assert.equal((await next.signIn('googler', shown())).status, 200)
    const { devices } = (await next.get('devices')).body
    const [device] = Array.isArray(devices) ? devices : []
    assert.deepEqual(
      [device.kind, device.name, device.ways, device.typed, device.removable],
      ['app', '1Password', ['passcode'], [], false],
    )
  })

  test('a wrong code adds nothing, and five end the setup', async () => {
    const { at, userId } = await portal.owner()
    const shown = await scan(at)
    for (let time = 0; time < 5; time++) {
      const reply = await at.post('authenticator-apps', { code: wrong(shown()) })
      assert.deepEqual(
        [reply.status, reply.body.code, reply.body.field],
        [400, 'wrong_code', 'code'],
      )
    }
    assert.equal((await at.post('authenticator-apps', { code: shown() })).body.code, 'code_over')
    const tokens = await new OathTokens(service.store).ofUser(userId, service.store.db)
    assert.equal(tokens.length, 0)
  })

  test('a key that expired, or that a newer one replaced, is refused', async () => {
    const { at } = await portal.owner()
    const first = await scan(at)
    const second = await scan(at)
    assert.equal((await at.post('authenticator-apps', { code: first() })).body.code, 'wrong_code')
    clock.advance(10 * 60_000)
    assert.equal((await at.post('authenticator-apps', { code: second() })).body.code, 'code_over')
  })

  test('simultaneous confirmations add one app', async () => {
    const { at, userId } = await portal.owner()
    const code = (await scan(at))()
    const replies = await Promise.all([1, 2, 3].map(() => at.post('authenticator-apps', { code })))
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 409, 409])
    const tokens = await new OathTokens(service.store).ofUser(userId, service.store.db)
    assert.equal(tokens.length, 1)
  })

  test('is logged, notified by mail, renamed and removed; an assigned token is not', async () => {
    const { at, userId } = await portal.owner()
    await portal.users.update(userId, { email: 'owner@example.com' }, service.store.db)
    const shown = await scan(at)
    const { body } = await at.post('authenticator-apps', { code: shown(), name: 'Work' })
    const id = String(body.device)
    const lastAct = async () => (await new AdministratorLog().list(1, service.store.db))[0]?.action
    assert.equal(await lastAct(), 'authenticator_app_create')
    assert.equal(mails.at(-1)?.text.includes('“Work”'), true)
    assert.equal((await at.call('PATCH', `authenticator-apps/${id}`, { name: 'Home' })).status, 200)
    assert.equal((await at.call('DELETE', `authenticator-apps/${id}`)).status, 200)
    assert.equal(await lastAct(), 'authenticator_app_delete')
    assert.equal(mails.at(-1)?.text.includes('“Home”'), true)
    await service.addToken(userId)
    const [token] = await new OathTokens(service.store).ofUser(userId, service.store.db)
    const refused = await at.call('DELETE', `authenticator-apps/${token?.tokenId}`)
    assert.equal(refused.body.code, 'not_found')
  })

  test('a user can add ten', async () => {
    const { at } = await portal.owner()
    const add = async () => {
      const shown = await scan(at)
      return await at.post('authenticator-apps', { code: shown() })
    }
    for (let count = 0; count < 10; count++) assert.equal((await add()).status, 200)
    assert.equal((await add()).body.code, 'too_many')
  })
})
