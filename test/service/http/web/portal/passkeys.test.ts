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

  /** Adds a user and registers a passkey in their browser. */
  async function addOwner() {
    const username = `holder${++names}`
    const { userId } = await service.addUser({ username })
    await service.addToken(userId)
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const at = portal.browser()
    await at.signIn(username, code)
    const passkey = new Authenticator()
    const { challenge } = (await at.post('passkeys/options')).body
    const registered = await at.post('passkeys', {
      attestation: passkey.attestation(ceremony(challenge)),
      name: 'Laptop',
    })
    assert.equal(registered.status, 200, registered.text)
    return { at, username, userId, passkey, userHandle: findHandle(userId) }
  }

  async function requestChallenge() {
    const at = portal.browser()
    const { challenge } = (await at.post('sign-in/passkey/options')).body
    return { at, challenge }
  }

  test('signs in to the portal without a username, and is logged', async () => {
    const { passkey, userHandle, userId, username } = await addOwner()
    const { at, challenge } = await requestChallenge()
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

  test('signs in despite a portal lockout, which refuses passcodes', async () => {
    const { passkey, userHandle, userId, username } = await addOwner()
    const lockout = new Lockout(service.store)
    const limits = { threshold: 1, lockMs: 60_000 }
    const now = clock.now()
    for (let guess = 0; guess < 5; guess++) {
      const source = { userId, ikey: 'DI', address: `192.0.2.${guess}`, budget: 'portal' } as const
      await service.store.transaction(async (db) => {
        const counts = await lockout.hold(source, db)
        await lockout.countWrong(source, counts, String(guess), limits, now, db)
      })
    }
    const [code = ''] = await service.addBypassCodes(userId, 1)
    assert.equal((await portal.browser().signIn(username, code)).status, 401)
    const { at, challenge } = await requestChallenge()
    const assertion = passkey.assertion(ceremony(challenge, { userHandle, counter: 2 }))
    assert.equal((await at.post('sign-in/passkey', { assertion })).status, 200)
  })

  describe('is refused', () => {
    const assertRefused = async (at: PortalBrowser, assertion: object) => {
      const answer = await at.post('sign-in/passkey', { assertion })
      assert([400, 401].includes(answer.status), `${answer.status} ${answer.text}`)
      assert.equal((await at.get('devices')).status, 401)
    }

    test('if the assertion is replayed, in the same session or another', async () => {
      const { passkey, userHandle } = await addOwner()
      const { at, challenge } = await requestChallenge()
      const assertion = passkey.assertion(ceremony(challenge, { userHandle, counter: 2 }))
      const stolen = portal.browser()
      stolen.cookie = at.cookie
      assert.equal((await at.post('sign-in/passkey', { assertion })).status, 200)
      await assertRefused(stolen, assertion)
      await assertRefused((await requestChallenge()).at, assertion)
    })

    test('if the counter does not increase, as with a copied passkey', async () => {
      const { passkey, userHandle } = await addOwner()
      const first = await requestChallenge()
      const seventh = passkey.assertion(ceremony(first.challenge, { userHandle, counter: 7 }))
      assert.equal((await first.at.post('sign-in/passkey', { assertion: seventh })).status, 200)
      for (const counter of [7, 6, 0]) {
        const { at, challenge } = await requestChallenge()
        await assertRefused(at, passkey.assertion(ceremony(challenge, { userHandle, counter })))
      }
    })

    test('for another origin, another host, or without user verification', async () => {
      const { passkey, userHandle } = await addOwner()
      const wrong: readonly Partial<Ceremony>[] = [
        { origin: 'https://localhost.evil.example' },
        { rpId: 'evil.example' },
        { userVerified: false },
      ]
      for (const difference of wrong) {
        const { at, challenge } = await requestChallenge()
        const signed = ceremony(challenge, { userHandle, counter: 9, ...difference })
        await assertRefused(at, passkey.assertion(signed))
      }
    })

    test('with the handle of another user, with none, or if unregistered', async () => {
      const { passkey } = await addOwner()
      const other = await addOwner()
      const { at, challenge } = await requestChallenge()
      const asOther = ceremony(challenge, { userHandle: other.userHandle, counter: 2 })
      await assertRefused(at, passkey.assertion(asOther))
      const again = await requestChallenge()
      await assertRefused(again.at, passkey.assertion(ceremony(again.challenge, { counter: 2 })))
      const third = await requestChallenge()
      await assertRefused(third.at, new Authenticator().assertion(ceremony(third.challenge)))
    })

    test('if its user has the status disabled or bypass', async () => {
      const { passkey, userHandle, userId } = await addOwner()
      for (const status of ['disabled', 'bypass'] as const) {
        await new Users().update(userId, { status }, service.store.db)
        const { at, challenge } = await requestChallenge()
        await assertRefused(at, passkey.assertion(ceremony(challenge, { userHandle, counter: 2 })))
      }
    })

    test('after it was removed', async () => {
      const { at: own, passkey, userHandle } = await addOwner()
      const { passkeys } = (await own.get('devices')).body
      assert(Array.isArray(passkeys))
      assert.equal((await own.call('DELETE', `passkeys/${passkeys[0].id}`)).status, 200)
      const { at, challenge } = await requestChallenge()
      await assertRefused(at, passkey.assertion(ceremony(challenge, { userHandle, counter: 2 })))
    })
  })

  test('can’t be renamed or removed by another user, or registered twice', async () => {
    const [mine, other] = [await addOwner(), await addOwner()]
    const { passkeys } = (await other.at.get('devices')).body
    assert(Array.isArray(passkeys))
    const path = `passkeys/${passkeys[0].id}`
    assert.equal((await mine.at.call('PATCH', path, { name: 'mine' })).status, 404)
    assert.equal((await mine.at.call('DELETE', path)).status, 404)
    const { challenge } = (await mine.at.post('passkeys/options')).body
    const attestation = other.passkey.attestation(ceremony(challenge))
    assert.equal((await mine.at.post('passkeys', { attestation })).status, 409)
  })

  test('is registered only with the challenge of the same session, once', async () => {
    const [mine, other] = [await addOwner(), await addOwner()]
    const { challenge } = (await other.at.post('passkeys/options')).body
    const attestation = new Authenticator().attestation(ceremony(challenge))
    assert.equal((await mine.at.post('passkeys', { attestation })).body.code, 'passkey')
    assert.equal((await other.at.post('passkeys', { attestation })).status, 200)
    assert.equal((await other.at.post('passkeys', { attestation })).body.code, 'passkey')
  })
})
