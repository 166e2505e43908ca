import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  maxRate,
  PendingSignIn,
  PollSchedule,
  quietRate,
} from '../../src/duo/https/poll_schedule.ts'
import { StatusPolls, type StatusReply } from '../../src/duo/https/status_polls.ts'
import type { AuthAnswer } from '../../src/duo/index.ts'

const lifeMs = 90_000

function signIn(txid: string, began: number): PendingSignIn<string> {
  return new PendingSignIn(txid, { began, until: began + lifeMs }, () => {})
}

/** Polls that are due until `to`, each answered at once that it still waits. */
function pollUntil(schedule: PollSchedule<string>, from: number, to: number): string[] {
  const polled: string[] = []
  for (let now = from; now <= to; now += 10) {
    for (let due = schedule.next(now); due !== undefined; due = schedule.next(now)) {
      polled.push(due.txid)
      schedule.unsettled(due, { kind: 'waiting' }, now)
    }
  }
  return polled
}

describe('the schedule of auth_status', () => {
  test('polls a new sign-in at once, and again within half a second', () => {
    const schedule = new PollSchedule<string>(0)
    schedule.add(signIn('a', 0))
    assert.equal(schedule.next(0)?.txid, 'a')
    const [first] = schedule.unfinished()
    assert(first !== undefined)
    schedule.unsettled(first, { kind: 'waiting' }, 5)
    assert.equal(schedule.next(250), undefined)
    assert.equal(schedule.next(400)?.txid, 'a')
  })

  test('polls 5,000 sign-ins equally often, and rarely while they find nothing', () => {
    const schedule = new PollSchedule<string>(0)
    for (let n = 0; n < 5_000; n++) schedule.add(signIn(String(n), 0))
    const counts = new Map<string, number>()
    const polled = pollUntil(schedule, 0, 60_000)
    for (const txid of polled) counts.set(txid, (counts.get(txid) ?? 0) + 1)
    assert(polled.length <= 5_000 + 60 * quietRate + 10, `${polled.length} polls`)
    assert.equal(counts.size, 5_000)
    const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())]
    assert(least >= 3 && most - least <= 1, `${least} to ${most} polls each`)
  })

  test('halves its rate after HTTP 429, keeps the pause, and recovers', () => {
    const schedule = new PollSchedule<string>(0)
    schedule.add(signIn('a', 0))
    const due = schedule.next(0)
    assert(due !== undefined)
    schedule.unsettled(due, { kind: 'too_many', retryMs: 3_000 }, 100)
    assert.equal(schedule.rate, quietRate / 2)
    assert.equal(schedule.next(2_900), undefined)
    assert.equal(schedule.next(3_200), due)
    pollUntil(schedule, 3_200, 40_000)
    assert.equal(schedule.rate, quietRate)
  })

  test('polls ten times a second while nothing is answered, until an answer arrives', () => {
    const schedule = new PollSchedule<string>(0)
    for (let n = 0; n < 200; n++) schedule.add(signIn(String(n), 0))
    let polls = 0
    for (let now = 0; now <= 10_000; now += 10) {
      for (let due = schedule.next(now); due !== undefined; due = schedule.next(now)) {
        polls++
        schedule.unsettled(due, { kind: 'failed' }, now)
      }
    }
    assert(polls < 170, `${polls} polls`)
    schedule.answered()
    assert.equal(schedule.rate, quietRate)
  })

  test('polls more often while polls find results', () => {
    const schedule = new PollSchedule<string>(0)
    for (let n = 0; n < 10_000; n++) schedule.add(signIn(String(n), 0))
    pollUntil(schedule, 0, 10_000)
    let [results, fastest] = [0, 0]
    for (let now = 10_000; now <= 30_000; now += 10) {
      for (let due = schedule.next(now); due !== undefined; due = schedule.next(now)) {
        // every second user has answered
        if (Number(due.txid) % 2 === 0) schedule.settled(due)
        else schedule.unsettled(due, { kind: 'waiting' }, now)
        results = 10_000 - schedule.size
        fastest = Math.max(fastest, schedule.rate)
      }
    }
    assert.equal(results, 5_000)
    assert(fastest > 1_000 && fastest <= maxRate, `${fastest} polls a second`)
    pollUntil(schedule, 30_000, 32_000)
    assert.equal(schedule.rate, quietRate)
  })

  test('continues after the process was suspended for an hour', () => {
    const schedule = new PollSchedule<string>(0)
    schedule.add(new PendingSignIn('a', { began: 0, until: 1e9 }, () => {}))
    const due = schedule.next(0)
    assert(due !== undefined)
    schedule.unsettled(due, { kind: 'waiting' }, 0)
    assert.equal(schedule.next(3_600_000), due)
  })
})

