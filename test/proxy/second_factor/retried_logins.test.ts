import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Verdict } from '../../../src/proxy/login/verdict.ts'
import { RetriedLogins } from '../../../src/proxy/second_factor/retried_logins.ts'
import { SignInCounters } from '../../../src/proxy/second_factor/sign_in_counters.ts'
import { ManualTiming } from '../../rig/manual_timing.ts'
import { RecordingLog } from '../../rig/recording_log.ts'

const timeoutMs = 20_000
const schedule = { timeoutMs, attempts: 4, servers: 1 }
const accept: Verdict = { kind: 'accept', grounds: 'auth', message: 'allow' }

/** Logins of one user, whose pushes the test answers. */
class Logins {
  readonly timing = new ManualTiming()
  readonly logins = new RetriedLogins(this.timing)
  readonly counters = new SignInCounters()
  readonly log = new RecordingLog()
  readonly pushes: PromiseWithResolvers<Verdict>[] = []

  newRequest() {
    return { source: '10.0.0.11', identifier: 7, authenticator: randomBytes(16) }
  }

  decide(request = this.newRequest(), asked = 'push'): Promise<Verdict> {
    const login = { label: 'login', request }
    const { counters, log } = this
    const arrivedMs = this.logins.now()
    return this.logins.decide(
      { login, asked, schedule, arrivedMs, isSms: false, owner: this, counters, log },
      () => {
        const push = Promise.withResolvers<Verdict>()
        this.pushes.push(push)
        return push.promise
      },
    )
  }
}

const settled = () => new Promise<void>(setImmediate)

describe('retried logins', () => {
  test('share a packet that arrives from another port at any time', async () => {
    const logins = new Logins()
    const request = logins.newRequest()
    const first = logins.decide(request)
    logins.timing.advance(7_000)
    const again = logins.decide({ ...request, authenticator: Buffer.from(request.authenticator) })
    assert.equal(logins.pushes.length, 1)
    logins.pushes[0]?.resolve(accept)
    assert.deepEqual(await Promise.all([first, again]), [accept, accept])
    assert.equal(logins.counters.joinedRetransmissions, 1)
  })

  test('do not share a packet that asks for something else', () => {
    const logins = new Logins()
    const request = logins.newRequest()
    void logins.decide(request)
    void logins.decide(request, 'phone')
    assert.equal(logins.pushes.length, 2)
  })

  test('are forgotten when their push has ended', async () => {
    const logins = new Logins()
    const first = logins.decide()
    logins.pushes[0]?.resolve({ kind: 'reject', message: 'deny' })
    await first
    assert.equal(logins.logins.isWaiting('push'), false)
    logins.timing.advance(timeoutMs)
    void logins.decide()
    assert.equal(logins.pushes.length, 2)
  })

  test('fail together if the call fails in an unexpected way', async () => {
    const logins = new Logins()
    const first = logins.decide()
    logins.timing.advance(timeoutMs)
    const second = logins.decide()
    logins.pushes[0]?.reject(new Error('broken'))
    await assert.rejects(first, /broken/)
    await assert.rejects(second, /broken/)
    assert.equal(logins.logins.isWaiting('push'), false)
  })

  test('join none of two that are due at the same time', () => {
    const logins = new Logins()
    void logins.decide()
    void logins.decide()
    logins.timing.advance(timeoutMs)
    void logins.decide()
    assert.equal(logins.pushes.length, 3)
    assert.equal(logins.counters.joinedRetries, 0)
  })

  test('let nobody in for a retry that could belong to either of two logins', async () => {
    const { accepted } = await run([1, 18_500], 18_600, false)
    assert.deepEqual(accepted, [])
  })

  test('do not join after a retry that did not come', () => {
    const logins = new Logins()
    void logins.decide()
    logins.timing.advance(2 * timeoutMs)
    void logins.decide()
    assert.equal(logins.pushes.length, 2)
  })

  test('separate a packet that is repeated after a new one has joined', async () => {
    const logins = new Logins()
    const request = logins.newRequest()
    const first = logins.decide(request)
    logins.timing.advance(timeoutMs)
    const joined = logins.decide()
    assert.equal(logins.counters.joinedRetries, 1)
    logins.timing.advance(timeoutMs)
    logins.logins.retransmitted(request)
    logins.pushes[0]?.resolve(accept)
    await settled()
    assert.equal(logins.pushes.length, 3)
    assert.equal(logins.counters.competingRetries, 1)
    const denied: Verdict = { kind: 'reject', message: 'deny' }
    for (const push of logins.pushes.slice(1)) push.resolve(denied)
    assert.deepEqual(await Promise.all([first, joined]), [denied, denied])
  })

  test('accept one request of a push, and none of an attacker beside the victim’s retries', async () => {
    const offsets = fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 85_000 }),
        fc
          .tuple(fc.constantFrom(20_000, 40_000, 60_000), fc.integer({ min: -1_600, max: 1_600 }))
          .map(([slot, off]) => slot + off),
      ),
      { minLength: 0, maxLength: 4 },
    )
    let letIn = 0
    await fc.assert(
      fc.asyncProperty(
        offsets,
        fc.integer({ min: 100, max: 85_000 }),
        fc.boolean(),
        async (attacks, approved, repeats) => {
          const { accepted, isAttacked } = await run(attacks, approved, repeats)
          assert.ok(accepted.length <= 1)
          assert.ok(accepted.every((isVictim) => isVictim))
          // the reply needs a second at most
          if (!isAttacked && approved < 79_000) assert.equal(accepted.length, 1)
          letIn += accepted.length
        },
      ),
      {
        numRuns: 2_000,
        examples: [
          [[18_500, 1], 18_500, false],
          [[], 78_999, false],
        ],
      },
    )
    assert.ok(letIn > 500)
  })
})

/**
 * The victim's client retries three times; the victim approves the first push, and no other.
 *
 * @param attacks Times of an attacker's logins.
 * @param repeats Whether the victim's client repeats its packet, or sends new ones.
 * @returns Whether each accepted request was the victim's.
 */
async function run(attacks: readonly number[], approved: number, repeats: boolean) {
  const logins = new Logins()
  const began = logins.timing.now()
  const accepted: boolean[] = []
  const note = (isVictim: boolean) => (verdict: Verdict) => {
    if (verdict.kind === 'accept') accepted.push(isVictim)
  }
  const victim = logins.newRequest()
  const retry = () => {
    // a client sends no retry after a reply
    if (accepted.includes(true)) return
    if (repeats) logins.logins.retransmitted(victim)
    else void logins.decide().then(note(true))
  }
  void logins.decide(victim).then(note(true))
  const events = [
    ...[20_000, 40_000, 60_000].map((at) => ({ at, work: retry })),
    ...attacks.map((at) => ({ at, work: () => void logins.decide().then(note(false)) })),
    { at: approved, work: () => logins.pushes[0]?.resolve(accept) },
  ].toSorted((one, other) => one.at - other.at)
  for (const { at, work } of events) {
    logins.timing.advance(began + at - logins.timing.now())
    await settled()
    work()
    await settled()
  }
  logins.timing.advance(100_000)
  await settled()
  return { accepted, isAttacked: attacks.length > 0 }
}
