import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { smsText } from '../../../../src/service/authenticators/sms/sms_text.ts'
import { toGsm7 } from '../../../../src/service/messaging/sms/gsm7.ts'

const codes = Array.from({ length: 10 }, (_, index) => `${index}234567`)

const words = { organisation: 'Acme', application: 'VPN', message: '' }

describe('the text of a message', () => {
  test('names the organisation and the application before the codes', () => {
    assert.equal(smsText(['1275898'], words), 'Your Acme passcode for VPN: 1275898')
    assert.equal(
      smsText(['1234567', '2234567'], words),
      'Your Acme passcodes for VPN: 1234567 2234567',
    )
    assert.equal(smsText(['1234567'], { ...words, application: '' }), 'Your Acme passcode: 1234567')
  })

  test('begins with the configured text', () => {
    assert.equal(
      smsText(['1234567', '2234567'], { ...words, message: 'Passcodes for' }),
      'Passcodes for VPN: 1234567 2234567',
    )
  })

  test('is one message of 160 characters, even if names are long', () => {
    for (const message of ['', 'ß'.repeat(100)]) {
      const text = smsText(codes, {
        organisation: 'Ä'.repeat(50),
        application: '€'.repeat(200),
        message,
      })
      assert.equal(text.length, 160)
      assert(text.endsWith(codes.join(' ')))
    }
  })

  test('has no character that would make it two messages', () => {
    assert.equal(toGsm7('Zürich [x] {y} €5 “ł” ć 日\n☃'), 'Zürich (x) (y) EUR5 "?" c ? ?')
  })
})
