import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Batched } from '../../../src/service/store/batched.ts'

describe('simultaneous requests', () => {
  test('share one batch, and each gets its own answer', async () => {
    const batches: (readonly number[])[] = []
    const doubled = new Batched<number, number>(async (asked) => {
      batches.push(asked)
      return asked.map((number) => 2 * number)
    }, 3)
    const answers = await Promise.all([1, 2, 3, 4].map((number) => doubled.ask(number)))
    assert.deepEqual(answers, [2, 4, 6, 8])
    assert.deepEqual(batches, [[1, 2, 3], [4]])
    assert.equal(await doubled.ask(5), 10)
  })

  test('fail only with their own batch', async () => {
    const odd = new Batched<number, number>(async (asked) => {
      if (asked.some((number) => number % 2 === 0)) throw new Error('even')
      return asked
    }, 2)
    const asked = await Promise.allSettled([1, 2, 3, 5].map((number) => odd.ask(number)))
    assert.deepEqual(
      asked.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
    )
  })
})
