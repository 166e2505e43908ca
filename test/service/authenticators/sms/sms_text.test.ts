import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { smsText } from '../../../../src/service/authenticators/sms/sms_text.ts'
import { toGsm7 } from '../../../../src/service/messaging/sms/gsm7.ts'

const codes = Array.from({ length: 10 }, (_, index) => `${index}234567`)

describe('the text of a message', () => {
  test('names the application before the codes', () => {
    assert.equal(smsText(['1275898'], 'VPN'), 'Your VPN passcode: 1275898')
    assert.equal(smsText(['1234567', '2234567'], 'VPN'), 'Your VPN passcodes: 1234567 2234567')
    assert.equal(smsText(['1234567'], ''), 'Your passcode: 1234567')
  })

  test('begins with the configured text', () => {
    assert.equal(
      smsText(['1234567', '2234567'], 'VPN', 'Passcodes for'),
      'Passcodes for VPN: 1234567 2234567',
    )
  })

  test('is one message of 160 characters, even if names are long', () => {
    for (const message of ['', 'ß'.repeat(100)]) {
      const text = smsText(codes, '€'.repeat(200), message)
      assert.equal(text.length, 160)
      assert(text.endsWith(codes.join(' ')))
    }
  })

  test('has no character that would make it two messages', () => {
    assert.equal(toGsm7('Zürich [x] {y} €5 “ł” ć 日\n☃'), 'Zürich (x) (y) EUR5 "?" c ? ?')
  })
})
