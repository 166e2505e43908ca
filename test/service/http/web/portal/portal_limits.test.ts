import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { endLocks } from '../../../../../src/service/sign_in/lockout.ts'
import { PortalBrowser } from '../../../../rig/portal_browser.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import type { PushPhone } from '../../../../rig/push_phone.ts'
import { parseResponse, TestService, type TestToken } from '../../../../rig/service.ts'
import { mainlyOnSqlite } from '../../../../rig/store.ts'
import { until } from '../../../../rig/until.ts'

const minuteMs = 60_000

mainlyOnSqlite('anonymous portal requests for a username', (rig) => {
  const portal = new PortalRig()
  const { clock, messages } = portal
  let service: TestService
  let username: string
  let userId: string
  let phone: PushPhone
  let token: TestToken
  before(async () => {
    service = await portal.start(rig(), {
      config: { trustedProxies: ['127.0.0.1'] },
      sends: ['push'],
    })
  })
  after(() => portal.close())

  beforeEach(async () => {
    clock.advance(5 * minuteMs)
    username = `user-${randomUUID()}`
    userId = (await service.addUser({ username })).userId
    const phoneId = await service.addPhone(userId, '+15550101234')
    phone = await service.addPushPhone(userId, { phoneId })
    token = await service.addToken(userId)
    messages.length = 0
  })

  let networks = 0
  /** A visitor with their own IPv6 network, who enters the username. */
  function visitor(address = `2001:db8:${(++networks).toString(16)}::1`) {
    const at = portal.browser()
    const headers = { 'x-forwarded-for': address }
    const post = (path: string, body: object = {}) => at.call('POST', path, body, headers)
    return { at, post, name: (as = username) => post('sign-in', { username: as }) }
  }
  async function signIn(parameters: Readonly<Record<string, string>>) {
    const sent = { username, ipaddr: '203.0.113.1', ...parameters }
    return parseResponse(await service.call({ path: '/auth/v2/auth', parameters: sent }))
  }
  const wrong = (number: number) => String(1_000_000 + number)
  /** Sends wrong passcodes, within the limit of attempts per username. */
  async function guesses(count: number, address?: string): Promise<number[]> {
    const statuses: number[] = []
    for (let first = 0; first < count; first += 7) {
      clock.advance(5 * minuteMs)
      const atOnce = Array.from({ length: Math.min(7, count - first) }, async (_, index) => {
        const { post, name } = visitor(address)
        await name()
        return (await post('sign-in/passcode', { passcode: wrong(first + index) })).status
      })
      statuses.push(...(await Promise.all(atOnce)))
    }
    clock.advance(5 * minuteMs)
    return statuses
  }

  test('lock only the portal for the user after fifty wrong passcodes', async () => {
    assert.deepEqual([...new Set(await guesses(50))], [401])
    // the lock also refuses the right passcode
    const { post, name } = visitor()
    await name()
    assert.equal((await post('sign-in/passcode', { passcode: token.code(0) })).status, 401)
    const preauth = { path: '/auth/v2/preauth', parameters: { username } }
    assert.equal(parseResponse(await service.call(preauth)).result, 'auth')
    const right = { factor: 'passcode', passcode: token.code(0) }
    assert.equal((await signIn(right)).result, 'allow')
    // a right passcode elsewhere does not end the lock
    clock.advance(5 * minuteMs)
    const again = visitor()
    await again.name()
    const passcode = token.code(1)
    assert.equal((await again.post('sign-in/passcode', { passcode })).status, 401)
    await service.store.transaction((db) => endLocks(userId, db))
    assert.equal((await again.post('sign-in/passcode', { passcode })).status, 200)
  })

  test('share the lock with wrong passcodes at sign-ins; ten lock one address only', async () => {
    await guesses(10, '2001:db8:ffff:1::1')
    const neighbour = visitor('2001:db8:ffff:1:abcd::9')
    await neighbour.name()
    const passcode = token.code(0)
    assert.equal((await neighbour.post('sign-in/passcode', { passcode })).status, 401)
    const other = visitor()
    await other.name()
    assert.equal((await other.post('sign-in/passcode', { passcode })).status, 200)
    for (let guess = 0; guess < 50; guess++) {
      const parameters = { factor: 'passcode', passcode: wrong(guess), ipaddr: `192.0.2.${guess}` }
      await signIn(parameters)
    }
    const last = visitor()
    await last.name()
    const next = { passcode: token.code(1) }
    assert.equal((await last.post('sign-in/passcode', next)).status, 401)
  })

  test('stop only the pushes of the portal after five denied ones', async () => {
    for (let push = 0; push < 7; push++) {
      const { post, name } = visitor()
      await name()
      await post('sign-in/push')
      const pending = await phone.requests()
      for (const { txid } of pending) await phone.answer(String(txid), 'deny')
    }
    clock.advance(5 * minuteMs)
    const { post, name } = visitor()
    await name()
    assert.equal((await post('sign-in/push')).status, 200)
    assert.deepEqual(await phone.requests(), [])
    const parameters = { username, factor: 'push', device: 'auto', async: '1' }
    await service.call({ path: '/auth/v2/auth', parameters })
    const [real] = await phone.requests()
    assert.equal(real?.application, 'test authapi')
    await phone.answer(String(real?.txid), 'deny')
    // denied pushes of sign-ins do not stop those of the portal
    clock.advance(10 * minuteMs)
    for (let push = 0; push < 6; push++) {
      await service.call({ path: '/auth/v2/auth', parameters })
      for (const { txid } of await phone.requests()) await phone.answer(String(txid), 'deny')
    }
    assert.equal((await signIn({ factor: 'push', device: 'auto' })).result, 'deny')
    const own = visitor()
    await own.name()
    await own.post('sign-in/push')
    await until(async () => (await phone.requests()).length === 1)
  })

  test('leave most of the SMS limit to sign-ins', async () => {
    for (let message = 0; message < 6; message++) {
      const { post, name } = visitor()
      await name()
      await post('sign-in/sms')
    }
    assert.equal(messages.length, 3)
    assert.equal((await signIn({ factor: 'sms', device: 'auto' })).status, 'sent')
    assert.equal(messages.length, 4)
  })

  test('are counted together for all spellings of the username', async () => {
    const statuses: number[] = []
    for (let turn = 0; turn < 30; turn++) {
      const { name } = visitor()
      const spellings = [
        `${randomUUID()}\\${username}`,
        `${username}@${turn}.example`,
        ` ${username} `,
      ]
      const as = spellings[turn % spellings.length] ?? ''
      statuses.push((await name(turn % 2 === 0 ? as : as.toUpperCase())).status)
    }
    assert.deepEqual(statuses, [...Array(15).fill(200), ...Array(15).fill(429)])
  })

  test('are limited per IPv6 /64 network', async () => {
    const small = await TestService.start({
      clock,
      config: { trustedProxies: ['127.0.0.1'], refusedPerMinute: 10 },
    })
    const statuses: number[] = []
    for (let host = 1; host <= 20; host++) {
      const at = new PortalBrowser(small)
      const headers = { 'x-forwarded-for': `2001:db8:5:5::${host}` }
      const { status } = await at.call('POST', 'sign-in', { username: `u${host}` }, headers)
      statuses.push(status)
    }
    assert.deepEqual(statuses, [...Array(10).fill(200), ...Array(10).fill(429)])
    await small.close()
  })
})
