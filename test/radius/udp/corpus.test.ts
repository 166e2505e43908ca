import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AccessRequest } from '../../../src/radius/udp/access_request.ts'
import type { RadiusServer } from '../../../src/radius/udp/server.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'
import { acceptBob, client, RadiusPeer, startServer } from '../../rig/radius_peer.ts'
import vectors from '../../vector/radius-vectors.json' with { type: 'json' }

/** Packets that get an Access-Reject, as from FreeRADIUS; the server drops the rest of the corpus. */
const rejected: Readonly<Record<string, string>> = {
  'User-Password 15 octets': 'malformed',
  'User-Password 129 octets': 'malformed',
  'User-Password 144 octets': 'malformed',
  'CHAP-Password 16 octets': 'malformed',
  'User-Password and CHAP-Password': 'ambiguous',
  'two State': 'ambiguous',
  'NAS-IP-Address 2 octets (invalid attribute, not malformed)': 'absent',
  'VSA with 3-octet vendor': 'absent',
  'VSA header only': 'absent',
  'VSA sub-length 0': 'absent',
  'VSA sub-length overflows': 'absent',
  'extended attr too short f1 02': 'absent',
  'extended f1 03 01 (no value)': 'absent',
  'long-ext f5 04 01 00 (no value)': 'absent',
  'long-ext More set, nothing follows': 'absent',
  'zero-length User-Name 01 02': 'absent',
}

describe('RFC 2865 §3 and §5, malformed and invalid packets', () => {
  const clock = new ManualClock()
  let server: RadiusServer
  let peer: RadiusPeer
  const decided: AccessRequest[] = []

  before(async () => {
    server = await startServer({
      clock,
      // auto would stop accepting unsigned requests after some signed ones
      clients: [client({ messageAuthenticator: 'off' })],
      answer: (request) => {
        decided.push(request)
        return acceptBob(request)
      },
    })
    peer = await RadiusPeer.at(server)
  })

  after(async () => {
    peer.close()
    await server.close()
  })

  test('has a corpus entry for each name in the table', () => {
    const names = new Set(vectors.invalid.map(({ name }) => name))
    assert.deepEqual(
      Object.keys(rejected).filter((name) => !names.has(name)),
      [],
    )
  })

  for (const { name, hex } of vectors.invalid) {
    const problem = rejected[name]
    test(`${name}: ${problem === undefined ? 'dropped' : `Access-Reject, ${problem}`}`, async () => {
      // all have the same Identifier and authenticator, and none may count as a retransmission
      clock.advance(10_000)
      decided.length = 0
      const silent = countDropped(server)
      await peer.send(octets(hex))
      const reply = await peer.silenceOrReply()
      assert.equal(reply?.[0], problem === undefined ? undefined : 3)
      assert.equal(countDropped(server) - silent, problem === undefined ? 1 : 0)
      assert.deepEqual(
        decided.map(({ passwordProblem, password }) => [passwordProblem, password]),
        problem === undefined ? [] : [[problem, undefined]],
      )
      for (const request of decided) readEverything(request)
      await nextRequestWorks(peer)
    })
  }

  for (const name of ['accept_ma_first', 'reject_ma_first', 'challenge_ma_first'] as const) {
    test(`${name}: dropped`, async () => {
      const before = server.counters.dropped['unexpected-code']
      await peer.send(octets(vectors.packets[name]))
      assert.equal(await peer.silenceOrReply(), undefined)
      assert.equal(server.counters.dropped['unexpected-code'], before + 1)
    })
  }
})

function countDropped({ counters }: RadiusServer): number {
  return Object.values(counters.dropped).reduce((sum, count) => sum + count, 0)
}

/** Reads all that a mode may read from a request; nothing may throw. */
function readEverything(request: AccessRequest): void {
  for (const { type } of request.attributes) {
    request.text(type)
    request.value(type)
  }
  request.named('Cisco-AVPair')
  request.named('NAS-IP-Address')
}

async function nextRequestWorks(peer: RadiusPeer): Promise<void> {
  const reply = await peer.ask(octets(vectors.packets.access_request_ma_first))
  assert.equal(reply[0], 2)
}
