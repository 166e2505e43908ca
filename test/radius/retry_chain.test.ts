import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type Arrival,
  approvalTaker,
  type ChainedRequest,
  chainExpires,
  firstRequest,
  newestOf,
  type RetryChain,
  slotAt,
  toleranceMs,
} from '../../src/radius/index.ts'

const schedule = { timeoutMs: 20_000, attempts: 4 }

function request(slot: number, arrived: number): ChainedRequest {
  return { ...firstRequest, requestId: `${slot}`, slot, arrived, isProven: slot === 0 }
}

function chain(...requests: readonly ChainedRequest[]): RetryChain {
  return { requested: 0, delayMs: 0, mayLose: 0, schedule, requests, isClosed: false }
}

/** An approval for a request, which has to be answered until then. */
function taken(requestId: string, until: number) {
  return { kind: 'request', requestId, until }
}

/** A request that a proxy read at this time, and that may have waited there. */
function read(requested: number, unreadMs = 0): Arrival {
  return { requested, unreadMs }
}

describe('the slots of a schedule', () => {
  const cases: readonly (readonly [number, number | undefined])[] = [
    [0, undefined],
    [1_500, undefined],
    [18_499, undefined],
    [18_500, 1],
    [21_500, 1],
    [21_501, undefined],
    [60_000, 3],
    [80_000, undefined],
  ]
  for (const [ms, slot] of cases) {
    test(`${ms} ms after the first request: ${slot}`, () => {
      assert.equal(slotAt(read(0), schedule, read(ms)), slot)
    })
  }

  const unread: readonly (readonly [string, Arrival, Arrival, number | undefined])[] = [
    ['the first one waited', read(9_000, 9_000), read(20_000), 1],
    ['the first one may have waited less', read(9_000, 9_000), read(29_000), 1],
    ['the first one waited at most so long', read(9_000, 9_000), read(18_499), undefined],
    ['the further one waited', read(0), read(29_000, 9_000), 1],
    ['the further one waited at most so long', read(0), read(30_501, 9_000), undefined],
    ['the earlier one is read later', read(29_000), read(16_000, 9_000), -1],
    ['both are read after one wait', read(9_000, 9_000), read(9_001, 9_000), undefined],
    ['one waited for longer than between two slots', read(0), read(25_000, 17_000), 1],
  ]
  for (const [what, first, further, slot] of unread) {
    test(`in a proxy that could not run: ${what}`, () => {
      assert.equal(slotAt(first, schedule, further), slot)
    })
  }

  test('have a tolerance of a quarter of a short timeout', () => {
    assert.equal(toleranceMs({ timeoutMs: 2_000, attempts: 2 }), 500)
  })
})

describe('an approval', () => {
  test('lets in the first request until its client gives it up', () => {
    assert.deepEqual(approvalTaker(chain(request(0, 0)), 18_999), taken('0', 19_000))
    assert.deepEqual(approvalTaker(chain(request(0, 0)), 19_000), { kind: 'hold', until: 21_500 })
    assert.deepEqual(approvalTaker(chain(request(0, 0)), 21_500), { kind: 'nobody' })
  })

  test('lets in a retry once no other can compete with it', () => {
    const retried = chain(request(0, 0), request(1, 20_010))
    assert.deepEqual(approvalTaker(retried, 20_020), { kind: 'hold', until: 21_500 })
    assert.deepEqual(approvalTaker(retried, 21_500), taken('1', 39_010))
  })

  test('lets in a retry only when no slow competitor can come any more', () => {
    const retried = { ...chain(request(0, 0), request(1, 20_010)), delayMs: 5_000 }
    assert.deepEqual(approvalTaker(retried, 21_500), { kind: 'hold', until: 26_500 })
    assert.deepEqual(approvalTaker(retried, 26_500), taken('1', 39_010))
  })

  test('waits for the retry after one that may have gone to a proxy that is down', () => {
    const mayLose = { ...chain(request(0, 0)), mayLose: 1, delayMs: 5_000 }
    assert.deepEqual(approvalTaker(mayLose, 20_000), { kind: 'hold', until: 46_500 })
    assert.equal(chainExpires(mayLose, 60_000), 46_500)
    const later = { ...mayLose, requests: [request(0, 0), request(2, 40_000)] }
    assert.deepEqual(approvalTaker(later, 46_500), taken('2', 59_000))
    assert.equal(chainExpires(later, 60_000), 66_500)
  })

  test('waits for the next request if the proxy of the newest one has gone', () => {
    const gone = { ...request(0, 0), isAwaited: false }
    assert.deepEqual(approvalTaker(chain(gone), 10_000), { kind: 'hold', until: 21_500 })
    const retried = chain(gone, request(1, 20_010))
    assert.deepEqual(approvalTaker(retried, 21_500), taken('1', 39_010))
    const last = chain(request(0, 0), { ...request(3, 60_000), isAwaited: false })
    assert.deepEqual(approvalTaker(last, 62_000), { kind: 'nobody' })
  })

  test('lets nobody in after the last request of the schedule', () => {
    const last = chain(request(0, 0), request(3, 60_000))
    assert.deepEqual(approvalTaker(last, 79_600), { kind: 'nobody' })
    assert.equal(chainExpires(last, 60_000), 80_000)
  })
})

