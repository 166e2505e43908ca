import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { matrixFactors, pairwiseMatrix, quickMatrix } from './knob_matrix.ts'
import { missingPairs } from './pairwise.ts'
import { runScenarios } from './run_scenarios.ts'
import { quickScenarios } from './scenario_list.ts'

describe('the scenarios of sign-ins through a directory, in part', () => {
  test('every outcome is right in every cell, and no push is sent twice', async () => {
    const results = await runScenarios(quickScenarios(), quickMatrix)
    assert.deepEqual(
      results
        .filter(({ verdict }) => verdict.kind === 'wrong')
        .map(({ scenario, cell, verdict }) => ({ title: scenario.title, cell, ...verdict })),
      [],
    )
    assert.equal(results.length, quickScenarios().length * quickMatrix().length)
  })
})

describe('the matrix of a scenario with parameters', () => {
  test('has every pair of values', () => {
    const factors = { secs: [5, 15, 35], retries: [0, 1, 2] }
    const parameters = factors.secs.flatMap((secs) =>
      factors.retries.map((retries) => ({ secs, retries })),
    )
    const rows = pairwiseMatrix(parameters).flatMap((cells, index) =>
      cells.map((cell) => ({ ...parameters[index], ...cell })),
    )
    assert.equal(rows.length, parameters.length * matrixFactors.resend.length)
    assert.deepEqual(missingPairs(rows, { ...factors, ...matrixFactors }), [])
  })
})
