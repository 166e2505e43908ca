import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret as OathSecret } from 'otpauth'
import { type CsvTokens, readTokenCsv } from '../../../src/service/token_file/token_csv.ts'
import { readYubikeyCsv } from '../../../src/service/token_file/yubikey_csv.ts'
import { TestYubikey } from '../../rig/yubikey.ts'

const hotp: CsvTokens = { kind: 'hotp', digits: 6, algorithm: 'SHA1', stepSecs: 30 }
const totp: CsvTokens = { ...hotp, kind: 'totp' }
const hex = '3132333435363738393031323334353637383930'
const secret = OathSecret.fromUTF8('12345678901234567890').base32

function read(text: string | Uint8Array, tokens = hotp) {
  return readTokenCsv(typeof text === 'string' ? Buffer.from(text) : text, tokens)
}
function listed(text: string | Uint8Array, tokens = hotp) {
  const { records, problems } = read(text, tokens)
  assert.deepEqual(problems, [])
  return records.map((record) => [record.serial, record.secret.reveal(), record.counter])
}

describe('a CSV file of tokens', () => {
  test('is serial,secret with or without a counter', () => {
    assert.deepEqual(listed(`1001,${hex}\n1002,${hex},7\n1003,${hex},\n`), [
      ['1001', secret, 0],
      ['1002', secret, 7],
      ['1003', secret, 0],
    ])
  })

  test('may come from a spreadsheet', () => {
    const line = ['1001', secret, 5]
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`serial\tsecret\tcounter\r\n1001\t${hex}\t5\r\n`, 'utf16le'),
    ])
    for (const text of [
      `\ufeffSerial Number;Secret Key;Counter\r\n1001;${hex};5\r\n`,
      `"serial","secret","counter"\r\n"1001" , "${hex}" , "5",,,\r\n`.replace(',,,', ''),
      `# from the vendor\n\n1001,${hex},5\n\n# the end`,
      `1001,0x${hex.toUpperCase()},5`,
      `1001,${secret.toLowerCase()},5`,
      `1001,"${hex.replace(/(..)(?=.)/g, '$1 ')}",5`,
      `1001\t${hex}\t5\r`,
      `secret,moving factor,serial\n${hex},5,1001`,
      `  1001 , ${hex} , 5 `,
      `1001,${hex},5,,`,
      utf16,
    ]) {
      assert.deepEqual(listed(text), [line], String(text))
    }
  })

  test('of TOTP tokens may say each one’s step, and has no counter', () => {
    const { records } = read(`1,${hex}\n2,${hex},60`, totp)
    assert.deepEqual(
      records.map(({ stepSecs }) => stepSecs),
      [30, 60],
    )
    assert.equal(read(`1,${hex},0`, totp).problems.length, 1)
  })

  test('tells all its bad lines at once, by their numbers', () => {
    const { records, problems } = read(
      [
        'serial,secret,counter',
        `1,${hex}`,
        '2',
        `3,${hex.slice(1)}`,
        '4,31323334',
        `5,${hex},soon`,
        `,${hex}`,
        `1,${hex}`,
        `7,"${hex}`,
        '8,not a secret!',
        `9,${hex},1,2,3`,
        `1.23E+12,${hex}`,
        `\u001b[2J,${hex}`,
        `10,"${hex}"x`,
        `11,${hex}`,
      ].join('\n'),
    )
    assert.deepEqual(
      records.map(({ serial }) => serial),
      ['1', '11'],
    )
    assert.deepEqual(
      problems.map(({ where }) => where),
      [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((line) => `line ${line}`),
    )
    for (const { what } of problems) assert(!what.includes(hex.slice(2, 12)), what)
  })

  test('without a token in it is none', () => {
    for (const text of ['', '\n\n', '# nothing', 'serial,secret,counter\n']) {
      assert.throws(() => read(text), { code: 'TOKEN_FILE_FORM' })
    }
    assert.throws(() => read(Buffer.from([0x50, 0x4b, 0x03, 0x04, 0xff])), {
      code: 'TOKEN_FILE_TEXT',
    })
    assert.throws(() => read(new Uint8Array(64 * 1024 * 1024 + 1)), { code: 'TOKEN_FILE_TEXT' })
  })
})

describe('a CSV file of YubiKeys', () => {
  const one = new TestYubikey()
  const readKeys = (text: string) => readYubikeyCsv(Buffer.from(text))

  test('is what ykman and the personalisation tool write', () => {
    const { serial, publicId, privateId, aesKey } = one.listed
    const line = [serial, publicId, privateId.reveal(), aesKey.reveal()]
    for (const text of [
      one.line,
      `${line.join(',')}`,
      `${line.join(',').toUpperCase()},000000000000,2012-10-09T14:12:00,\r\n`,
      `# ykksm 1\n${line.join(',')},000000000000,2009-06-09T11:48:12,2009-06-09T11:48:12,\n`,
      `serial;public id;private id;AES key\n${line.join(';')};`,
    ]) {
      const { records, problems } = readKeys(text)
      assert.deepEqual(problems, [])
      assert.deepEqual(
        records.map((record) => [
          record.serial,
          record.publicId,
          record.privateId.reveal(),
          record.aesKey.reveal(),
        ]),
        [line],
      )
    }
  })

  test('tells what is wrong with a line, and what stands in it twice', () => {
    const other = new TestYubikey()
    const { problems, records } = readKeys(
      [
        one.line,
        one.line,
        other.line.replace(other.serial, ''),
        other.line.replace(other.publicId, 'cccc'),
        other.line.replace(other.listed.aesKey.reveal(), '00'),
        other.line.replace(other.listed.privateId.reveal(), ''),
        other.line.replace(other.publicId, one.publicId),
        other.line,
      ].join('\n'),
    )
    assert.equal(records.length, 2)
    assert.deepEqual(
      problems.map(({ where }) => where),
      ['line 2', 'line 3', 'line 4', 'line 5', 'line 6', 'line 7'],
    )
  })

  test('in the traditional form has no serials, and is sent back', () => {
    const line = 'Yubico OTP,12/11/2013 14:47,1,vvccccfhdcjl,8792ebfe26cc,ecde18dbe76fbd0c,,,0,0'
    assert.throws(() => readKeys(`LOGGING START,12/11/2013 14:47\n${line}`), {
      code: 'TOKEN_FILE_FORM',
    })
    assert.throws(() => readKeys(''), { code: 'TOKEN_FILE_FORM' })
  })
})
