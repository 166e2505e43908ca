import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inGsm7, smsText } from '../../../../src/service/messaging/sms/sms_text.ts'

const codes = Array.from({ length: 10 }, (_, index) => `${index}234567`)

describe('the text of a message', () => {
  test('has the prefix, the application and the codes', () => {
    assert.equal(
      smsText(['1234567', '2234567'], 'VPN', 'Passcodes for'),
      'Passcodes for VPN: 1234567 2234567',
    )
    assert.equal(smsText(['1234567'], 'VPN'), 'VPN: 1234567')
    assert.equal(smsText(['1234567'], ''), '1234567')
  })

  test('is one message of 160 letters, whatever the names are', () => {
    const text = smsText(codes, '€'.repeat(200), 'ß'.repeat(100))
    assert.equal(text.length, 160)
    assert(text.endsWith(codes.join(' ')))
  })

  test('has no letter that would make it two messages', () => {
    assert.equal(inGsm7('Zürich [x] {y} €5 “ł” ć 日\n☃'), 'Zürich (x) (y) EUR5 "?" c ? ?')
  })
})
