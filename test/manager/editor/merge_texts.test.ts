import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { mergeTexts } from '../../../src/manager/editor/merge_texts.ts'

const text = fc
  .array(fc.constantFrom('a=1', 'b=2', '[s]', ''), { maxLength: 8 })
  .map((lines) => lines.join('\n'))

describe('merging two versions of a file', () => {
  test('takes the changes of both', () => {
    const base = '[main]\ndebug=true\n\n[duo_only_client]\n'
    const mine = '[main]\ndebug=false\n\n[duo_only_client]\n'
    const theirs = '[main]\ndebug=true\n\n[duo_only_client]\n[radius_server_duo_only]\n'
    assert.deepEqual(mergeTexts(base, mine, theirs), {
      text: '[main]\ndebug=false\n\n[duo_only_client]\n[radius_server_duo_only]\n',
      conflicts: 0,
    })
  })

  test('keeps mine where both changed the same, with theirs in a comment', () => {
    assert.deepEqual(mergeTexts('port=1\n', 'port=2\n', 'port=3\n'), {
      text: '; changed on disk as well, to:\n; port=3\nport=2\n',
      conflicts: 1,
    })
    assert.deepEqual(mergeTexts('port=1\n', 'port=2\n', 'port=2\n').conflicts, 0)
  })

  test('gives the other version where only one changed', () => {
    fc.assert(
      fc.property(text, text, (base, changed) => {
        assert.deepEqual(mergeTexts(base, changed, base), { text: changed, conflicts: 0 })
        assert.deepEqual(mergeTexts(base, base, changed), { text: changed, conflicts: 0 })
        assert.deepEqual(mergeTexts(base, changed, changed), { text: changed, conflicts: 0 })
      }),
    )
  })
})
