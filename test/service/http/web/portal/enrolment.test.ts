import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { toGsm7 } from '../../../../../src/service/messaging/sms/gsm7.ts'
import { setApplicationPolicy } from '../../../../rig/application_policy.ts'
import { invite, type PortalBrowser } from '../../../../rig/portal_browser.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import { PushPhone } from '../../../../rig/push_phone.ts'
import { parseResponse, type TestService } from '../../../../rig/service.ts'
import { mainlyOnSqlite } from '../../../../rig/store.ts'

mainlyOnSqlite('enrolment at the portal', (rig) => {
  const portal = new PortalRig()
  const { clock, messages, mails } = portal
  let service: TestService
  before(async () => {
    service = await portal.start(rig(), { config: {}, sends: ['mail'] })
  })
  after(() => portal.close())

  const sentCode = () => /\b\d{6}\b/.exec(messages.at(-1)?.text ?? '')?.[0] ?? ''
  const now = () => clock.now()

  /** Adds a number with the code that was sent to it. */
  async function addNumber(at: PortalBrowser, number: string) {
    const reply = await at.post('numbers', { number, name: 'My phone' })
    assert.equal(reply.status, 200, reply.text)
    return await at.post('numbers/check', { code: sentCode() })
  }

  test('enrols an unknown user with a number, from the link in preauth', async () => {
    const integration = await service.addIntegration('radius', 'enroll')
    const preauth = await service.call({
      path: '/auth/v2/preauth',
      parameters: { username: 'CORP\\newcomer' },
      integration,
    })
    const link = new URL(String(parseResponse(preauth).enroll_portal_url))
    const code = /^#\/enroll\/(\w+)$/.exec(link.hash)?.[1] ?? ''
    const at = portal.browser()
    const opened = await at.post('invitation', { code })
    assert.deepEqual(
      [opened.body.kind, opened.body.username, opened.body.finished],
      ['enrollment', 'newcomer', false],
    )
    assert.equal(await portal.users.byName('newcomer', service.store.db), undefined)
    const added = await addNumber(at, '+1 555 010 0001')
    assert.equal(added.status, 200, added.text)
    const user = await portal.users.byName('newcomer', service.store.db)
    assert.equal((await portal.phones.ofUser(user?.userId ?? '', service.store.db)).length, 1)
    assert.equal((await at.get('session')).body.finished, true)
    const codes = await at.post('recovery-codes')
    assert.equal(Array.isArray(codes.body.codes) && codes.body.codes.length, 10)
  })

  test('enrols a user with the app, and reports the activation to the page', async () => {
    const at = portal.browser()
    await at.post('invitation', { code: await invite(service, 'appuser', { now: now() }) })
    const { body } = await at.post('activations')
    const code = String(body.code)
    assert.match(String(body.link), /^https:\/\/[^?]+\/app\/#\/activate\/\w{20}$/)
    assert.match(String(body.picture), /^<svg/)
    const status = async () => (await at.post('activations/status', { code })).body.kind
    assert.equal(await status(), 'waiting')
    assert.equal((await at.post('recovery-codes')).body.code, 'device_first')
    const phone = await PushPhone.activate((raw) => service.send(raw), code, { now })
    assert.equal(await status(), 'success')
    const renamed = await at.call('PATCH', `devices/${phone.phoneId}`, { name: 'Pixel' })
    assert.equal(renamed.status, 200, renamed.text)
    const user = await portal.users.byName('appuser', service.store.db)
    assert.equal(
      (await portal.phones.ofUser(user?.userId ?? '', service.store.db))[0]?.name,
      'Pixel',
    )
  })

  describe('at its end', () => {
    async function enrolled(username: string) {
      const code = await invite(service, username, { now: now() })
      const at = portal.browser()
      await at.post('invitation', { code })
      const early = await at.post('enrolment/finish')
      assert.equal(early.body.code, 'device_first')
      await addNumber(at, `+1555010${1000 + numbers++}`)
      return at
    }
    let numbers = 0

    test('signs the user in, with a new session', async () => {
      const at = await enrolled('finisher')
      const { cookie: before = '' } = at
      assert.equal((await at.post('enrolment/finish')).body.kind, 'signed_in')
      assert.notEqual(at.cookie, before)
      assert.equal((await at.get('devices')).status, 200)
      at.cookie = before
      assert.equal((await at.post('activations')).status, 401)
    })

    test('signs nobody in while the portal refuses the user', async () => {
      const at = await enrolled('bypassed')
      const user = await portal.users.byName('bypassed', service.store.db)
      await portal.users.update(user?.userId ?? '', { status: 'bypass' }, service.store.db)
      assert.equal((await at.post('enrolment/finish')).body.kind, 'finished')
      assert.equal((await at.get('devices')).status, 401)
    })

    test('ends the session ten minutes after the device was added', async () => {
      const at = await enrolled('leftopen')
      clock.advance(10 * 60_000 - 1)
      assert.equal((await at.post('recovery-codes')).status, 200)
      clock.advance(1)
      assert.equal((await at.post('activations')).status, 401)
    })
  })

  test('logs each change, and notifies the user by mail', async () => {
    const { userId } = await service.addUser({ username: 'mailed', email: 'mailed@example.com' })
    const at = portal.browser()
    await at.post('invitation', { code: await invite(service, 'mailed', { now: now(), userId }) })
    await addNumber(at, '+15550100002')
    const [line] = await new AdministratorLog().list(1, service.store.db)
    assert.deepEqual([line?.actor, line?.action], ['user:mailed', 'phone_create'])
    assert.equal(mails.at(-1)?.to, 'mailed@example.com')
  })

  test('notifies the user when the app is activated and removed', async () => {
    const email = 'apped@example.com'
    const { userId } = await service.addUser({ username: 'apped', email })
    const phone = await service.addPushPhone(userId, { name: 'Pixel' })
    const lastMail = () => [
      mails.at(-1)?.to,
      mails.at(-1)?.subject,
      mails.at(-1)?.text.includes('“Pixel”'),
    ]
    assert.deepEqual(lastMail(), [email, 'Countersign: A device was added to your account', true])
    await phone.call('DELETE', '/app/api/device')
    assert.deepEqual(lastMail(), [
      email,
      'Countersign: A device was removed from your account',
      true,
    ])
  })

  describe('an invitation', () => {
    test('continues after a reload, but opens in no other browser', async () => {
      const code = await invite(service, 'reloading', { now: now() })
      const [at, thief] = [portal.browser(), portal.browser()]
      assert.equal((await at.post('invitation', { code })).status, 200)
      const { cookie } = at
      assert.equal((await at.post('invitation', { code })).status, 200)
      assert.equal(at.cookie, cookie)
      assert.equal((await thief.post('invitation', { code })).body.code, 'invitation_elsewhere')
      assert.equal((await thief.post('numbers', { number: '+15550100003' })).status, 401)
    })

    test('can be reopened after use only in the same session', async () => {
      const code = await invite(service, 'once', { now: now() })
      const at = portal.browser()
      await at.post('invitation', { code })
      await addNumber(at, '+15550100004')
      assert.equal((await at.post('invitation', { code })).status, 200)
      assert.equal(
        (await portal.browser().post('invitation', { code })).body.code,
        'invitation_used',
      )
      clock.advance(31 * 60_000)
      assert.equal((await at.post('invitation', { code })).body.code, 'invitation_used')
    })

    test('that was not finished opens again after its session ended', async () => {
      const code = await invite(service, 'interrupted', { now: now() })
      await portal.browser().post('invitation', { code })
      clock.advance(31 * 60_000)
      assert.equal((await portal.browser().post('invitation', { code })).status, 200)
    })

    test('is used up by a phone that was activated while its page was closed', async () => {
      const code = await invite(service, 'closed', { now: now() })
      const at = portal.browser()
      await at.post('invitation', { code })
      clock.advance(1000)
      const { body } = await at.post('activations')
      await PushPhone.activate((raw) => service.send(raw), String(body.code), { now })
      clock.advance(31 * 60_000)
      const again = await portal.browser().post('invitation', { code })
      assert.equal(again.status, 410, again.text)
    })

    test('that is expired gets the same reply as an invented one', async () => {
      const code = await invite(service, 'late', { now: now(), validSecs: 60 })
      clock.advance(60_000)
      const expired = await portal.browser().post('invitation', { code })
      const invented = await portal.browser().post('invitation', { code: 'A'.repeat(22) })
      assert.equal(expired.body.code, 'invitation_over')
      assert.deepEqual([expired.status, expired.body], [invented.status, invented.body])
    })

    test('created by preauth is refused for a user with a device', async () => {
      const { userId } = await service.addUser({ username: 'enrolled' })
      const options = { now: now(), userId, createdBy: 'preauth' }
      const code = await invite(service, 'enrolled', options)
      await service.addToken(userId)
      const opened = await portal.browser().post('invitation', { code })
      assert.equal(opened.body.code, 'already_enrolled')
    })

    test('created by preauth is refused once the policy denies new users', async () => {
      const integration = await service.addIntegration('radius', 'enroll')
      const parameters = { username: 'toolate' }
      const preauth = await service.call({ path: '/auth/v2/preauth', parameters, integration })
      const { hash } = new URL(String(parseResponse(preauth).enroll_portal_url))
      const code = /^#\/enroll\/(\w+)$/.exec(hash)?.[1] ?? ''
      await setApplicationPolicy(service.store, integration, { newUsers: 'deny' })
      const opened = await portal.browser().post('invitation', { code })
      assert.equal(opened.body.code, 'invitation_over')
    })

    test('is refused if its user got a device meanwhile', async () => {
      const code = await invite(service, 'overtaken', { now: now() })
      const at = portal.browser()
      await at.post('invitation', { code })
      await at.post('numbers', { number: '+15550100005' })
      const { userId } = await service.addUser({ username: 'overtaken' })
      await service.addToken(userId)
      const added = await at.post('numbers/check', { code: sentCode() })
      assert.equal(added.body.code, 'already_enrolled')
      assert.equal((await portal.phones.ofUser(userId, service.store.db)).length, 0)
    })

    test('from an administrator allows adding a device, and no other access', async () => {
      const { userId } = await service.addUser({ username: 'lost' })
      await service.addToken(userId)
      const old = await service.store.transaction((db) =>
        portal.phones.add(userId, { number: '+15550100006' }, now(), db),
      )
      clock.advance(1000)
      const code = await invite(service, 'lost', { now: now(), userId })
      const at = portal.browser()
      assert.equal((await at.post('invitation', { code })).status, 200)
      for (const path of ['devices', 'history']) assert.equal((await at.get(path)).status, 401)
      assert.equal((await at.call('DELETE', `devices/${old.phoneId}`)).status, 401)
      await addNumber(at, '+15550100007')
      const renamed = await at.call('PATCH', `devices/${old.phoneId}`, { name: 'mine' })
      assert.equal(renamed.body.code, 'not_found')
    })

    test('opened early gives no access once the user has enrolled in another way', async () => {
      const integration = await service.addIntegration('radius', 'enroll')
      const link = async () => {
        const parameters = { username: 'earlybird' }
        const preauth = await service.call({ path: '/auth/v2/preauth', parameters, integration })
        const { hash } = new URL(String(parseResponse(preauth).enroll_portal_url))
        return /^#\/enroll\/(\w+)$/.exec(hash)?.[1] ?? ''
      }
      const early = portal.browser()
      await early.post('invitation', { code: await link() })
      const begun = await early.post('activations')
      const own = portal.browser()
      await own.post('invitation', { code: await link() })
      await addNumber(own, '+15550100077')
      for (const path of ['activations', 'recovery-codes', 'passkeys/options']) {
        const reply = await early.post(path)
        assert.equal(reply.status >= 400, true, `${path}: ${reply.text}`)
      }
      const activated = PushPhone.activate((raw) => service.send(raw), String(begun.body.code), {
        now,
      })
      await assert.rejects(activated)
      const user = await portal.users.byName('earlybird', service.store.db)
      assert.equal((await portal.phones.ofUser(user?.userId ?? '', service.store.db)).length, 1)
      assert.equal((await own.post('recovery-codes')).status, 200)
    })

    test('is refused once its user is disabled, and its session ends', async () => {
      const { userId } = await service.addUser({ username: 'leaving' })
      const code = await invite(service, 'leaving', { now: now(), userId })
      const at = portal.browser()
      await at.post('invitation', { code })
      await portal.users.update(userId, { status: 'disabled' }, service.store.db)
      assert.equal((await at.post('activations')).status, 401)
      assert.equal(
        (await portal.browser().post('invitation', { code })).body.code,
        'invitation_over',
      )
    })
  })

  describe('a number', () => {
    async function openInvitation(username: string) {
      const at = portal.browser()
      await at.post('invitation', { code: await invite(service, username, { now: now() }) })
      return at
    }

    test('is not added after five wrong codes, even with the right one', async () => {
      const at = await openInvitation('guesser')
      await at.post('numbers', { number: '+15550100010' })
      const right = sentCode()
      const wrong = right === '000000' ? '000001' : '000000'
      for (let time = 0; time < 5; time++) {
        assert.equal((await at.post('numbers/check', { code: wrong })).body.code, 'wrong_code')
      }
      assert.equal((await at.post('numbers/check', { code: right })).body.code, 'code_over')
      assert.equal(await portal.users.byName('guesser', service.store.db), undefined)
    })

    test('is not added with a code that is expired, used or of another session', async () => {
      const [at, other] = [await openInvitation('slow'), await openInvitation('other')]
      await at.post('numbers', { number: '+15550100011' })
      const code = sentCode()
      assert.equal((await other.post('numbers/check', { code })).body.code, 'code_over')
      clock.advance(10 * 60_000)
      assert.equal((await at.post('numbers/check', { code })).body.code, 'code_over')
      assert.equal((await addNumber(at, '+15550100012')).status, 200)
      const again = await at.post('numbers/check', { code: sentCode() })
      assert.equal(again.body.code, 'code_over')
    })

    test('that is invalid is reported at its form field', async () => {
      const answer = await (await openInvitation('typo')).post('numbers', { number: '555-0100' })
      assert.deepEqual([answer.status, answer.body.field], [400, 'number'])
    })

    test('gets a message in one SMS part, whatever the script of the username', async () => {
      const at = await openInvitation('łucjađ'.repeat(10))
      await at.post('numbers', { number: '+15550100014' })
      const { text = '' } = messages.at(-1) ?? {}
      assert.equal(text, toGsm7(text))
      assert(text.length <= 160 && text.includes('account ?ucja??ucja?'), text)
    })

    test('gets three messages an hour from any number of invitations', async () => {
      const before = messages.length
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const at = await openInvitation(`pumping${index}`)
          return (await at.post('numbers', { number: '+15550100013' })).status
        }),
      )
      assert.equal(messages.length - before, 3)
      assert.equal(statuses.filter((status) => status === 429).length, 5)
    })

    test('gets no message after five of the same session', async () => {
      const at = await openInvitation('pumper')
      const before = messages.length
      const requests = Array.from({ length: 10 }, (_, index) =>
        at.post('numbers', { number: `+1555010002${index}` }),
      )
      await Promise.all(requests)
      assert.equal(messages.length - before, 5)
    })
  })
})
