import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { endLocks } from '../../../src/service/sign_in/lockout.ts'
import { afterGuess, isLocked, noFailures } from '../../../src/service/sign_in/lockout_rule.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { parseResponse, TestService, type TestToken } from '../../rig/service.ts'

const settings = { threshold: 10, lockMs: 30 * 60_000 }

describe('the lockout rule', () => {
  const now = 1_000_000

  test('locks after ten guesses for half an hour, then twice as long each time, up to a day', () => {
    let failures = noFailures
    const lasting: number[] = []
    for (let guess = 1; guess <= 80; guess++) {
      failures = afterGuess(failures, String(guess), settings, now)
      assert.equal(
        isLocked(failures, now) && failures.consecutive === 0,
        failures.locks > 0 && guess % 10 === 0,
      )
      if (guess % 10 === 0) lasting.push((failures.lockedUntil - now) / 60_000)
    }
    assert.deepEqual(lasting, [30, 60, 120, 240, 480, 960, 1440, 1440])
  })
})

describe('wrong passcodes', () => {
  const clock = new ManualClock()
  let service: TestService
  let token: TestToken
  let userId: string
  let counter = 0

  before(async () => {
    service = await TestService.start({ clock })
    userId = (await service.addUser({ username: 'alice' })).userId
    token = await service.addToken(userId)
  })
  after(() => service.close())

  const guess = async (passcode: string, ipaddr = '192.0.2.1') => {
    const parameters = { username: 'alice', factor: 'passcode', passcode, ipaddr }
    for (;;) {
      const answer = await service.call({ path: '/auth/v2/auth', parameters })
      // a busy machine refuses some of many guesses unchecked
      if (answer.status === 429) continue
      const { result, status } = parseResponse(answer)
      return `${result} ${status}`
    }
  }
  /** Codes of seven digits, which no token has. */
  const wrong = (number: number) => String(1_000_000 + number)
  const right = () => token.code(counter++)

  test('checks ten of three hundred parallel guesses, and then denies the correct passcode unchecked', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => guess(wrong(index))),
    )
    assert.equal(answers.filter((answer) => answer === 'deny deny').length, 10)
    assert.equal(answers.filter((answer) => answer === 'deny locked_out').length, 290)
    assert.equal(await guess(token.code(0)), 'deny locked_out')
  })

  test('does not lock other addresses or other applications', async () => {
    assert.equal(await guess(right(), '192.0.2.2'), 'allow allow')
    const integration = await service.addIntegration('radius')
    const parameters = {
      username: 'alice',
      factor: 'passcode',
      passcode: right(),
      ipaddr: '192.0.2.1',
    }
    const answer = await service.call({ path: '/auth/v2/auth', parameters, integration })
    assert.equal(parseResponse(answer).result, 'allow')
  })

  test('ends the lock by itself, and resets the count after a correct passcode', async () => {
    clock.advance(settings.lockMs)
    assert.equal(await guess(right()), 'allow allow')
    for (let index = 0; index < 9; index++) await guess(wrong(index))
    assert.equal(await guess(right()), 'allow allow')
    for (let index = 0; index < 9; index++) await guess(wrong(index))
    assert.equal(await guess(right()), 'allow allow')
  })

  test('does not count a resent wrong passcode, or one that was already used', async () => {
    const used = right()
    assert.equal(await guess(used), 'allow allow')
    for (let index = 0; index < 12; index++) assert.equal(await guess(wrong(7)), 'deny deny')
    for (let index = 0; index < 12; index++) assert.equal(await guess(used), 'deny deny')
    assert.equal(await guess(right()), 'allow allow')
  })

  test('counts invalid addresses as no address, so that inventing one brings no new guesses', async () => {
    for (let index = 0; index < 10; index++) await guess(wrong(index), `x${index}`)
    assert.equal(await guess(right(), 'y'), 'deny locked_out')
    clock.advance(24 * 60 * 60_000)
    assert.equal(await guess(right()), 'allow allow')
  })

  test('counts an IPv6 network as one address', async () => {
    const written = ['2001:db8:0:1::1', '2001:DB8:0:1:0:0:0:1', '2001:db8:0:1:ffff::2%eth0']
    for (let index = 0; index < 10; index++) await guess(wrong(index), written[index % 3])
    assert.equal(await guess(right(), '2001:db8:0:1::5'), 'deny locked_out')
    assert.equal(await guess(right(), '2001:db8:0:2::5'), 'allow allow')
    const mapped = ['::ffff:192.0.2.77', '192.0.2.77']
    for (let index = 0; index < 10; index++) await guess(wrong(index), mapped[index % 2])
    assert.equal(await guess(right(), '192.0.2.77'), 'deny locked_out')
    await service.store.transaction((db) => endLocks(userId, db))
  })

  test('locks the account after fifty guesses from many addresses, until an administrator unlocks it', async () => {
    for (let index = 0; index < 50; index++) await guess(wrong(index), `198.51.100.${index}`)
    assert.equal(await guess(right(), '203.0.113.9'), 'deny locked_out')
    const preauth = await service.call({
      path: '/auth/v2/preauth',
      parameters: { username: 'alice' },
    })
    assert.equal(parseResponse(preauth).result, 'deny')
    await service.store.transaction((db) => endLocks(userId, db))
    assert.equal(await guess(right(), '203.0.113.9'), 'allow allow')
  })
})
