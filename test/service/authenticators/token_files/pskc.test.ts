import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { Secret as OathSecret } from 'otpauth'
import { Secret } from '../../../../src/host/secret.ts'
import { readPskc } from '../../../../src/service/authenticators/token_files/pskc.ts'
import type { PskcUnlock } from '../../../../src/service/authenticators/token_files/pskc_protection.ts'

const now = Date.UTC(2026, 10, 24)
const secret = OathSecret.fromUTF8('12345678901234567890').base32
const key: PskcUnlock = { kind: 'key', key: new Secret('12345678901234567890123456789012') }
const password: PskcUnlock = { kind: 'password', password: new Secret('qwerty') }

function figure(number: number): string {
  const file = resolve(import.meta.dirname, `../../../vector/rfc6030/figure${number}.xml`)
  return readFileSync(file, 'utf8')
}
function read(text: string, unlock?: PskcUnlock, at = now) {
  return readPskc(Buffer.from(text), { unlock, now: at })
}
function listProblems(text: string): string[] {
  return read(text).problems.map(({ where, what }) => `${where}: ${what}`)
}
/** Figure 3 with a part replaced. */
function changed(from: string | RegExp, to: string): string {
  const before = figure(3)
  const after = before.replace(from, to)
  assert.notEqual(after, before)
  return after
}

describe('RFC 6030', () => {
  test('figure 2: rejects a secret of four bytes', () => {
    assert.deepEqual(listProblems(figure(2)), [
      'key package 1: the secret has 4 bytes; it must have 10 to 128',
    ])
  })

  test('figure 3: an HOTP token with eight digits', () => {
    const { records, problems } = read(figure(3))
    assert.deepEqual(problems, [])
    assert.deepEqual(
      records.map((record) => ({ ...record, secret: record.secret.reveal() })),
      [
        {
          serial: '987654321',
          kind: 'hotp',
          digits: 8,
          algorithm: 'SHA1',
          stepSecs: 30,
          secret,
          counter: 0,
          drift: 0,
          expires: undefined,
        },
      ],
    )
  })

  test('figure 4: rejects a reference to an external key', () => {
    assert.match(listProblems(figure(4)).join(), /^key package 1: it has no Secret/)
  })

  test('figure 5: accepts a PIN policy that the token enforces itself', () => {
    const { records, problems } = read(figure(5))
    assert.deepEqual(problems, [])
    assert.deepEqual(
      records.map(({ serial }) => serial),
      ['987654321'],
    )
  })

  test('figure 6: AES-128-CBC with a pre-shared key, and its MAC', () => {
    const { records } = read(figure(6), key)
    assert.deepEqual(
      records.map((record) => record.secret.reveal()),
      [secret],
    )
  })

  test('figure 7: a key derived from a password', () => {
    const { records } = read(figure(7), password)
    assert.deepEqual(
      records.map((record) => record.secret.reveal()),
      [secret],
    )
  })

  test('figure 8: rejects encryption for a certificate', () => {
    assert.throws(() => read(figure(8), key), { code: 'TOKEN_FILE_ENCRYPTION' })
  })

  test('figure 10: applies the dates of each key', () => {
    const serialsAt = (month: number) => {
      const { records, problems } = read(figure(10), undefined, Date.UTC(2006, month, 15))
      return [records.map(({ serial }) => serial), problems.length]
    }
    assert.deepEqual(serialsAt(2), [['9999999'], 3])
    assert.deepEqual(serialsAt(3), [['9999999'], 3])
    assert.deepEqual(serialsAt(4), [['654321', '123456'], 2])
    assert.deepEqual(serialsAt(5), [[], 4])
    const [record] = read(figure(10), undefined, Date.UTC(2006, 4, 15)).records
    assert.equal(record?.expires, Date.UTC(2006, 4, 31))
  })
})

