import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { diffLines } from '../../../src/manager/editor/line_diff.ts'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })

describe('the comparison of two files', () => {
  test('shows removed lines before those that replace them', () => {
    const found = diffLines(['[main]', 'debug=true', 'end'], ['[main]', 'debug=false', 'end'])
    assert.deepEqual(found, [
      { kind: 'same', text: '[main]', before: 1, after: 1 },
      { kind: 'removed', text: 'debug=true', before: 2, after: undefined },
      { kind: 'added', text: 'debug=false', before: undefined, after: 2 },
      { kind: 'same', text: 'end', before: 3, after: 3 },
    ])
  })

  test('contains both files, whatever they are', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = diffLines(before, after)
        const side = (kind: 'removed' | 'added') =>
          found.filter((line) => line.kind === 'same' || line.kind === kind)
        assert.deepEqual(
          side('removed').map((line) => line.text),
          before,
        )
        assert.deepEqual(
          side('added').map((line) => line.text),
          after,
        )
        assert.deepEqual(
          side('added').map((line) => line.after),
          after.map((_, index) => index + 1),
        )
      }),
    )
  })
})
