import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { Users } from '../../../../../src/service/people/users.ts'
import { Lockout } from '../../../../../src/service/sign_in/lockout.ts'
import { Authenticator, type Ceremony } from '../../../../rig/authenticator.ts'
import type { PortalBrowser } from '../../../../rig/portal_browser.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import type { TestService } from '../../../../rig/service.ts'
import { onBothDatabases } from '../../../../rig/store.ts'

onBothDatabases('passkeys', (rig) => {
  const portal = new PortalRig()
  const { clock } = portal
  let service: TestService
  let names = 0
  before(async () => {
    service = await portal.start(rig())
  })
  after(() => portal.close())

  const ceremony = (challenge: unknown, more: Partial<Ceremony> = {}): Ceremony => ({
    challenge: String(challenge),
    origin: `https://localhost:${service.service.port}`,
    rpId: 'localhost',
    ...more,
  })
  const findHandle = (userId: string) => Buffer.from(userId).toString('base64url')

  /** A user with a passkey, in the browser that made it. */
  async function owner() {
    const username = `holder${++names}`
    const { userId } = await service.addUser({ username })
    await service.addToken(userId)
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const at = portal.browser()
    await at.signIn(username, code)
    const passkey = new Authenticator()
    const { challenge } = (await at.post('passkeys/options')).body
    const made = await at.post('passkeys', {
      attestation: passkey.attestation(ceremony(challenge)),
      name: 'Laptop',
    })
    assert.equal(made.status, 200, made.text)
    return { at, username, userId, passkey, userHandle: findHandle(userId) }
  }

  async function challenged() {
    const at = portal.browser()
    const { challenge } = (await at.post('sign-in/passkey/options')).body
    return { at, challenge }
  }

  test('signs in without a name, and is logged', async () => {
    const { passkey, userHandle, userId, username } = await owner()
    const { at, challenge } = await challenged()
    const assertion = passkey.assertion(ceremony(challenge, { userHandle, counter: 2 }))
    const answer = await at.post('sign-in/passkey', { assertion })
    assert.equal(answer.status, 200, answer.text)
    assert.equal((await at.get('session')).body.username, username)
    const [line] = await new AuthenticationLog().ofUser(
      userId,
      { since: 0, limit: 1 },
      service.store.db,
    )
    assert.deepEqual([line?.factor, line?.result], ['passkey', 'success'])
  })

  test('signs in while wrong passcodes lock the portal, which a passcode does not', async () => {
    const { passkey, userHandle, userId, username } = await owner()
    const lockout = new Lockout(service.store)
    const limits = { threshold: 1, lockMs: 60_000 }
    const now = clock.now()
    for (let guess = 0; guess < 5; guess++) {
      const source = { userId, ikey: 'DI', address: `192.0.2.${guess}`, budget: 'portal' } as const
      await service.store.transaction(async (db) => {
        const record = await lockout.hold(source, now, db)
        await lockout.wrong(source, record, String(guess), limits, now, db)
      })
    }
    const [code = ''] = await service.addBypassCodes(userId, 1)
    assert.equal((await portal.browser().signIn(username, code)).status, 401)
    const { at, challenge } = await challenged()
    const assertion = passkey.assertion(ceremony(challenge, { userHandle, counter: 2 }))
    assert.equal((await at.post('sign-in/passkey', { assertion })).status, 200)
  })

  describe('is refused', () => {
    const refused = async (at: PortalBrowser, assertion: object) => {
      const answer = await at.post('sign-in/passkey', { assertion })
      assert([400, 401].includes(answer.status), `${answer.status} ${answer.text}`)
      assert.equal((await at.get('devices')).status, 401)
    }

    test('if it is replayed, in the same session or in another', async () => {
      const { passkey, userHandle } = await owner()
      const { at, challenge } = await challenged()
      const assertion = passkey.assertion(ceremony(challenge, { userHandle, counter: 2 }))
      const stolen = portal.browser()
      stolen.cookie = at.cookie
      assert.equal((await at.post('sign-in/passkey', { assertion })).status, 200)
      await refused(stolen, assertion)
      await refused((await challenged()).at, assertion)
    })

    test('if its counter is lower than before, like that of a copy', async () => {
      const { passkey, userHandle } = await owner()
      const first = await challenged()
      const seventh = passkey.assertion(ceremony(first.challenge, { userHandle, counter: 7 }))
      assert.equal((await first.at.post('sign-in/passkey', { assertion: seventh })).status, 200)
      for (const counter of [7, 6, 0]) {
        const { at, challenge } = await challenged()
        await refused(at, passkey.assertion(ceremony(challenge, { userHandle, counter })))
      }
    })

    test('from another site or host, or without user verification', async () => {
      const { passkey, userHandle } = await owner()
      const wrong: readonly Partial<Ceremony>[] = [
        { origin: 'https://localhost.evil.example' },
        { rpId: 'evil.example' },
        { userVerified: false },
      ]
      for (const difference of wrong) {
        const { at, challenge } = await challenged()
        const signed = ceremony(challenge, { userHandle, counter: 9, ...difference })
        await refused(at, passkey.assertion(signed))
      }
    })

    test('for another user, or for none', async () => {
      const { passkey } = await owner()
      const other = await owner()
      const { at, challenge } = await challenged()
      const asOther = ceremony(challenge, { userHandle: other.userHandle, counter: 2 })
      await refused(at, passkey.assertion(asOther))
      const again = await challenged()
      await refused(again.at, passkey.assertion(ceremony(again.challenge, { counter: 2 })))
      const third = await challenged()
      await refused(third.at, new Authenticator().assertion(ceremony(third.challenge)))
    })

    test('if its user is disabled or in bypass', async () => {
      const { passkey, userHandle, userId } = await owner()
      for (const status of ['disabled', 'bypass'] as const) {
        await new Users().update(userId, { status }, service.store.db)
        const { at, challenge } = await challenged()
        await refused(at, passkey.assertion(ceremony(challenge, { userHandle, counter: 2 })))
      }
    })

    test('after it was removed', async () => {
      const { at: own, passkey, userHandle } = await owner()
      const { passkeys } = (await own.get('devices')).body
      assert(Array.isArray(passkeys))
      assert.equal((await own.call('DELETE', `passkeys/${passkeys[0].id}`)).status, 200)
      const { at, challenge } = await challenged()
      await refused(at, passkey.assertion(ceremony(challenge, { userHandle, counter: 2 })))
    })
  })

  test('does not let a user rename or remove that of another user, or register one twice', async () => {
    const [mine, other] = [await owner(), await owner()]
    const { passkeys } = (await other.at.get('devices')).body
    assert(Array.isArray(passkeys))
    const path = `passkeys/${passkeys[0].id}`
    assert.equal((await mine.at.call('PATCH', path, { name: 'mine' })).status, 404)
    assert.equal((await mine.at.call('DELETE', path)).status, 404)
    const { challenge } = (await mine.at.post('passkeys/options')).body
    const attestation = other.passkey.attestation(ceremony(challenge))
    assert.equal((await mine.at.post('passkeys', { attestation })).status, 409)
  })

  test('is registered once, with the challenge of its own session', async () => {
    const [mine, other] = [await owner(), await owner()]
    const { challenge } = (await other.at.post('passkeys/options')).body
    const attestation = new Authenticator().attestation(ceremony(challenge))
    assert.equal((await mine.at.post('passkeys', { attestation })).body.code, 'passkey')
    assert.equal((await other.at.post('passkeys', { attestation })).status, 200)
    assert.equal((await other.at.post('passkeys', { attestation })).body.code, 'passkey')
  })
})