describe('an encrypted container', () => {
  test('names the key that it is encrypted with', () => {
    assert.throws(() => read(figure(6)), {
      code: 'TOKEN_FILE_KEY_NEEDED',
      message: /\(Pre-shared-key\)/,
    })
    assert.throws(() => read(figure(6), password), { code: 'TOKEN_FILE_KEY_NEEDED' })
    assert.throws(() => read(figure(7)), {
      code: 'TOKEN_FILE_PASSWORD_NEEDED',
      message: /\(My Password 1\)/,
    })
  })

  test('is rejected with another key or password', () => {
    const refused = /TOKEN_FILE_(WRONG_KEY|ALTERED)/
    for (let last = 0; last < 50; last++) {
      const other = new Secret(`1234567890123456789012345678${4000 + last}`)
      assert.throws(() => read(figure(6), { kind: 'key', key: other }), { code: refused })
      const word = new Secret(`qwerty${last}`)
      assert.throws(() => read(figure(7), { kind: 'password', password: word }), { code: refused })
    }
    const short = new Secret('123456')
    assert.throws(() => read(figure(6), { kind: 'key', key: short }), {
      code: 'TOKEN_FILE_WRONG_KEY',
    })
  })

  test('is rejected as a whole if any byte of a value was altered', () => {
    const value = 'AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv'
    for (let at = 0; at < 48; at++) {
      const octets = Buffer.from(value, 'base64')
      octets[at] = (octets[at] ?? 0) ^ 1
      assert.throws(() => read(figure(6).replace(value, octets.toString('base64')), key), {
        code: 'TOKEN_FILE_ALTERED',
        message: /^key package 1: /,
      })
    }
  })

  test('is rejected without a MAC', () => {
    for (const [from, code] of [
      [/<ValueMAC>[^<]*<\/ValueMAC>/, 'TOKEN_FILE_ALTERED'],
      [/<MACMethod[\s\S]*<\/MACMethod>/, 'TOKEN_FILE_FORM'],
      [/Su\+NvtQfmvfJzF6bmQiJqoLRExc=/, 'TOKEN_FILE_ALTERED'],
      [/<EncryptionKey>[\s\S]*<\/EncryptionKey>/, 'TOKEN_FILE_FORM'],
      [/hmac-sha1/, 'TOKEN_FILE_ENCRYPTION'],
      [/(?<=<EncryptedValue>[\s\S]*)aes128-cbc/, 'TOKEN_FILE_ENCRYPTION'],
    ] as const) {
      assert.throws(() => read(figure(6).replace(from, ''), key), { code }, String(from))
    }
  })

  test('is rejected at once if deriving its key would take hours', () => {
    for (const [from, to] of [
      ['<IterationCount>1000', '<IterationCount>1000000000'],
      ['<KeyLength>16', '<KeyLength>1000000'],
      ['#pbkdf2', '#scrypt'],
    ] as const) {
      assert.throws(() => read(figure(7).replace(from, to), password), {
        code: 'TOKEN_FILE_ENCRYPTION',
      })
    }
  })
})

describe('parameters of a key', () => {
  test('TOTP: step, hash and drift', () => {
    const text = changed('pskc:hotp', 'pskc:totp')
      .replace('<ResponseFormat', '<Suite>HMAC-SHA256</Suite><ResponseFormat')
      .replace(
        /<Counter>[\s\S]*<\/Counter>/,
        `<Time><PlainValue>0</PlainValue></Time>
         <TimeInterval><PlainValue>60</PlainValue></TimeInterval>
         <TimeDrift><PlainValue>-4</PlainValue></TimeDrift>`,
      )
    const [record] = read(text).records
    assert.equal(record?.kind, 'totp')
    assert.equal(record?.algorithm, 'SHA256')
    assert.equal(record?.stepSecs, 60)
    assert.equal(record?.drift, -4)
    assert.equal(read(text).records.length, 1)
  })

  test('rejects unsupported features, with the key package and the reason', () => {
    for (const [from, to] of [
      ['Length="8"', 'Length="7"'],
      ['DECIMAL', 'HEXADECIMAL'],
      ['DECIMAL"', 'DECIMAL" CheckDigits="true"'],
      ['pskc:hotp', 'pskc:ocra'],
      ['Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp"', ''],
      ['<ResponseFormat', '<Suite>HMAC-MD5</Suite><ResponseFormat'],
      ['<PlainValue>0', '<PlainValue>-1'],
      ['<PlainValue>MTIz', '<PlainValue>!'],
      ['987654321', '12;34'],
      ['</Data>', '</Data><Policy><KeyUsage>Encrypt</KeyUsage></Policy>'],
      ['</Data>', '</Data><Policy><PINPolicy PINUsageMode="Append"/></Policy>'],
      ['</Data>', '</Data><Policy><NumberOfTransactions>9</NumberOfTransactions></Policy>'],
      ['</Data>', '</Data><Policy><OnlyOnSundays/></Policy>'],
      ['</Data>', '</Data><Policy><ExpiryDate>2020-01-01T00:00:00Z</ExpiryDate></Policy>'],
      ['</Data>', '</Data><Policy><StartDate>2040-01-01T00:00:00Z</StartDate></Policy>'],
      ['</Data>', '</Data><Policy><ExpiryDate>soon</ExpiryDate></Policy>'],
      ['</SerialNo>', '</SerialNo><ExpiryDate>2020-01-01T00:00:00Z</ExpiryDate>'],
    ] as const) {
      const { records, problems } = read(changed(from, to))
      assert.deepEqual(records, [], to)
      assert.deepEqual(
        problems.map(({ where }) => where),
        ['key package 1'],
        to,
      )
    }
  })

  test('keeps a future expiry', () => {
    const policy = '<Policy><ExpiryDate>2030-06-30T00:00:00+02:00</ExpiryDate></Policy>'
    const [record] = read(changed('</Data>', `</Data>${policy}`)).records
    assert.equal(record?.expires, Date.UTC(2030, 5, 29, 22))
  })

  test('reports a duplicate serial with both places', () => {
    const one = figure(3)
    const keyPackage = /<KeyPackage>[\s\S]*<\/KeyPackage>/.exec(one)?.[0] ?? ''
    const { records, problems } = read(one.replace(keyPackage, keyPackage + keyPackage))
    assert.equal(records.length, 1)
    assert.match(String(problems[0]?.what), /also in key package 1;/)
    assert.equal(problems[0]?.where, 'key package 2')
  })

  test('decodes the predefined XML entities in a serial, and no others', () => {
    assert.equal(read(changed('987654321', '98&#55;65-&#x34;')).records[0]?.serial, '98765-4')
    assert.equal(read(changed('987654321', '9&amp;8')).records.length, 0)
    assert.equal(read(changed('987654321', '9&nbsp;8')).records.length, 0)
  })
})

