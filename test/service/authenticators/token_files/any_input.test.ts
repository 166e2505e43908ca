import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../../../../src/host/secret.ts'
import { readPskc } from '../../../../src/service/authenticators/token_files/pskc.ts'
import { readTokenCsv } from '../../../../src/service/authenticators/token_files/token_csv.ts'
import type { TokenFile } from '../../../../src/service/authenticators/token_files/token_file.ts'
import { TokenFileError } from '../../../../src/service/authenticators/token_files/token_file_error.ts'
import { readYubikeyCsv } from '../../../../src/service/authenticators/token_files/yubikey_csv.ts'

const hotp = { kind: 'hotp', digits: 6, algorithm: 'SHA1', stepSecs: 30 } as const
const now = Date.UTC(2026, 10, 24)
const unlock = { kind: 'key', key: new Secret('12345678901234567890123456789012') } as const

/** @returns All messages: the problems, or the error if it is a TokenFileError. */
function messagesOf(read: () => TokenFile<unknown>): string[] {
  try {
    return read().problems.map(({ where, what }) => {
      assert.match(where, /^(line|key package) \d+$/)
      return what
    })
  } catch (error) {
    assert(error instanceof TokenFileError, String(error))
    return [error.message]
  }
}

const readers = [
  (octets: Uint8Array) => readTokenCsv(octets, hotp),
  (octets: Uint8Array) => readTokenCsv(octets, { ...hotp, kind: 'totp' }),
  (octets: Uint8Array) => readYubikeyCsv(octets),
  (octets: Uint8Array) => readPskc(octets, { unlock, now }),
]

const secretHex = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((octets) => toHex(octets))
const figures = [3, 6, 7, 10].map((number) =>
  readFileSync(resolve(import.meta.dirname, `../../../vector/rfc6030/figure${number}.xml`), 'utf8'),
)

/** One of the texts, with a random part replaced. */
function mangled(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(200),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom('<', '>', '"', '&', '<!--', ']]>', '<![CDATA[', '&#0;', '<?', '/>'),
      ),
    )
    .map(([text, from, length, put]) => {
      const at = from % text.length
      return text.slice(0, at) + put + text.slice(at + length)
    })
}

describe('arbitrary input', () => {
  test('any bytes are parsed, or rejected with a TokenFileError', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...readers),
        (octets, read) => {
          messagesOf(() => read(octets))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('any text of CSV characters', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefgst,;\t"\r\n# \ufeffserialco'),
      maxLength: 200,
    })
    fc.assert(
      fc.property(text, fc.constantFrom(...readers), (text, read) => {
        messagesOf(() => read(Buffer.from(text)))
      }),
      { numRuns: 2000 },
    )
  })

  test('any damage to a key container', () => {
    fc.assert(
      fc.property(mangled(figures), (text) => {
        messagesOf(() => readPskc(Buffer.from(text), { unlock, now }))
      }),
      { numRuns: 1500 },
    )
  })

  test('no message contains a part of a secret', () => {
    const damage = fc.constantFrom('', 'x', '"', '!', ',', ';;', '\t')
    fc.assert(
      fc.property(secretHex, fc.nat(40), damage, fc.nat(3), (secret, at, put, column) => {
        const fields = ['1001', 'cccccccccccb', '010203040506', '7']
        fields[column] = secret.slice(0, at) + put + secret.slice(at)
        const line = fields.join(',')
        const base64 = Buffer.from(secret, 'hex').toString('base64')
        const xml = figures[0]?.replace(/<PlainValue>MTI[^<]*/, `<PlainValue>${put}${base64}`) ?? ''
        const messages = [
          ...readers.slice(0, 3).flatMap((read) => messagesOf(() => read(Buffer.from(line)))),
          ...messagesOf(() => readPskc(Buffer.from(xml), { now })),
          ...messagesOf(() => readPskc(Buffer.from(xml.replace('</Data>', `<${put}`)), { now })),
        ]
        for (const what of messages) {
          assert(!what.includes(secret.slice(0, 8)) && !what.includes(base64.slice(0, 6)), what)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

function toHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex')
}
