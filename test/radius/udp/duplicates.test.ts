import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Peer } from '../../../src/radius/udp/access_request.ts'
import { Duplicates, type TakenRequest } from '../../../src/radius/udp/duplicates.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'

const isSigned = { signed: true }
const isUnsigned = { signed: false }
const peer = { address: '192.0.2.1', port: 1024 }
const one = octets('000102030405060708090a0b0c0d0e0f')
const other = octets('000102030405060708090a0b0c0d0e10')
const reply = octets('0207')

function memory(changes: Partial<ConstructorParameters<typeof Duplicates>[0]> = {}): {
  readonly clock: ManualClock
  readonly duplicates: Duplicates
} {
  const clock = new ManualClock()
  const duplicates = new Duplicates({
    clock,
    replyLifeMs: 10_000,
    maxEntries: 100,
    maxReplyOctets: 1_000_000,
    maxPending: 100,
    ...changes,
  })
  return { clock, duplicates }
}

function take(
  duplicates: Duplicates,
  from: Peer,
  id: number,
  authenticator: Uint8Array,
  signed = isSigned,
): TakenRequest {
  const intake = duplicates.take(from, id, authenticator, signed)
  assert(intake.kind === 'new', intake.kind)
  return intake.taken
}

describe('RFC 5080 §2.2.2, duplicate requests', () => {
  test('remembers a request while it is in progress, and its reply for a while', () => {
    const { clock, duplicates } = memory()
    const request = take(duplicates, peer, 7, one)
    clock.advance(60_000)
    assert.equal(duplicates.take(peer, 7, one, isSigned).kind, 'in-progress')
    assert.equal(duplicates.settle(request, reply), true)
    clock.advance(9_999)
    const intake = duplicates.take(peer, 7, one, isSigned)
    assert(intake.kind === 'answered')
    assert.deepEqual(Buffer.from(intake.reply), Buffer.from(reply))
    clock.advance(1)
    assert.equal(duplicates.take(peer, 7, one, isSigned).kind, 'new')
  })

  test('distinguishes requests by address, port and Identifier', () => {
    const { duplicates } = memory()
    take(duplicates, peer, 7, one)
    take(duplicates, { ...peer, address: '192.0.2.2' }, 7, one)
    take(duplicates, { ...peer, port: 1025 }, 7, one)
    take(duplicates, { ...peer, port: 65_535 }, 255, one)
    take(duplicates, peer, 8, one)
    assert.equal(duplicates.pending, 5)
  })

  test('compares every octet of the Request Authenticator', () => {
    const { duplicates } = memory()
    for (let at = 0; at < 16; at++) {
      const changed = one.slice()
      changed[at] = 0xff
      duplicates.settle(take(duplicates, peer, 7, one), reply)
      duplicates.settle(take(duplicates, peer, 7, changed), reply)
    }
  })

  test('a new authenticator supersedes a request in progress, whose reply is not sent', () => {
    const { duplicates } = memory()
    const old = take(duplicates, peer, 7, one)
    const young = take(duplicates, peer, 7, other)
    assert.equal(duplicates.settle(old, reply), false)
    assert.equal(duplicates.take(peer, 7, other, isSigned).kind, 'in-progress')
    assert.equal(duplicates.settle(young, reply), true)
    assert.equal(duplicates.take(peer, 7, other, isSigned).kind, 'answered')
    assert.equal(duplicates.pending, 0)
    assert.equal(duplicates.size, 1)
  })

  test('a new authenticator supersedes an answered request', () => {
    const { duplicates } = memory()
    duplicates.settle(take(duplicates, peer, 7, one), reply)
    take(duplicates, peer, 7, other)
    assert.equal(duplicates.size, 1)
  })

  test('an unsigned request supersedes an unsigned one in progress, but not a signed one', () => {
    const { duplicates } = memory()
    const spoofed = take(duplicates, peer, 7, one, isUnsigned)
    const signed = take(duplicates, peer, 7, other)
    assert.equal(duplicates.take(peer, 7, one, isUnsigned).kind, 'unsigned-conflict')
    assert.equal(duplicates.take(peer, 7, other, isUnsigned).kind, 'in-progress')
    assert.equal(duplicates.settle(spoofed, reply), false)
    assert.equal(duplicates.settle(signed, reply), true)
  })

  test('an unsigned request supersedes a signed one that was answered', () => {
    const { duplicates } = memory()
    duplicates.settle(take(duplicates, peer, 7, one), reply)
    take(duplicates, peer, 7, other, isUnsigned)
    assert.equal(duplicates.size, 1)
  })

  test('treats the next transmission as new if there was no reply', () => {
    const { duplicates } = memory()
    assert.equal(duplicates.settle(take(duplicates, peer, 7, one), undefined), false)
    assert.equal(duplicates.size, 0)
    assert.equal(duplicates.sources, 0)
    take(duplicates, peer, 7, one)
  })
})