describe('malicious XML', () => {
  const document = (declaration: string, serial: string): string =>
    changed('987654321', serial).replace('?>', `?>\n${declaration}`)

  test('rejects entities that read files or exhaust memory, without expanding them', () => {
    const laughs = Array.from(
      { length: 30 },
      (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`,
    ).join('')
    for (const declaration of [
      '<!DOCTYPE KeyContainer [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
      '<!DOCTYPE KeyContainer SYSTEM "http://127.0.0.1/evil.dtd">',
      `<!DOCTYPE KeyContainer [<!ENTITY e0 "ha">${laughs}]>`,
      '<!doctype KeyContainer>',
    ]) {
      assert.throws(() => read(document(declaration, '&e;')), { code: 'TOKEN_FILE_XML' })
    }
  })

  test('rejects deep nesting, many attributes, and names such as __proto__', () => {
    const deep = '<a>'.repeat(100_000) + '</a>'.repeat(100_000)
    assert.throws(() => read(deep), { code: 'TOKEN_FILE_XML' })
    assert.throws(() => read(changed('<Data>', '<__proto__ x="y">z</__proto__><Data>')), {
      code: 'TOKEN_FILE_XML',
    })
    assert.equal(Object.hasOwn(Object.prototype, 'x'), false)
    const attributes = Array.from({ length: 1000 }, (_, index) => `a${index}="1"`).join(' ')
    assert.equal(read(changed('<Data>', `<Data ${attributes}>`)).records.length, 1)
  })

  test('reports a file that is not a key container', () => {
    for (const [text, code] of [
      ['', 'TOKEN_FILE_XML'],
      ['serial,secret', 'TOKEN_FILE_XML'],
      ['<KeyContainer>', 'TOKEN_FILE_XML'],
      ['<html/>', 'TOKEN_FILE_FORM'],
      ['<KeyContainer/>', 'TOKEN_FILE_FORM'],
      ['<KeyContainer xmlns="urn:else"><KeyPackage/></KeyContainer>', 'TOKEN_FILE_FORM'],
      ['\0', 'TOKEN_FILE_TEXT'],
    ] as const) {
      assert.throws(() => read(text), { code }, text)
    }
    assert.throws(() => readPskc(Buffer.from([0xc3, 0x28]), { now }), { code: 'TOKEN_FILE_TEXT' })
    assert.throws(() => read(figure(3).replace('</Data>', '')), {
      code: 'TOKEN_FILE_XML',
      message: /^line \d+ /,
    })
  })
})
