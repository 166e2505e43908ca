import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../../../src/host/secret.ts'
import { createAdministrator } from '../../../../../src/service/administration/acts/administrators.ts'
import { Administration } from '../../../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../../../src/service/administration/roles.ts'
import { AdministratorLinks } from '../../../../../src/service/administrators/links.ts'
import { findTotpStep } from '../../../../../src/service/administrators/totp.ts'
import { OathKey } from '../../../../../src/service/authenticators/oath/oath_code.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { Authenticator } from '../../../../rig/authenticator.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'

const totp = { kind: 'totp', algorithm: 'SHA1', digits: 6, stepSecs: 30 } as const
const password = 'plinth gravel otter quince'
const minuteMs = 60_000

describe('the activation of an administrator', () => {
  const clock = new ManualClock()
  let service: TestService
  let count = 0
  before(async () => {
    service = await TestService.start({ clock })
  })
  after(() => service.close())

  function browser(): AdminClient {
    return new AdminClient(service, () => clock.now())
  }

  async function invited(): Promise<{ readonly email: string; readonly code: string }> {
    const role = builtInRole('Owner')
    const administration = new Administration(service.store, clock, { name: 'cli:root', role })
    count++
    const { administrator, link } = await administration.run(createAdministrator, {
      email: `grace${count}@example.com`,
      name: 'Grace Hopper',
      role: 'Help Desk',
    })
    return { email: administrator.email, code: link.code.reveal() }
  }

  function passcodeOf(secret: unknown): string {
    return new OathKey(String(secret)).code(totp, Math.floor(clock.now() / 1000 / totp.stepSecs))
  }

  test('is over for the old mailbox when the e-mail address is corrected', async () => {
    const { email, code } = await invited()
    const client = await AdminClient.signedIn(service, { now: () => clock.now() })
    const { body } = await client.get(`administrators?q=${email}`)
    const [item] = Array.isArray(body.items) ? body.items : []
    const path = `administrators/${item.admin_id}`
    assert.equal((await client.call('PATCH', path, { email: `right-${email}` })).status, 200)
    const opened = await browser().post('activation/link', { code })
    assert.equal(opened.status, 410)
  })

  test('sets a password, adds an authenticator app, and signs in', async () => {
    const { email, code } = await invited()
    const client = browser()
    const link = await client.post('activation/link', { code })
    assert.partialDeepStrictEqual(link.body, { kind: 'activation', email, name: 'Grace Hopper' })
    const used = await client.post('activation', { code, password })
    assert.equal(used.body.state, 'enrol_factor')
    const { body: offered } = await client.post('factors/totp/options')
    assert.match(String(offered.uri), /^otpauth:\/\/totp\/.*grace/)
    const passcode = passcodeOf(offered.secret)
    const done = await client.post('factors/totp', { passcode })
    assert.equal(done.body.state, 'signed_in')
    const second = browser()
    await second.post('sign-in', { email, password })
    const repeated = await second.post('sign-in/totp', { passcode })
    assert.partialDeepStrictEqual(repeated.body, { error: { code: 'wrong_code' } })
    clock.advance(minuteMs)
    const fresh = await second.post('sign-in/totp', { passcode: passcodeOf(offered.secret) })
    assert.equal(fresh.body.state, 'signed_in')
  })

  test('adds a passkey, which then signs in and steps up', async () => {
    const { email, code } = await invited()
    const client = browser()
    await client.post('activation', { code, password })
    const { body: creation } = await client.post('factors/passkey/options')
    const authenticator = new Authenticator()
    const ceremony = {
      challenge: String(creation.challenge),
      origin: `https://localhost:${service.port}`,
      rpId: 'localhost',
    }
    const attestation = authenticator.attestation(ceremony)
    const added = await client.post('factors/passkey', { attestation, name: 'Key' })
    assert.equal(added.body.state, 'signed_in')
    const second = browser()
    const begun = await second.post('sign-in', { email, password })
    assert.deepEqual(begun.body.factors, ['passkey'])
    const asked = await second.post('sign-in/passkey/options')
    const challenge = String(asked.body.challenge)
    const assertion = authenticator.assertion({ ...ceremony, challenge, counter: 2 })
    const done = await second.post('sign-in/passkey', { assertion })
    assert.equal(done.body.state, 'signed_in')
    const replayed = await second.post('step-up/passkey', { assertion })
    assert.partialDeepStrictEqual(replayed.body, { error: { code: 'passkey' } })
    clock.advance(11 * minuteMs)
    assert.equal((await second.get('session')).body.stepped_up_until, null)
    const again = await second.post('step-up/passkey/options')
    const stepUp = { ...ceremony, challenge: String(again.body.challenge), counter: 3 }
    const stepped = await second.post('step-up/passkey', {
      assertion: authenticator.assertion(stepUp),
    })
    assert.equal(typeof stepped.body.stepped_up_until, 'number')
  })

  test('uses the link once, also by two browsers at once', async () => {
    const { code } = await invited()
    const answers = await Promise.all(
      [browser(), browser()].map((client) => client.post('activation', { code, password })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410])
    const late = await browser().post('activation/link', { code })
    assert.partialDeepStrictEqual(late.body, { error: { code: 'link_over' } })
  })

  test('refuses an expired link', async () => {
    const { code } = await invited()
    clock.advance(7 * 24 * 60 * minuteMs)
    const { status } = await browser().post('activation/link', { code })
    assert.equal(status, 410)
  })

  test('lets a password add a first factor for half an hour only', async () => {
    const { email, code } = await invited()
    const first = browser()
    await first.post('activation', { code, password })
    const second = browser()
    assert.equal((await second.post('sign-in', { email, password })).body.state, 'enrol_factor')
    clock.advance(31 * minuteMs)
    const late = await browser().post('sign-in', { email, password })
    assert.partialDeepStrictEqual(late.body, { error: { code: 'no_factor' } })
  })

  test('lets one of two browsers add the first factor', async () => {
    const { email, code } = await invited()
    const [first, second] = [browser(), browser()]
    await first.post('activation', { code, password })
    await second.post('sign-in', { email, password })
    const offers = await Promise.all(
      [first, second].map((client) => client.post('factors/totp/options')),
    )
    const answers = await Promise.all(
      [first, second].map((client, index) =>
        client.post('factors/totp', { passcode: passcodeOf(offers[index]?.body.secret) }),
      ),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403])
  })

  const refused: readonly (readonly [string, string])[] = [
    ['a short password', 'Xk7-plinth9'],
    ['a leaked password', 'passwordpassword'],
    ['a common password with a number', 'Password12345!'],
    ['a password of own names', 'gracehopper1'],
    ['a password of the product', 'countersign123'],
  ]
  for (const [title, weak] of refused) {
    test(`refuses ${title}`, async () => {
      const { code } = await invited()
      const { status, body } = await browser().post('activation', { code, password: weak })
      assert.equal(status, 400)
      assert.partialDeepStrictEqual(body, { error: { code: 'password', field: 'password' } })
      assert.equal((await browser().post('activation/link', { code })).status, 200)
    })
  }

  test('takes all characters of a long password', async () => {
    const { email, code } = await invited()
    const long = 'plinth gravel otter quince '.repeat(6)
    await browser().post('activation', { code, password: long })
    const cut = await browser().post('sign-in', { email, password: long.slice(0, 72) })
    assert.equal(cut.status, 401)
    const whole = await browser().post('sign-in', { email, password: long })
    assert.equal(whole.body.state, 'enrol_factor')
  })

  test('creates one first owner with a link of its own', async () => {
    const other = await TestService.start({ clock })
    try {
      const expires = clock.now() + 60 * minuteMs
      const first = { kind: 'owner', adminId: null, createdBy: 'service', expires } as const
      const { code } = await other.store.transaction((db) =>
        new AdministratorLinks().create(first, clock.now(), db),
      )
      const client = new AdminClient(other, () => clock.now())
      const link = await client.post('activation/link', { code: code.reveal() })
      assert.partialDeepStrictEqual(link.body, { kind: 'owner', email: null })
      const form = { code: code.reveal(), password, email: 'ada@example.com', name: 'Ada' }
      const used = await client.post('activation', form)
      assert.equal(used.body.state, 'enrol_factor')
      assert.equal((await client.post('activation', form)).status, 410)
    } finally {
      await other.close()
    }
  })
})

describe('a passcode of an administrator', () => {
  test('is accepted one step before and after its own', () => {
    const secret = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ').reveal()
    const key = new OathKey(secret)
    const now = 59_000
    assert.equal(findTotpStep(secret, key.code(totp, 2), now), 2)
    assert.equal(findTotpStep(secret, key.code(totp, 0), now), 0)
    assert.equal(findTotpStep(secret, key.code(totp, 4), now), undefined)
  })
})
