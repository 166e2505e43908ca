import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quickMatrix } from './knob_matrix.ts'
import { runScenarios } from './run_scenarios.ts'
import { quickScenarios } from './scenario_list.ts'

describe('the scenarios of sign-ins through a directory, in part', () => {
  test('every outcome is right in every cell, and no push is sent twice', async () => {
    const samePackets = () => quickMatrix().filter(({ resend }) => resend === 'same-packet')
    const results = await runScenarios(quickScenarios(), samePackets)
    assert.deepEqual(
      results
        .filter(({ verdict }) => verdict.kind === 'wrong')
        .map(({ scenario, cell, verdict }) => ({ title: scenario.title, cell, ...verdict })),
      [],
    )
  })
})
