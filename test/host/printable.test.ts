import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatEvent } from '../../src/ctl/connectivity/connectivity_event.ts'
import { printable } from '../../src/host/printable.ts'

test('text from elsewhere moves nothing in a terminal', () => {
  assert.equal(
    printable('a\u001b]0;title\u0007\r\u009b2J\u202eb\u007f'),
    'a\\u001b]0;title\\u0007\\u000d\\u009b2J\\u202eb\\u007f',
  )
  assert.equal(printable('Zoë\t王\n'), 'Zoë\t王\n')
  const status = { version: '\u009b2J \u001b "' }
  assert.deepEqual(JSON.parse(printable(JSON.stringify(status))), status)
})

test('a line of the connectivity tool neither', () => {
  const message = "unknown value '\u001b[2J'"
  assert.equal(
    formatEvent({ kind: 'finding', pass: 'configuration', section: '', severity: 'warn', message }),
    "[warn]  unknown value '\\u001b[2J'",
  )
})
