import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Integrations } from '../../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { setApplicationPolicy } from '../../../../rig/application_policy.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import type { TestService } from '../../../../rig/service.ts'
import { onBothDatabases } from '../../../../rig/store.ts'
import { TimerWatch } from '../../../../rig/timer_watch.ts'

const minuteMs = 60_000

onBothDatabases('the sign-in to the portal, attacked', (rig) => {
  const portal = new PortalRig()
  const { clock } = portal
  let service: TestService
  before(async () => {
    service = await portal.start(rig())
  })
  after(() => portal.close())

  const addPhone = (userId: string, number: string) =>
    service.store.transaction((db) => portal.phones.add(userId, { number }, clock.now(), db))

  describe('a session', () => {
    test('that was signed out, was idle too long, or is too old is none', async () => {
      const out = await portal.owner()
      const { cookie } = out.at
      await out.at.post('sign-out')
      out.at.cookie = cookie
      assert.equal((await out.at.get('devices')).status, 401)
      const idle = await portal.owner()
      clock.advance(15 * minuteMs)
      assert.equal((await idle.at.get('devices')).status, 401)
      const busy = await portal.owner()
      for (let quarter = 0; quarter < 4; quarter++) {
        clock.advance(14 * minuteMs)
        assert.equal((await busy.at.get('devices')).status, 200)
      }
      clock.advance(4 * minuteMs)
      assert.equal((await busy.at.get('devices')).status, 401)
    })

    test('has another token than the browser had before it signed in (session fixation)', async () => {
      const { userId } = await service.addUser({ username: 'fixed' })
      await addPhone(userId, '+15550100051')
      const [code = ''] = await service.addBypassCodes(userId, 1)
      const attacker = portal.browser()
      await attacker.post('sign-in', { username: 'fixed' })
      const victim = portal.browser()
      victim.cookie = attacker.cookie
      assert.equal((await victim.post('sign-in/passcode', { passcode: code })).status, 200)
      assert.notEqual(victim.cookie, attacker.cookie)
      assert.equal((await attacker.get('devices')).status, 401)
      // a token that the service has not made is never taken over
      const invented = portal.browser()
      invented.cookie = '__Host-countersign-portal=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
      await invented.post('sign-in', { username: 'fixed' })
      assert(!invented.cookie.includes('AAAAAAAA'))
    })

    test('that has only said a name may do nothing', async () => {
      const at = portal.browser()
      await at.post('sign-in', { username: 'anybody' })
      for (const [method, path] of [
        ['GET', 'devices'],
        ['GET', 'history'],
        ['POST', 'activations'],
        ['POST', 'recovery-codes'],
        ['POST', 'passkeys/options'],
        ['POST', 'sign-out-elsewhere'],
      ] as const) {
        assert.equal((await at.call(method, path)).status, 401, path)
      }
    })

    test('ends when its user is disabled, by himself or by a group', async () => {
      const { at, userId } = await portal.owner()
      await portal.users.update(userId, { status: 'disabled' }, service.store.db)
      assert.equal((await at.get('devices')).status, 401)
      await portal.users.update(userId, { status: 'active' }, service.store.db)
      assert.equal((await at.get('devices')).status, 401)
    })

    test('has a cookie for this host, over TLS, out of the reach of scripts and other sites', async () => {
      const answer = await portal.browser().post('sign-in', { username: 'anybody' })
      const [cookie = ''] = [answer.headers['set-cookie'] ?? []].flat()
      assert.match(
        cookie,
        /^__Host-countersign-portal=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      )
      assert.equal(answer.headers['cache-control'], 'no-store')
    })
  })

  describe('a request of another site', () => {
    const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['another origin', { origin: 'https://evil.example' }],
      ['no origin', { origin: '' }],
      ['origin null', { origin: 'null' }],
      ['without TLS', { origin: 'http://127.0.0.1' }],
      ['cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['same-site', { 'sec-fetch-site': 'same-site' }],
    ]
    test('is refused, whatever cookie comes with it', async () => {
      const { at, userId, phoneIds } = await portal.owner(['+15550100061', '+15550100062'])
      for (const [name, headers] of foreign) {
        const answer = await at.call('DELETE', `devices/${phoneIds[0]}`, {}, headers)
        assert.deepEqual([answer.status, answer.body.code], [403, 'cross_site'], name)
      }
      const read = await at.call('GET', 'devices', {}, { 'sec-fetch-site': 'cross-site' })
      assert.equal(read.status, 403)
      assert.equal((await portal.phones.ofUser(userId, service.store.db)).length, 2)
    })

    test('as a form would send it is refused too', async () => {
      const { at, phoneIds } = await portal.owner(['+15550100063', '+15550100064'])
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
        const headers = { 'content-type': type }
        const answer = await at.call('DELETE', `devices/${phoneIds[0]}`, {}, headers)
        assert.equal(answer.status, 415, type)
      }
    })
  })

  describe('whoever has no factor to prove', () => {
    test('is not let in by bypass, of the user or of a group', async () => {
      const { userId } = await service.addUser({ username: 'bypassed', status: 'bypass' })
      const [code = ''] = await service.addBypassCodes(userId, 1)
      assert.equal((await portal.browser().signIn('bypassed', code)).status, 401)
      const { userId: member } = await service.addUser({ username: 'member' })
      await addPhone(member, '+15550100081')
      await service.store.transaction(async (db) => {
        const groups = new Groups()
        const group = await groups.create('those who are let in elsewhere', 'bypass', '', db)
        await groups.addMember(group.groupId, member, db)
      })
      const [another = ''] = await service.addBypassCodes(member, 1)
      assert.equal((await portal.browser().signIn('member', another)).status, 401)
      const log = new AuthenticationLog()
      for (const id of [userId, member]) {
        assert.deepEqual(await log.ofUser(id, { since: 0, limit: 9 }, service.store.db), [])
      }
    })

    test('is not let in for being unknown, whatever has been set for the portal', async () => {
      const integrations = new Integrations(service.store)
      const application = (await integrations.list(service.store.db)).find(
        ({ name }) => name === 'Portal',
      )
      assert(application !== undefined)
      const lax = { newUsers: 'no-mfa', verifiedPush: false } as const
      await setApplicationPolicy(service.store, application, lax)
      await service.addUser({ username: 'unenrolled' })
      for (const username of ['stranger', 'unenrolled']) {
        assert.equal((await portal.browser().signIn(username, '123456')).status, 401)
      }
    })

    test('nor anybody, where an administrator has closed it', async () => {
      const integrations = new Integrations(service.store)
      const application = (await integrations.list(service.store.db)).find(
        ({ name }) => name === 'Portal',
      )
      assert(application !== undefined)
      await integrations.update(application.ikey, { enabled: false }, service.store.db)
      const { userId } = await service.addUser({ username: 'locked' })
      const [code = ''] = await service.addBypassCodes(userId, 1)
      assert.equal((await portal.browser().signIn('locked', code)).status, 401)
      await integrations.update(application.ikey, { enabled: true }, service.store.db)
    })
  })

  describe('who there is', () => {
    before(async () => {
      const { userId } = await service.addUser({ username: 'known' })
      await service.addToken(userId)
      await addPhone(userId, '+15550100071')
      await service.addUser({ username: 'off', status: 'disabled' })
    })
    const everybody = ['known', 'off', 'nobody'] as const

    test('is not revealed by the text or status of any reply', async () => {
      const answers = await Promise.all(
        everybody.map(async (username) => {
          const at = portal.browser()
          const begun = await at.post('sign-in', { username })
          const passcode = await at.post('sign-in/passcode', { passcode: '000000' })
          const sms = await at.post('sign-in/sms')
          const push = await at.post('sign-in/push')
          const standing = await at.post('sign-in/push/status')
          return [begun, passcode, sms, push, standing].map(({ status, text }) => [
            status,
            text.replace(username, 'NAME').replace(/"code":"\d{4}"/, '"code":"0000"'),
          ])
        }),
      )
      assert.deepEqual(answers[0], answers[2])
      assert.deepEqual(answers[1], answers[2])
    })

    test('is not revealed by waiting: a push without a phone ends like an unanswered one', async () => {
      const ends = await Promise.all(
        everybody.map(async (username) => {
          const at = portal.browser()
          await at.post('sign-in', { username })
          await at.post('sign-in/push')
          return at
        }),
      )
      clock.advance(minuteMs)
      for (const at of ends) {
        assert.equal((await at.post('sign-in/push/status')).body.kind, 'timeout')
      }
    })

    test('is not revealed by the response time: each reply waits for one timer', async (t) => {
      for (const [path, milliseconds] of [
        ['sign-in/passcode', 300],
        ['sign-in/sms', 500],
        ['sign-in/push', 500],
      ] as const) {
        const timers = new TimerWatch(t, milliseconds)
        for (const username of everybody) {
          const at = portal.browser()
          await at.post('sign-in', { username })
          const seen = await timers.during(() => at.post(path, { passcode: '000000' }))
          assert.deepEqual(seen, { started: 1, fired: 1 }, `${path} ${username}`)
        }
      }
    })
  })

  test('a name is tried fifteen times in five minutes', async () => {
    const at = portal.browser()
    await at.post('sign-in', { username: 'tried' })
    const asked = Array.from({ length: 20 }, () => at.post('sign-in/sms'))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    // the name itself was the first
    assert.equal(statuses.filter((status) => status === 200).length, 14)
    assert.equal(statuses.filter((status) => status === 429).length, 6)
  })
})