const waiting: StatusReply = { kind: 'waiting' }

describe('the polls of auth_status', () => {
  const answerOf = (txid: string): AuthAnswer => ({
    result: txid.length % 2 === 0 ? 'allow' : 'deny',
    status: 'test',
    status_msg: txid,
  })

  test('never swap results, however replies are lost, delayed and refused', async () => {
    const kinds = fc.constantFrom('waiting', 'failed', 'too_many', 'final', 'hang')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 30 }),
        fc.array(kinds, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (names, script, maxPolls) => {
          let now = 0
          let asked = 0
          let most = 0
          let inFlight = 0
          const ask = async (txid: string, signal: AbortSignal): Promise<StatusReply> => {
            const kind = asked < script.length ? script[asked++] : 'final'
            most = Math.max(most, ++inFlight)
            const { promise, resolve } = Promise.withResolvers<void>()
            signal.addEventListener('abort', () => resolve(void inFlight--))
            if (kind !== 'hang') resolve()
            await promise
            if (!signal.aborted) inFlight--
            if (kind === 'final') return { kind, answer: answerOf(txid) }
            if (kind === 'too_many') return { kind, retryMs: 100 }
            return kind === 'waiting' ? waiting : { kind: 'failed', problem: 'lost' }
          }
          const polls = new StatusPolls({ ask, maxPolls, now: () => now })
          let ended = 0
          const results = names.map((txid) =>
            polls.result(txid, lifeMs, undefined).then(
              (answer) => assert.deepEqual(answer, answerOf(txid)),
              (error) => assert.equal(error.mayHaveBeenReceived, true),
            ),
          )
          for (const result of results) void result.finally(() => ended++)
          while (ended < names.length) {
            now += 200
            polls.tick()
            for (let turn = 0; turn < 5; turn++) await Promise.resolve()
          }
          await Promise.all(results)
          assert.equal(polls.size, 0)
          assert(most <= maxPolls)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('end the longest-held poll if another sign-in is due and no connection is free', async () => {
    let now = 0
    const held: string[] = []
    const ask = async (txid: string, signal: AbortSignal): Promise<StatusReply> => {
      held.push(txid)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { kind: 'failed', problem: 'aborted' }
    }
    const polls = new StatusPolls({ ask, maxPolls: 2, now: () => now })
    const ended = Promise.allSettled(
      ['a', 'b', 'c'].map((txid) => polls.result(txid, lifeMs, undefined)),
    )
    for (; held.length < 2; now += 10) polls.tick()
    assert.deepEqual(held, ['a', 'b'])
    for (now += 1_100; held.length < 3; now += 50) polls.tick()
    assert.deepEqual(held, ['a', 'b', 'c'])
    for (now += 1_100; held.length < 6; now += 50) polls.tick()
    assert.deepEqual(held.slice(3).sort(), ['a', 'b', 'c'])
    polls.close()
    await ended
    assert.equal(polls.size, 0)
  })

  test('end a wait after its limit, and when its caller cancels it', async () => {
    let now = 0
    const ask = async (): Promise<StatusReply> => waiting
    const polls = new StatusPolls({ ask, maxPolls: 2, now: () => now })
    const aborter = new AbortController()
    const late = assert.rejects(polls.result('a', 5_000, undefined), { reason: 'timeout' })
    const cancelled = assert.rejects(polls.result('b', 5_000, aborter.signal), {
      reason: 'cancelled',
      mayHaveBeenReceived: true,
    })
    aborter.abort()
    await cancelled
    now = 5_000
    polls.tick()
    await late
    assert.equal(polls.size, 0)
  })
})
