import assert from 'node:assert/strict'
import { after, beforeEach, describe, type TestContext, test } from 'node:test'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import { Wait } from '../../../../src/service/sign_in/transaction/waits.ts'
import { SignIn } from '../../../rig/sign_in.ts'
import { StoreRig } from '../../../rig/store.ts'
import { until } from '../../../rig/until.ts'

const push = { factor: 'push', device: 'auto' } as const
const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** A wait reads the clock ten times a second. */
const sweepMs = 100

describe('a clock that is set while a sign-in waits', () => {
  const rig = new StoreRig(undefined)
  let signIn: SignIn
  let vpn: Integration
  beforeEach(async () => {
    signIn = new SignIn(await rig.open())
    vpn = await signIn.application()
  })
  after(() => rig.close())

  const beginPush = async () => {
    const { user, phoneId } = await signIn.addUser()
    const request = signIn.request(vpn, user)
    const begun = await signIn.auth.begin(request, push, { async: true })
    assert.ok(begun.kind === 'waiting')
    return { txid: begun.txid, phoneId, user }
  }
  const ends = async (user: Awaited<ReturnType<typeof beginPush>>['user']) =>
    (await signIn.lines(user)).map(({ result, reason }) => `${result} ${reason}`)
  /** Makes all waits read the clock once. */
  const sweep = (t: TestContext) => t.mock.timers.tick(sweepMs)
  /** @returns A function that resolves when a call has begun to wait for the nth time. */
  const countWaits = (t: TestContext) => {
    const { mock } = t.mock.method(Wait.prototype, 'until')
    return (nth: number) => until(() => mock.callCount() === nth)
  }

  test('forwards: the push has expired, and nothing is approved', async () => {
    const { clock } = signIn
    const { txid, phoneId, user } = await beginPush()
    const waiting = signIn.authStatus.awaitOutcome(txid)
    clock.advance(hourMs)
    assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve'), 'expired')
    assert.equal((await waiting).status, 'timeout')
    assert.deepEqual(await ends(user), ['denied no_response'])
  })

  test('back by an hour: a push does not wait longer', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const waits = countWaits(t)
    const { clock } = signIn
    const { txid, phoneId, user } = await beginPush()
    const waiting = signIn.authStatus.awaitOutcome(txid)
    await waits(1)
    sweep(t)
    clock.advance(-hourMs)
    sweep(t)
    assert.equal((await waiting).status, 'timeout')
    const other = await beginPush()
    clock.advance(-hourMs)
    assert.deepEqual(await signIn.pushAnswers.waitingFor(phoneId), [])
    assert.deepEqual(await signIn.pushAnswers.waitingFor(other.phoneId), [])
    assert.equal(await signIn.pushAnswers.answer(other.txid, other.phoneId, 'approve'), 'expired')
    await signIn.tidy()
    assert.deepEqual(await ends(user), ['denied no_response'])
    assert.deepEqual(await ends(other.user), ['denied no_response'])
  })

  test('back by two minutes: the push can still be answered, and no poll is held longer', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const waits = countWaits(t)
    const { clock } = signIn
    const { txid, phoneId } = await beginPush()
    await signIn.authStatus.poll(txid, vpn.ikey)
    let replied = false
    const poll = signIn.authStatus.poll(txid, vpn.ikey).finally(() => {
      replied = true
    })
    await waits(1)
    sweep(t)
    clock.advance(-2 * minuteMs)
    sweep(t)
    await waits(2)
    assert.equal(replied, false)
    clock.advance(minuteMs / 2)
    sweep(t)
    assert.equal((await poll)?.result, 'waiting')
    assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve'), 'settled')
  })
})
