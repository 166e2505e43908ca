import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Cancellation } from '../../../src/host/cancellation.ts'
import { PendingRequests } from '../../../src/proxy/second_factor/pending_requests.ts'

describe('retransmissions of a pending request', () => {
  const request = { source: '10.0.0.11', identifier: 7, authenticator: randomBytes(16) }

  function begin() {
    let now = 0
    const notices: { readonly signal: Cancellation; readonly answered: () => void }[] = []
    const pending = new PendingRequests(() => now)
    const begun = pending.begin(request, 0, (signal) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      notices.push({ signal, answered: resolve })
      return promise
    })
    const retransmit = (at: number, times = 1) => {
      now = at
      for (let time = 0; time < times; time++) {
        // as the sockets yield them: equal octets in another buffer
        pending.retransmitted({ ...request, authenticator: Buffer.from(request.authenticator) })
      }
    }
    return { notices, pending, begun, retransmit }
  }

  test('are told to the API once per second, however many arrive', async () => {
    const { notices, retransmit } = begin()
    retransmit(999, 100)
    assert.equal(notices.length, 0)
    retransmit(1_000, 10_000)
    assert.equal(notices.length, 1)
    notices[0]?.answered()
    await new Promise(setImmediate)
    retransmit(1_999, 100)
    assert.equal(notices.length, 1)
    retransmit(2_000, 100)
    assert.equal(notices.length, 2)
  })

  test('tell when the newest one arrived, also if the API does not hear of it', () => {
    const { begun, retransmit } = begin()
    assert.equal(begun.transmittedAt, 0)
    retransmit(400)
    assert.equal(begun.transmittedAt, 400)
    retransmit(1_000)
    retransmit(5_000)
    assert.equal(begun.transmittedAt, 5_000)
  })

  test('wait while an earlier notice is not answered', () => {
    const { notices, retransmit } = begin()
    retransmit(1_000)
    retransmit(60_000)
    assert.equal(notices.length, 1)
  })

  test('are ignored once the request is decided, and a notice in flight is cancelled', () => {
    const { notices, retransmit, begun } = begin()
    retransmit(1_000)
    begun.end()
    assert.equal(notices[0]?.signal.aborted, true)
    retransmit(60_000)
    assert.equal(notices.length, 1)
  })

  test('of other requests do not count', () => {
    const { notices, pending, retransmit } = begin()
    retransmit(500)
    pending.retransmitted({ ...request, identifier: 8 })
    pending.retransmitted({ ...request, source: '10.0.1.11' })
    pending.retransmitted({ ...request, authenticator: randomBytes(16) })
    assert.equal(notices.length, 0)
  })
})
