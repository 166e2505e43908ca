import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { Secret as OathSecret, TOTP } from 'otpauth'
import { OathTokens } from '../../../../src/service/authenticators/oath/oath_tokens.ts'
import { endLocks } from '../../../../src/service/sign_in/lockout.ts'
import { consumeOath } from '../../../rig/consume.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const stepMs = 30_000
const used = 'This passcode has already been used. Please generate a new passcode and try again.'

onBothDatabases('a passcode that is submitted again', (rig) => {
  const clock = new ManualClock()
  let nodes: readonly TestService[]
  let userId: string
  let secret: OathSecret

  before(async () => {
    const { folder, databaseUrl } = rig()
    const node = () =>
      TestService.start({ clock, folder, ...(databaseUrl === undefined ? {} : { databaseUrl }) })
    const first = await node()
    nodes = databaseUrl === undefined ? [first] : [first, await node()]
    userId = (await first.addUser({ username: 'alice' })).userId
    const made = await first.store.transaction((db) =>
      new OathTokens(first.store).create(userId, { kind: 'totp' }, clock.now(), db),
    )
    secret = OathSecret.fromBase32(made.secret)
  })
  after(() => Promise.all(nodes.map((node) => node.close())))

  let turn = 0
  /** Each request goes to the next node. */
  async function guess(passcode: string): Promise<string> {
    const [first] = nodes
    const node = nodes[turn++ % nodes.length]
    const parameters = { username: 'alice', factor: 'passcode', passcode, ipaddr: '192.0.2.1' }
    const call = { path: '/auth/v2/auth', parameters }
    const answer = await node?.call({ ...call, ...(first && { integration: first.integration }) })
    assert(answer !== undefined)
    const { result, status, status_msg } = parseResponse(answer)
    return status === 'deny' ? String(status_msg) : `${result} ${status}`
  }
  const right = () => TOTP.generate({ secret, timestamp: clock.now() })
  /** Six digits that are not a code of the token, now or within the next hour. */
  function wrong(): string {
    const codes = new Set(
      Array.from({ length: 140 }, (_, step) =>
        TOTP.generate({ secret, timestamp: clock.now() + (step - 10) * stepMs }),
      ),
    )
    return ['100000', '200000', '300000'].find((code) => !codes.has(code)) ?? ''
  }
  const unlock = () => nodes[0]?.store.transaction((db) => endLocks(userId, db))

  test('counts as a guess after its step has passed, but not within seconds', async () => {
    const code = wrong()
    for (let guesses = 0; guesses < 10; guesses++) {
      assert.match(await guess(code), /^Incorrect/)
      clock.advance(5000)
      if (guesses < 9) assert.match(await guess(code), /^Incorrect/)
      clock.advance(stepMs - 5000)
    }
    assert.equal(await guess(right()), 'deny locked_out')
    await unlock()
    assert.equal(await guess(right()), 'allow allow')
    clock.advance(3 * stepMs)
  })

  test('counts even if it is resent every few seconds', async () => {
    const code = wrong()
    let sent = 0
    while ((await guess(code)) !== 'deny locked_out') {
      clock.advance(4000)
      assert(++sent < 100, 'never locked')
    }
    await unlock()
  })

  test('counts if it was correct and its step has passed', async () => {
    clock.advance(stepMs - (clock.now() % stepMs))
    const code = right()
    assert.equal(await guess(code), 'allow allow')
    for (let resend = 0; resend < 15; resend++) assert.equal(await guess(code), used)
    // the code is still in the clock window, but too late to be a resend
    clock.advance(stepMs)
    assert.equal(await guess(code), used)
    for (let guesses = 0; guesses < 9; guesses++) {
      clock.advance(stepMs)
      await guess(code)
    }
    assert.equal(await guess(right()), 'deny locked_out')
    await unlock()
  })

  describe('a word that is neither a factor nor a passcode', () => {
    test('is answered with the accepted words, and not counted as a guess', async () => {
      const hint = 'Type push, phone, sms or your passcode.'
      for (const word of ['hello', 'push?', 'z'.repeat(44), '12a456', 'c'.repeat(43), '!']) {
        for (const factor of ['prompt', 'passcode']) {
          const parameters = { username: 'alice', factor, [factor]: word, ipaddr: '192.0.2.1' }
          const answer = await nodes[0]?.call({ path: '/auth/v2/auth', parameters })
          assert(answer !== undefined)
          assert.deepEqual(parseResponse(answer), {
            result: 'deny',
            status: 'deny',
            status_msg: hint,
          })
        }
      }
      clock.advance(2 * stepMs)
      assert.equal(await guess(right()), 'allow allow')
    })

    test('digits and passcodes of YubiKeys are counted as guesses', async () => {
      for (let key = 0; key < 9; key++) await guess(`${'c'.repeat(43)}${'bdefghijk'[key]}`)
      await guess('12')
      assert.equal(await guess(right()), 'deny locked_out')
      await unlock()
    })
  })

  test('a correct TOTP code takes a few HMACs, however many HOTP tokens the user has', async () => {
    const [node] = nodes
    assert(node !== undefined)
    for (let tokens = 0; tokens < 5; tokens++) await node.addToken(userId)
    clock.advance(2 * stepMs)
    const passcode = right()
    const { createHmac } = crypto
    let hmacs = 0
    crypto.createHmac = (...given) => {
      if (/^sha1$/i.test(given[0])) hmacs++
      return createHmac(...given)
    }
    syncBuiltinESMExports()
    try {
      const { outcome } = await node.store.transaction((db) =>
        consumeOath(node.store, userId, passcode, clock.now(), db),
      )
      assert.equal(outcome, 'accepted')
    } finally {
      crypto.createHmac = createHmac
      syncBuiltinESMExports()
    }
    assert(hmacs > 0 && hmacs <= 6, `${hmacs} HMACs`)
  })
})
