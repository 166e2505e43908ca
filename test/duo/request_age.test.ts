import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxRequestAgeMs, requestAgeText } from '../../src/duo/index.ts'

test('the age of a request is one that the service takes, also after a pause of the machine', () => {
  assert.equal(requestAgeText(0), '0')
  assert.equal(requestAgeText(-0.4), '0')
  assert.equal(requestAgeText(1_234.6), '1235')
  assert.equal(requestAgeText(24 * 60 * 60_000), String(maxRequestAgeMs))
})
