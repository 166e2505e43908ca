import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Integrations } from '../../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { setApplicationPolicy } from '../../../../rig/application_policy.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import type { TestService } from '../../../../rig/service.ts'
import { mainlyOnSqlite } from '../../../../rig/store.ts'
import { TimerWatch } from '../../../../rig/timer_watch.ts'

const minuteMs = 60_000

mainlyOnSqlite('attacks on the portal sign-in', (rig) => {
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
    test('ends by sign-out, after 15 idle minutes, and after an hour', async () => {
      const signedOut = await portal.owner()
      const { cookie } = signedOut.at
      await signedOut.at.post('sign-out')
      signedOut.at.cookie = cookie
      assert.equal((await signedOut.at.get('devices')).status, 401)
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

    test('gets a new token at the sign-in, against session fixation', async () => {
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
      // the service never adopts a token that it did not issue
      const invented = portal.browser()
      invented.cookie = '__Host-countersign-portal=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
      await invented.post('sign-in', { username: 'fixed' })
      assert(!invented.cookie.includes('AAAAAAAA'))
    })

    test('with a username alone has no access', async () => {
      const at = portal.browser()
      await at.post('sign-in', { username: 'anyone' })
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

    test('ends when its user is disabled', async () => {
      const { at, userId } = await portal.owner()
      await portal.users.update(userId, { status: 'disabled' }, service.store.db)
      assert.equal((await at.get('devices')).status, 401)
      await portal.users.update(userId, { status: 'active' }, service.store.db)
      assert.equal((await at.get('devices')).status, 401)
    })

    test('has a __Host- cookie with Secure, HttpOnly and SameSite=Strict', async () => {
      const answer = await portal.browser().post('sign-in', { username: 'anyone' })
      const [cookie = ''] = [answer.headers['set-cookie'] ?? []].flat()
      assert.match(
        cookie,
        /^__Host-countersign-portal=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      )
      assert.equal(answer.headers['cache-control'], 'no-store')
    })
  })

  describe('a cross-site request', () => {
    const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['another origin', { origin: 'https://evil.example' }],
      ['no origin', { origin: '' }],
      ['origin null', { origin: 'null' }],
      ['without TLS', { origin: 'http://127.0.0.1' }],
      ['cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['same-site', { 'sec-fetch-site': 'same-site' }],
    ]
    test('is refused even with a valid cookie', async () => {
      const { at, userId, phoneIds } = await portal.owner(['+15550100061', '+15550100062'])
      for (const [name, headers] of foreign) {
        const answer = await at.call('DELETE', `devices/${phoneIds[0]}`, {}, headers)
        assert.deepEqual([answer.status, answer.body.code], [403, 'cross_site'], name)
      }
      const read = await at.call('GET', 'devices', {}, { 'sec-fetch-site': 'cross-site' })
      assert.equal(read.status, 403)
      assert.equal((await portal.phones.ofUser(userId, service.store.db)).length, 2)
    })

    test('is refused with the content type of a form', async () => {
      const { at, phoneIds } = await portal.owner(['+15550100063', '+15550100064'])
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
        const headers = { 'content-type': type }
        const answer = await at.call('DELETE', `devices/${phoneIds[0]}`, {}, headers)
        assert.equal(answer.status, 415, type)
      }
    })
  })

  describe('a user who proves no factor', () => {
    test('is refused despite the bypass status of the user or a group', async () => {
      const { userId } = await service.addUser({ username: 'bypassed', status: 'bypass' })
      const [code = ''] = await service.addBypassCodes(userId, 1)
      assert.equal((await portal.browser().signIn('bypassed', code)).status, 401)
      const { userId: member } = await service.addUser({ username: 'member' })
      await addPhone(member, '+15550100081')
      await service.store.transaction(async (db) => {
        const groups = new Groups()
        const group = await groups.create('bypass elsewhere', 'bypass', '', db)
        await groups.addMember(group.groupId, member, db)
      })
      const [another = ''] = await service.addBypassCodes(member, 1)
      assert.equal((await portal.browser().signIn('member', another)).status, 401)
      const log = new AuthenticationLog()
      for (const id of [userId, member]) {
        assert.deepEqual(await log.ofUser(id, { since: 0, limit: 9 }, service.store.db), [])
      }
    })

    test('is refused if unknown, whatever the policy of the portal', async () => {
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

    test('is refused, as all users are, if the portal is disabled', async () => {
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

  describe('the existence of a user', () => {
    before(async () => {
      const { userId } = await service.addUser({ username: 'known' })
      await service.addToken(userId)
      await addPhone(userId, '+15550100071')
      await service.addUser({ username: 'off', status: 'disabled' })
    })
    const usernames = ['known', 'off', 'nobody'] as const

    test('is not revealed by the text or the status of a reply', async () => {
      const answers = await Promise.all(
        usernames.map(async (username) => {
          const at = portal.browser()
          const started = await at.post('sign-in', { username })
          const passcode = await at.post('sign-in/passcode', { passcode: '000000' })
          const sms = await at.post('sign-in/sms')
          const push = await at.post('sign-in/push')
          const status = await at.post('sign-in/push/status')
          return [started, passcode, sms, push, status].map((answer) => [
            answer.status,
            answer.text.replace(username, 'NAME').replace(/"code":"\d{4}"/, '"code":"0000"'),
          ])
        }),
      )
      assert.deepEqual(answers[0], answers[2])
      assert.deepEqual(answers[1], answers[2])
    })

    test('is not revealed by the end of a push: all time out alike', async () => {
      const browsers = await Promise.all(
        usernames.map(async (username) => {
          const at = portal.browser()
          await at.post('sign-in', { username })
          await at.post('sign-in/push')
          return at
        }),
      )
      clock.advance(minuteMs)
      for (const at of browsers) {
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
        for (const username of usernames) {
          const at = portal.browser()
          await at.post('sign-in', { username })
          const seen = await timers.during(() => at.post(path, { passcode: '000000' }))
          assert.deepEqual(seen, { started: 1, fired: 1 }, `${path} ${username}`)
        }
      }
    })
  })

  test('allows fifteen attempts per username in five minutes', async () => {
    const at = portal.browser()
    await at.post('sign-in', { username: 'attempted' })
    const requests = Array.from({ length: 20 }, () => at.post('sign-in/sms'))
    const statuses = (await Promise.all(requests)).map(({ status }) => status)
    // entering the username was the first attempt
    assert.equal(statuses.filter((status) => status === 200).length, 14)
    assert.equal(statuses.filter((status) => status === 429).length, 6)
  })
})
