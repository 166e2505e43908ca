import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hedged } from '../../src/duo/https/hedged.ts'

const limits = { slowMs: 5, limitMs: 60 }

describe('a hedged call', () => {
  test('runs once if it returns or fails quickly', async () => {
    let calls = 0
    assert.equal(await hedged(limits, async () => ++calls), 1)
    const failing = async () => {
      calls++
      throw new Error('refused')
    }
    await assert.rejects(hedged(limits, failing), /refused/)
    assert.equal(calls, 2)
  })

  test('returns the result of the second call if the first hangs, and aborts the first', async () => {
    const signals: AbortSignal[] = []
    const limitsMs: number[] = []
    const result = await hedged(limits, ({ signal, limitMs }) => {
      signals.push(signal)
      limitsMs.push(limitMs)
      return signals.length === 1 ? hanging(signal) : Promise.resolve('second')
    })
    assert.equal(result, 'second')
    assert.deepEqual(limitsMs, [60, 55])
    assert.deepEqual([...new Set(signals.map(({ aborted }) => aborted))], [true])
  })

  test('returns the late result of the first call if the second fails', async () => {
    const first = Promise.withResolvers<string>()
    let calls = 0
    const result = await hedged(limits, async () => {
      if (++calls === 1) return first.promise
      setImmediate(() => first.resolve('first'))
      throw new Error('second')
    })
    assert.equal(result, 'first')
  })

  test('fails with the error of the first call if both fail', async () => {
    const first = Promise.withResolvers<string>()
    let calls = 0
    const both = hedged(limits, async () => {
      if (++calls === 1) return first.promise
      first.reject(new Error('first'))
      throw new Error('second')
    })
    await assert.rejects(both, /first/)
    assert.equal(calls, 2)
  })
})

function hanging(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')))
  })
}
