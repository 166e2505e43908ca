import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JsonError, parseJson } from '../../src/host/parse_json.ts'

describe('parseJson', () => {
  test('parses JSON', () => {
    assert.deepEqual(parseJson('{"a": [1]}'), { a: [1] })
  })

  for (const text of [
    'ZePI8Tr3r4Q',
    '{"a": ZePI8Tr3r4Q}',
    '"ZePI8Tr3r4Q',
    '{"ZePI8Tr3r4Q": 1,}',
    '',
  ]) {
    test(`quotes nothing of ${JSON.stringify(text)} in its error`, () => {
      assert.throws(
        () => parseJson(text),
        (error) => error instanceof JsonError && !/Ze|r4|Q/.test(error.message),
      )
    })
  }

  test('names the position, where the parser knows it', () => {
    assert.throws(() => parseJson('{\n  "a": 1,\n}'), { message: /\(line 3 column 1\)/ })
  })
})
