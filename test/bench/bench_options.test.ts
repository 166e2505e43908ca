import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BenchUsageError, benchNames, parseBenchOptions } from '../../bench/bench_options.ts'

describe('arguments of the benchmarks', () => {
  test('measures everything without a name, and only what is named otherwise', () => {
    const names = (...args: string[]) => {
      const options = parseBenchOptions(args)
      assert.ok(options !== 'help')
      return options.names
    }
    assert.deepEqual(names(), benchNames)
    assert.deepEqual(names('radius', '--quick', 'proxy'), ['proxy', 'radius'])
  })

  test('takes numbers for the benchmarks that use them', () => {
    const options = parseBenchOptions(['scale', '--users', '1000000', '--log-rows', '5'])
    assert.ok(options !== 'help')
    assert.deepEqual([options.users, options.logRows], [1_000_000, 5])
  })

  for (const args of [
    ['radios'],
    ['--quik'],
    ['scale', '--users', 'ten'],
    ['scale', '--users', '0'],
    ['waiting', '--rate', '-1'],
    ['radius', '--rate', '10'],
    ['--keep', '--quick'],
  ]) {
    test(`rejects ${args.join(' ')} with a message`, () => {
      assert.throws(() => parseBenchOptions(args), BenchUsageError)
    })
  }

  test('asks for help wherever it stands', () => {
    assert.equal(parseBenchOptions(['radius', '--help']), 'help')
  })
})
