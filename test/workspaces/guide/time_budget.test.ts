import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  budgetTable,
  judgeBudget,
  recommendedSettings,
  timeBudget,
} from '../../../src/workspaces/guide/time_budget.ts'

const approvals = (p90Secs: number, p95Secs: number) => ({
  count: 200,
  medianMs: 6000,
  p90Ms: p90Secs * 1000,
  p95Ms: p95Secs * 1000,
})

describe('the time budget of a directory', () => {
  const rows = [
    { settings: [10, 3, 2], total: 80, usable: 40, attempts: 4, second: 'asked in one order only' },
    { settings: [10, 1, 2], total: 40, usable: 40, attempts: 4, second: 'asked' },
    {
      settings: [20, 4, 2],
      total: 200,
      usable: 40,
      attempts: 2,
      second: 'asked in one order only',
    },
    { settings: [50, 4, 1], total: 250, usable: 40, attempts: 1, second: 'never asked' },
    { settings: [5, 0, 2], total: 10, usable: 10, attempts: 2, second: 'asked' },
    { settings: [20, 1, 2], total: 80, usable: 40, attempts: 2, second: 'asked in one order only' },
    { settings: [20, 0, 2], total: 40, usable: 40, attempts: 2, second: 'asked' },
    { settings: [21, 1, 2], total: 84, usable: 40, attempts: 2, second: 'never asked' },
    { settings: [20, 0, 1], total: 20, usable: 20, attempts: 1, second: 'never asked' },
  ] as const
  for (const { settings, total, usable, attempts, second } of rows) {
    const [timeoutSecs, retries, servers] = settings
    test(`timeout ${timeoutSecs}, retries ${retries}, servers ${servers} leaves ${usable} s`, () => {
      const budget = timeBudget({ timeoutSecs, retries, servers })
      assert.deepEqual(
        [budget.totalSecs, budget.usableSecs, budget.attempts, budget.secondServer],
        [total, usable, attempts, second],
      )
    })
  }

  test('the table lists each setting once and marks the one in force', () => {
    const table = budgetTable(recommendedSettings(2))
    assert.equal(table.length, 2)
    assert.deepEqual(
      table.map(({ isCurrent, isRecommended }) => [isCurrent, isRecommended]),
      [
        [true, true],
        [false, false],
      ],
    )
  })
})

describe('the judgement of the time budget', () => {
  const recommended = recommendedSettings(2)
  const severities = (...args: Parameters<typeof judgeBudget>) =>
    judgeBudget(...args)
      .filter(({ severity }) => severity !== 'note')
      .map(({ severity }) => severity)

  test('is good if users approve during the first attempt', () => {
    assert.deepEqual(severities(recommended, approvals(12, 15)), ['ok'])
  })

  test('notes that slow users need joined sign-ins', () => {
    const notes = judgeBudget(recommended, approvals(12, 25))
    assert(notes.some(({ todo }) => todo?.includes('joined sign-ins')))
    assert.deepEqual(severities(recommended, approvals(12, 25)), [])
  })

  test('warns if one in twenty is too slow, and fails if one in ten is', () => {
    assert.deepEqual(severities(recommended, approvals(30, 45)), ['warning'])
    assert.deepEqual(severities(recommended, approvals(41, 45)), ['error'])
  })

  test('fails if the second server cannot be asked', () => {
    assert.deepEqual(severities({ timeoutSecs: 30, retries: 0, servers: 2 }, undefined), [
      'error',
      'ok',
    ])
  })

  test('warns if the first server may be asked so often that the second one is not', () => {
    const findings = judgeBudget({ timeoutSecs: 20, retries: 1, servers: 2 }, undefined)
    const warning = findings.find(({ severity }) => severity === 'warning')
    assert.match(warning?.what ?? '', /may ask the first one 2 times before it, 20 s each/)
    assert.match(warning?.todo ?? '', /^Set the retries to 0:/)
  })

  test('warns of a short budget even if nothing was approved yet', () => {
    assert.deepEqual(severities({ timeoutSecs: 5, retries: 0, servers: 2 }, undefined), ['warning'])
  })
})
