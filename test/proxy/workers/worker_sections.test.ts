import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SignInCounters } from '../../../src/proxy/second_factor/sign_in_counters.ts'
import type { State } from '../../../src/proxy/workers/messages.ts'
import { combineSignIns } from '../../../src/proxy/workers/worker_sections.ts'

const section = 'radius_server_duo_only'

/** As a worker sends it: every counter has a number of its own. */
function stateWith(first: number): State {
  const counted = { ...new SignInCounters() }
  const signIns = Object.fromEntries(
    Object.keys(counted).map((name, index) => [name, first + index]),
  )
  return {
    kind: 'state',
    residentBytes: 0,
    sections: [],
    signIns: { [section]: { ...counted, ...signIns } },
    effects: [],
  }
}

describe('the counts of several workers', () => {
  test('are added up, each of them', () => {
    const combined = combineSignIns([stateWith(1), stateWith(100)]).get(section)
    assert.deepEqual(
      Object.values({ ...combined }),
      Object.keys(new SignInCounters()).map((_, index) => 101 + 2 * index),
    )
  })
})
