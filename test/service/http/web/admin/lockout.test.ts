import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'
import { until } from '../../../../rig/until.ts'

const minuteMs = 60_000

describe('wrong passwords of administrators', () => {
  const clock = new ManualClock()
  let service: TestService
  before(async () => {
    service = await TestService.start({ clock, config: { trustedProxies: ['127.0.0.1'] } })
  })
  after(() => service.close())

  /** A browser at an address of its own. */
  class Browser extends AdminClient {
    address: string
    constructor(address: string) {
      super(service, () => clock.now())
      this.address = address
    }
    override call(...[method, path, body, headers]: Parameters<AdminClient['call']>) {
      return super.call(method, path, body, { 'x-forwarded-for': this.address, ...headers })
    }
  }

  async function tryPassword(email: string, address: string) {
    return await new Browser(address).post('sign-in', { email, password: 'wrong' })
  }

  test('count together however the e-mail address is written', async () => {
    const { email } = (await addAdministrator(service.store)).administrator
    const written = [email, email.toUpperCase(), email.replace('@', '＠'), email.replace('e', 'ｅ')]
    const statuses = []
    for (let round = 0; round < 11; round++) {
      const typed = written[round % written.length] ?? email
      statuses.push((await tryPassword(typed, '10.1.0.1')).status)
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), 429])
  })

  test('from many addresses do not stop the owner in a known browser, nor fill the log', async () => {
    const ada = await addAdministrator(service.store)
    const { email } = ada.administrator
    const known = new Browser('10.0.0.1')
    await known.signIn(ada)
    const statuses = new Map<number, number>()
    for (let round = 0; round < 100; round++) {
      const tries = Array.from({ length: 10 }, (_, index) =>
        tryPassword(email, `192.0.${round}.${index}`),
      )
      for (const { status } of await Promise.all(tries)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    assert.deepEqual(
      [...statuses],
      [
        [401, 99],
        [429, 901],
      ],
    )
    known.cookie = undefined
    clock.advance(minuteMs)
    await known.signIn(ada)
    const elsewhere = await new Browser('10.0.0.2').post('sign-in', {
      email,
      password: ada.password,
    })
    assert.equal(elsewhere.status, 429)
    assert.ok(Number(elsewhere.headers['retry-after']) > 0)
    const { body } = await known.get('profile')
    assert.partialDeepStrictEqual(body, { sign_ins: { failed_before: 1000, failed_since: 1 } })
    const lines = (await new AdministratorLog().list(2000, service.store.db)).filter(
      ({ action, object }) => action === 'admin_login_error' && object === email,
    )
    assert.equal(lines.length, 21)
    clock.advance(60 * minuteMs)
    await new Browser('10.0.0.2').signIn(ada)
  })

  test('from one address are refused after ten, whatever the password', async () => {
    const ada = await addAdministrator(service.store)
    const { email } = ada.administrator
    for (let tried = 0; tried < 10; tried++) {
      assert.equal((await tryPassword(email, '10.0.0.3')).status, 401)
    }
    const browser = new Browser('10.0.0.3')
    const right = { email, password: ada.password }
    assert.equal((await browser.post('sign-in', right)).status, 429)
    browser.address = '10.0.0.4'
    await browser.signIn(ada)
    clock.advance(15 * minuteMs)
    browser.address = '10.0.0.3'
    await browser.signIn(ada)
  })

  test('from a known browser are refused after ten, there only', async () => {
    const ada = await addAdministrator(service.store)
    const { email } = ada.administrator
    const known = new Browser('10.0.0.5')
    await known.signIn(ada)
    for (let tried = 0; tried < 9; tried++) {
      assert.equal((await known.post('sign-in', { email, password: 'wrong' })).status, 401)
    }
    const right = { email, password: ada.password }
    assert.equal((await known.post('sign-in', right)).body.state, 'second_factor')
    assert.equal((await known.post('sign-in', right)).status, 429)
    clock.advance(minuteMs)
    await new Browser('10.0.0.5').signIn(ada)
  })

  test('are limited for addresses that no account has, too', async () => {
    for (let tried = 0; tried < 10; tried++) {
      assert.equal((await tryPassword('nobody@example.com', '10.0.0.6')).status, 401)
    }
    assert.equal((await tryPassword(' Nobody@example.com', '10.0.0.6')).status, 429)
    // counts of earlier tests can be logged as late as now
    const lines = await new AdministratorLog().list(2000, service.store.db)
    assert.ok(lines.some(({ object }) => object === 'unknown account'))
    assert.doesNotMatch(JSON.stringify(lines), /nobody/i)
  })

  test('and passcodes have limits of their own', async () => {
    const ada = await addAdministrator(service.store)
    const client = new Browser('10.0.0.7')
    const { email } = ada.administrator
    await client.post('sign-in', { email, password: ada.password })
    for (let tried = 0; tried < 10; tried++) {
      const { status } = await client.post('sign-in/totp', { passcode: '000000' })
      assert.equal(status, 400)
    }
    const refused = await client.post('sign-in/totp', { passcode: client.passcode(ada) })
    assert.equal(refused.status, 429)
    client.address = '10.0.0.8'
    const passcode = client.passcode(ada)
    assert.equal((await client.post('sign-in/totp', { passcode })).body.state, 'signed_in')
  })

  test('are counted in the log when their five minutes are over', async () => {
    const ada = await addAdministrator(service.store)
    const { email } = ada.administrator
    for (let tried = 0; tried < 3; tried++) await tryPassword(email, '10.0.0.9')
    clock.advance(5 * minuteMs)
    let lines: readonly string[] = []
    await until(async () => {
      const listed = await new AdministratorLog().list(50, service.store.db)
      lines = listed.filter(({ object }) => object === email).map((line) => line.description)
      return lines.length === 2
    })
    assert.match(
      lines[1] ?? '',
      /^reason=password ip_address=10\.0\.0\.9 browser=Firefox on Linux$/,
    )
    assert.match(lines[0] ?? '', / more=2 since=/)
  })
})