/** What happens to one user: requests of any login that join, compete or are separate; and approvals. */
type Event =
  | { readonly kind: 'request'; readonly at: number; readonly isVictim: boolean }
  | { readonly kind: 'approve'; readonly at: number }
  /** The proxy of the newest request stops. */
  | { readonly kind: 'hang up'; readonly at: number }

describe('whatever the times of two logins and of the approval', () => {
  const offsets = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 85_000 }),
      fc
        .tuple(fc.constantFrom(20_000, 40_000, 60_000), fc.integer({ min: -1_600, max: 1_600 }))
        .map(([slot, off]) => slot + off),
    ),
    { minLength: 1, maxLength: 4 },
  )

  const approvals = fc.integer({ min: 100, max: 85_000 })
  const stops = fc.array(fc.integer({ min: 1, max: 85_000 }), { maxLength: 2 })

  test('one approval lets in one request, and never an attacker’s beside the victim’s retry', () => {
    fc.assert(
      fc.property(offsets, approvals, stops, fc.constantFrom(0, 1), (...given) => {
        const [attacks, approved, hangUps, mayLose] = given
        const victim = [0, 20_000, 40_000, 60_000]
        const events: Event[] = [
          ...victim.map((at) => ({ kind: 'request', at, isVictim: true }) as const),
          ...attacks.map(
            (at) => ({ kind: 'request', at: Math.max(1, at), isVictim: false }) as const,
          ),
          ...hangUps.map((at) => ({ kind: 'hang up', at }) as const),
          { kind: 'approve' as const, at: approved },
        ].toSorted((one, other) => one.at - other.at)
        const accepted = run(events, mayLose)
        assert.ok(accepted.length <= 1)
        assert.ok(accepted.every(({ isVictim }) => isVictim))
      }),
      { numRuns: 5_000 },
    )
  })
})

interface Listener extends ChainedRequest {
  readonly isVictim: boolean
}

/**
 * The rule as `Retries` and `Settlement` apply it, over one transaction that the victim opened; the
 * victim's client sends no retry after a reply.
 */
function run(events: readonly Event[], mayLose: number): readonly { readonly isVictim: boolean }[] {
  let requests: Listener[] = []
  let isClosed = false
  let isApproved = false
  let isOver = false
  const accepted: Listener[] = []
  const now = () => ({ requested: 0, delayMs: 0, mayLose, schedule, requests, isClosed })
  /** Applies an approval that is held, up to a moment. */
  const decide = (upTo: number, from: number) => {
    for (let at = from; isApproved && !isOver; ) {
      const taker = approvalTaker(now(), at)
      if (taker.kind === 'hold') {
        if (taker.until > upTo) return
        at = taker.until
        continue
      }
      isOver = true
      const taken = requests.find(
        ({ requestId }) => taker.kind === 'request' && requestId === taker.requestId,
      )
      if (taken !== undefined) accepted.push(taken)
    }
  }
  let last = 0
  for (const event of events) {
    decide(event.at, last)
    last = event.at
    if (isOver) break
    if (requests.length > 0 && event.at >= chainExpires(now(), 60_000)) break
    if (event.kind === 'approve') {
      isApproved = true
      decide(event.at, event.at)
      continue
    }
    if (event.kind === 'hang up') {
      const gone = newestOf({ requests })
      requests = requests.map((one) =>
        one.requestId === gone?.requestId ? { ...one, isAwaited: false } : one,
      )
      continue
    }
    const { isVictim, at } = event
    const requestId = `${at} ${isVictim}`
    const added = { ...firstRequest, requestId, arrived: at, isProven: false, isVictim }
    if (requests.length === 0) {
      requests = [{ ...added, slot: 0, isProven: true }]
      continue
    }
    const slot = slotAt(read(0), schedule, read(at))
    if (slot === undefined || isClosed) continue
    const occupant = requests.find((other) => other.slot >= slot)
    if (occupant === undefined) requests = [...requests, { ...added, slot }]
    else if (!occupant.isDetached) {
      isClosed = true
      requests = requests.map((other) =>
        other === occupant ? { ...other, isDetached: true } : other,
      )
    }
  }
  decide(Number.MAX_SAFE_INTEGER, last)
  return accepted
}
