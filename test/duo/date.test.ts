import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseDate, rfc2822Date } from '../../src/duo/index.ts'

// parsing must not depend on the local time zone
process.env.TZ = 'America/New_York'
const time = Date.UTC(2026, 10, 24, 17, 18, 0)

describe('RFC 9110 §5.6.7 and RFC 2822 §3.3, dates', () => {
  for (const text of [
    'Tue, 24 Nov 2026 17:18:00 GMT',
    'Tuesday, 24-Nov-26 17:18:00 GMT',
    'Tue Nov 24 17:18:00 2026',
    'Tue, 24 Nov 2026 17:18:00',
    '24 Nov 2026 17:18:00',
    'Tue, 24 Nov 2026 17:18:00 -0000',
    'Tue, 24 Nov 2026 12:18:00 -0500',
    'Tue, 24 Nov 2026 18:18:00 +0100 (CET)',
    'Tue, 24 Nov 2026 17:18:00 UT',
    rfc2822Date(time),
  ]) {
    test(`reads ${text}`, () => assert.equal(parseDate(text), time))
  }

  for (const text of ['', 'yesterday', '17:18:00', '\0']) {
    test(`rejects '${text}'`, () => assert.equal(parseDate(text), undefined))
  }
})
