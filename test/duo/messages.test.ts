import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  encodeBatches,
  encodeServiceFrame,
  maxBatchBytes,
  parseServiceBatch,
  type ServiceFrame,
  success,
} from '../../src/duo/index.ts'

const answer = (id: number, text: string): ServiceFrame => {
  const response = { result: 'allow', status: 'allow', status_msg: text }
  return { id, status: 200, answer: success(response) }
}

describe('batches of a message connection', () => {
  test('keep all frames in their order, and are no longer than a receiver accepts', () => {
    const texts = fc.array(
      fc.record({
        character: fc.constantFrom('a', 'é', '€', '\u{1f600}', '"'),
        length: fc.integer({ min: 0, max: 100_000 }),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(texts, (lengths) => {
        const frames = lengths.map(({ character, length }, index) =>
          answer(index + 1, character.repeat(length / character.length)),
        )
        const batches = encodeBatches(frames.map(encodeServiceFrame))
        assert(batches.every((batch) => Buffer.byteLength(batch) <= maxBatchBytes))
        assert.deepEqual(
          batches.flatMap((batch) => parseServiceBatch(batch) ?? []),
          frames,
        )
      }),
      { numRuns: 20 },
    )
  })

  test('are several for the answers to all calls that may be open', () => {
    const frames = Array.from({ length: 16_384 }, (_, index) => answer(index + 1, 'Timed out.'))
    const batches = encodeBatches(frames.map(encodeServiceFrame))
    assert(batches.length > 1)
    assert(batches.every((batch) => Buffer.byteLength(batch) <= maxBatchBytes))
  })
})