describe('cache limits', () => {
  test('evicts the oldest reply, but not a request in progress', () => {
    const { duplicates } = memory({ maxEntries: 3 })
    const pending = take(duplicates, peer, 0, one)
    for (const id of [1, 2, 3]) duplicates.settle(take(duplicates, peer, id, one), reply)
    assert.equal(duplicates.size, 3)
    assert.equal(duplicates.take(peer, 0, one, isSigned).kind, 'in-progress')
    assert.equal(duplicates.take(peer, 3, one, isSigned).kind, 'answered')
    assert.equal(duplicates.take(peer, 2, one, isSigned).kind, 'answered')
    assert.equal(duplicates.take(peer, 1, one, isSigned).kind, 'new')
    assert.equal(duplicates.settle(pending, reply), true)
  })

  test('limits the octets of all replies', () => {
    const { duplicates } = memory({ maxReplyOctets: 10_000 })
    for (let id = 0; id < 50; id++) {
      duplicates.settle(take(duplicates, peer, id, one), new Uint8Array(4096))
    }
    assert.equal(duplicates.size, 2)
  })

  test('repeats each reply unchanged while others come and go', () => {
    const { clock, duplicates } = memory({ maxEntries: 2_000, maxPending: 2_000 })
    const replyOf = (id: number): Uint8Array => new Uint8Array(20 + (id % 7) * 100).fill(id)
    for (let id = 0; id < 3_000; id++) {
      clock.advance(10)
      const from = { ...peer, port: 1024 + (id >> 8) }
      duplicates.settle(take(duplicates, from, id & 255, one), replyOf(id))
      const earlier = Math.max(0, id - 900)
      const again = { ...peer, port: 1024 + (earlier >> 8) }
      const intake = duplicates.take(again, earlier & 255, one, isSigned)
      assert(intake.kind === 'answered')
      assert.deepEqual(Buffer.from(intake.reply), Buffer.from(replyOf(earlier)))
    }
    assert.equal(duplicates.size, 1_000)
  })

  test('limits one source to half of the requests in progress', () => {
    const { duplicates } = memory({ maxPending: 4 })
    const first = take(duplicates, peer, 0, one)
    take(duplicates, peer, 1, one)
    assert.equal(duplicates.take(peer, 2, one, isSigned).kind, 'full')
    const second = { ...peer, address: '192.0.2.2' }
    take(duplicates, second, 0, one)
    take(duplicates, second, 1, one)
    assert.equal(duplicates.take({ ...peer, address: '192.0.2.3' }, 0, one, isSigned).kind, 'full')
    duplicates.settle(first, reply)
    take(duplicates, peer, 2, one)
  })

  test('counts superseded requests as in progress until they are settled', () => {
    const { duplicates } = memory({ maxPending: 4 })
    const first = take(duplicates, peer, 7, one)
    take(duplicates, peer, 7, other)
    assert.equal(duplicates.pending, 2)
    assert.equal(duplicates.take(peer, 7, one, isSigned).kind, 'full')
    duplicates.settle(first, reply)
    take(duplicates, peer, 7, one)
  })

  test('keeps nothing after all replies have expired', () => {
    const { clock, duplicates } = memory()
    for (let id = 0; id < 20; id++) duplicates.settle(take(duplicates, peer, id, one), reply)
    clock.advance(10_000)
    duplicates.forgetExpired()
    assert.equal(duplicates.size, 0)
    assert.equal(duplicates.sources, 0)
  })

  test('has the same counts as a plain list, in any order of events', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('take' as const),
        address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
        id: fc.nat(3),
        authenticator: fc.constantFrom(one, other),
      }),
      fc.record({ kind: fc.constant('settle' as const), which: fc.nat(), answered: fc.boolean() }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(8_000) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, duplicates } = memory({ maxEntries: 5, maxPending: 6 })
        const open: TakenRequest[] = []
        for (const each of steps) {
          if (each.kind === 'wait') clock.advance(each.ms)
          else if (each.kind === 'take') {
            const from = { address: each.address, port: 1 }
            const intake = duplicates.take(from, each.id, each.authenticator, isSigned)
            if (intake.kind === 'new') open.push(intake.taken)
          } else {
            const [settled] = open.splice(each.which % Math.max(1, open.length), 1)
            if (settled !== undefined) duplicates.settle(settled, each.answered ? reply : undefined)
          }
          assert.equal(duplicates.pending, open.length)
          assert(duplicates.size <= Math.max(5, open.length) && duplicates.size >= open.length)
        }
        for (const each of open) duplicates.settle(each, reply)
        clock.advance(10_000)
        duplicates.forgetExpired()
        assert.equal(duplicates.size, 0)
        assert.equal(duplicates.sources, 0)
      }),
    )
  })
})
