import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boolean, integer, list, oneOf, port, words } from '../../src/config/value_type.ts'

describe('value types', () => {
  test('boolean accepts eight words in any case', () => {
    for (const word of ['1', 'yes', 'TRUE', 'On']) {
      assert.deepEqual(boolean.parse(word, 'key'), { value: true })
    }
    for (const word of ['0', 'No', 'false', 'OFF']) {
      assert.deepEqual(boolean.parse(word, 'key'), { value: false })
    }
    assert.deepEqual(boolean.parse('2', 'key'), { problem: "is '2'; expected true or false" })
  })

  test('integer accepts decimal digits within its bounds', () => {
    assert.deepEqual(integer({ min: 0 }).parse('0', 'key'), { value: 0 })
    assert.deepEqual(port.parse('65535', 'key'), { value: 65535 })
    assert.deepEqual(integer({ min: 1 }).parse('0', 'key'), {
      problem: "is '0'; expected an integer of 1 or more",
    })
    for (const value of ['65536', '-1', '0x50', '1e3', '18 12', '٣', '1.5']) {
      assert.deepEqual(port.parse(value, 'key'), {
        problem: `is '${value}'; expected an integer from 1 to 65535`,
      })
    }
    assert('problem' in integer({ min: 0 }).parse('9007199254740993', 'key'))
  })

  test('oneOf accepts its words in any case, and returns them as the table has them', () => {
    const facility = oneOf('LOG_USER', 'LOG_AUTH')
    assert.deepEqual(facility.parse('log_auth', 'key'), { value: 'LOG_AUTH' })
    assert.deepEqual(facility.parse('LOG', 'key'), {
      problem: "is 'LOG'; expected LOG_USER | LOG_AUTH",
    })
  })

  test('lists are comma-separated over one or several lines', () => {
    assert.deepEqual(words.parse('a, b,\nc,', 'key'), { value: ['a', 'b', 'c'] })
    const numbers = list('numbers', (item) => port.parse(item, 'key'))
    assert.deepEqual(numbers.parse('1, 2', 'key'), { value: [1, 2] })
    assert.deepEqual(numbers.parse('1, x, y', 'key'), {
      problem: "is 'x'; expected an integer from 1 to 65535",
    })
  })
})
