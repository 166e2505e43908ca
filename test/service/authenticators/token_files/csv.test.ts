import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret as OathSecret } from 'otpauth'
import type { CsvTokens } from '../../../../src/service/authenticators/token_files/csv_kind.ts'
import { readTokenCsv } from '../../../../src/service/authenticators/token_files/token_csv.ts'
import { readYubikeyCsv } from '../../../../src/service/authenticators/token_files/yubikey_csv.ts'
import { TestYubikey } from '../../../rig/yubikey.ts'

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
  test('has lines of serial,secret with or without a counter', () => {
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

  test('may give the step of each TOTP token, and no counter', () => {
    const { records } = read(`1,${hex}\n2,${hex},60`, totp)
    assert.deepEqual(
      records.map(({ stepSecs }) => stepSecs),
      [30, 60],
    )
    assert.equal(read(`1,${hex},0`, totp).problems.length, 1)
  })

  test('reports all its bad lines at once, by number', () => {
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

  test('is refused without a token', () => {
    for (const text of ['', '\n\n', '# nothing', 'serial,secret,counter\n']) {
      assert.throws(() => read(text), { code: 'TOKEN_FILE_FORM' })
    }
    assert.throws(() => read(Buffer.from([0x50, 0x4b, 0x03, 0x04, 0xff])), {
      code: 'TOKEN_FILE_TEXT',
    })
    assert.throws(() => read(new Uint8Array(64 * 1024 * 1024 + 1)), { code: 'TOKEN_FILE_TEXT' })
  })
})

describe('a CSV file of tokens without --kind', () => {
  const unnamed: CsvTokens = {
    kind: undefined,
    digits: undefined,
    algorithm: undefined,
    stepSecs: 30,
  }
  const kinds = (text: string, tokens = unnamed) => {
    const { records, problems } = read(text, tokens)
    assert.deepEqual(problems, [])
    return records.map(({ kind, digits, stepSecs, counter }) => [kind, digits, stepSecs, counter])
  }

  test('has TOTP tokens if the header names a time step', () => {
    for (const name of [
      'time interval',
      'Time Interval (s)',
      'step',
      'timestep',
      'time_step',
      'period',
    ]) {
      const text = `serial,secret,${name}\n1,${hex},60\n2,${hex},\n3,${hex},30 s`
      assert.deepEqual(
        kinds(text),
        [
          ['totp', 6, 60, 0],
          ['totp', 6, 30, 0],
          ['totp', 6, 30, 0],
        ],
        name,
      )
    }
  })

  test('takes kind, digits and hash from its columns', () => {
    const text = ['TOTP', 'oath-totp', 'Time-based', 't8', 'HOTP', 'event', 'hotp-8']
      .map((type, index) => `${index},${hex},${type}`)
      .join('\n')
    assert.deepEqual(
      kinds(`serial,secret,type\n${text}`).map(([kind, digits]) => [kind, digits]),
      [
        ['totp', 6],
        ['totp', 6],
        ['totp', 6],
        ['totp', 8],
        ['hotp', 6],
        ['hotp', 6],
        ['hotp', 8],
      ],
    )
    const [record] = read(`serial,secret,digits,algorithm\n1,${hex},8,sha-256`, unnamed).records
    assert.deepEqual([record?.kind, record?.digits, record?.algorithm], ['hotp', 8, 'SHA256'])
  })

  test('has TOTP tokens if a word of the header indicates it', () => {
    assert.deepEqual(kinds(`serial,totp_secret\n1,${hex}`), [['totp', 6, 30, 0]])
    assert.deepEqual(kinds(`Device Serial;TOTP Seed (hex);digits\n1;${hex};8`), [
      ['totp', 8, 30, 0],
    ])
    assert.match(
      read(`serial,totp secret\n1,${hex}`, hotp).problems[0]?.what ?? '',
      /the first line says TOTP, and --kind says hotp/,
    )
  })

  test('is refused as a whole if its header cannot be read, or hides a time step', () => {
    for (const [text, reason] of [
      [`token,seed,interval\n1,${hex},60`, /no column named serial/],
      [`serial,data,type\n1,${hex},TOTP`, /no column named secret/],
      [`serial,secret,seed\n1,${hex},${hex}`, /several columns that may be the secret/],
      [`serial,secret,refresh\n1,${hex},60\n2,${hex},60`, /column 3 may be the time step.*--kind/],
      [`serial,secret,refresh\n1,${hex},60\n2,${hex},`, /column 3 may be the time step.*--kind/],
      [`serial,secret,model\n1,${hex},c200 TOTP\n2,${hex},`, /column 3 may say.*TOTP.*--kind/],
      [`serial,secret,method\n1,${hex},time-based`, /column 3 may say.*TOTP.*--kind/],
    ] as const) {
      assert.throws(
        () => read(text, unnamed),
        (error: Error) => reason.test(error.message),
        text,
      )
    }
    assert.deepEqual(kinds(`serial,secret,batch\n1,${hex},60\n2,${hex},7`), [
      ['hotp', 6, 30, 0],
      ['hotp', 6, 30, 0],
    ])
  })

  test('may begin with a token whose serial or secret looks like a column name', () => {
    const named = `SERIAL0001,${secret}\nSN,${hex}`
    assert.deepEqual(
      read(named).records.map(({ serial }) => serial),
      ['SERIAL0001', 'SN'],
    )
    const sounding = `TYPE7,KEYSEEDSECRETKEYSEED\n2,${hex}`
    assert.equal(read(sounding).records.length, 2)
  })

  test('may be in the format of Entra, with the user of each token', () => {
    const { records, problems } = read(
      `upn,serial number,secret key,time interval,manufacturer,model\nalice@corp.example,1234567,${secret},60,Contoso,HardwareKey`,
      unnamed,
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(
      records.map(({ serial, kind, stepSecs, username }) => [serial, kind, stepSecs, username]),
      [['1234567', 'totp', 60, 'alice@corp.example']],
    )
  })

  test('has no default kind for a line that omits what other lines state', () => {
    for (const [text, reason] of [
      [`serial,secret,type\n1,${hex},TOTP\n2,${hex},`, /the type is missing.*--kind/],
      [`serial,secret,counter,step\n1,${hex},,30\n2,${hex},,`, /neither a counter nor.*--kind/],
    ] as const) {
      const { records, problems } = read(text, unnamed)
      assert.deepEqual(
        records.map(({ serial, kind }) => [serial, kind]),
        [['1', 'totp']],
      )
      assert.deepEqual(
        problems.map(({ where }) => where),
        ['line 3'],
      )
      assert.match(problems[0]?.what ?? '', reason)
    }
  })

  test('is refused as a whole if a third field without a header may be a time step', () => {
    for (const step of ['30', '60', '"60"', ' 30 ', '030']) {
      assert.throws(
        () => read(`1,${hex},0\n2,${hex},${step}`, unnamed),
        (error: Error) => /^line 2: .*--kind totp-6 or --kind hotp-6/.test(error.message),
        step,
      )
    }
    assert.deepEqual(kinds(`1,${hex},30`, { ...unnamed, kind: 'totp' }), [['totp', 6, 30, 0]])
    assert.deepEqual(kinds(`1,${hex},30`, { ...unnamed, kind: 'hotp' }), [['hotp', 6, 30, 30]])
    assert.deepEqual(kinds(`1,${hex},7`), [['hotp', 6, 30, 7]])
  })

  test('is refused, line by line, if columns and --kind contradict each other', () => {
    for (const [text, tokens] of [
      [`serial,secret,counter\n1,${hex},0`, totp],
      [`serial,secret,counter\n1,${hex},30`, totp],
      [`serial,secret,time interval\n1,${hex},30`, hotp],
      [`serial,secret,type\n1,${hex},TOTP`, hotp],
      [`serial,secret,type\n1,${hex},HOTP`, totp],
      [`serial,secret,type\n1,${hex},OATH`, unnamed],
      [`serial,secret,counter,step\n1,${hex},5,30`, unnamed],
      [`serial,secret,counter,step\n1,${hex},5,30`, totp],
    ] as const) {
      const { records, problems } = read(text, tokens)
      assert.deepEqual(records, [], text)
      assert.deepEqual(
        problems.map(({ where }) => where),
        ['line 2'],
      )
      assert.match(problems[0]?.what ?? '', /--kind/)
    }
    const eight = read(`serial,secret,digits\n1,${hex},8`, hotp)
    assert.match(eight.problems[0]?.what ?? '', /8 digits, and --kind says 6/)
  })
})

describe('a CSV file that a spreadsheet has written', () => {
  test('may keep leading zeros by a formula, which is read as text with a note', () => {
    for (const field of ['="00012345"', '"=""00012345"""']) {
      const { records, notes } = read(`1,${hex}\n${field},${hex}`)
      assert.equal(records[1]?.serial, '00012345')
      assert.deepEqual(
        notes.map(({ where }) => where),
        ['line 2'],
      )
    }
    const { problems } = read(`=A1&B1,${hex}`)
    assert.match(problems[0]?.what ?? '', /a spreadsheet formula/)
  })

  test('is refused with the reason if it has rounded a long serial', () => {
    for (const [line, tokens] of [
      [`1.23457E+11,${hex}`, hotp],
      [`1,23457E+11;${hex}\n1;${hex}`, hotp],
      [`serial;secret\n1,23457E+11;${hex}`, totp],
    ] as const) {
      const [problem] = read(line, tokens).problems
      assert.match(problem?.what ?? '', /a spreadsheet has rounded/, line)
    }
    assert.match(read(`1,1.2E+39`).problems[0]?.what ?? '', /has rounded the secret/)
  })

  test('is read in UTF-16 of either order, and refused by name without a mark', () => {
    const text = `serial\tsecret\r\n1001\t${hex}\r\n`
    const [little, big] = [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]
    const marked = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]
    for (const octets of [
      Buffer.concat([marked[0] ?? big, little]),
      Buffer.concat([marked[1] ?? big, big]),
    ]) {
      assert.deepEqual(listed(octets), [['1001', secret, 0]])
    }
    for (const [octets, name] of [
      [little, /UTF-16LE without a byte order mark; save it as UTF-8/],
      [big, /UTF-16BE without a byte order mark; save it as UTF-8/],
      [Buffer.from([0x50, 0x4b, 0x03, 0x04, 0xff]), /a workbook or an archive/],
      [Buffer.from(`Müller,${hex}`, 'latin1'), /not text in UTF-8; save it/],
    ] as const) {
      assert.throws(
        () => read(octets),
        (error: Error) => name.test(error.message),
      )
    }
  })
})

describe('a CSV file of YubiKeys', () => {
  const one = new TestYubikey()
  const readKeys = (text: string) => readYubikeyCsv(Buffer.from(text))

  test('may come from ykman or the personalisation tool', () => {
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

  test('reports what is wrong with a line, and duplicates', () => {
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

  test('in the traditional format has no serials, and is refused', () => {
    const line = 'Yubico OTP,12/11/2013 14:47,1,vvccccfhdcjl,8792ebfe26cc,ecde18dbe76fbd0c,,,0,0'
    assert.throws(() => readKeys(`LOGGING START,12/11/2013 14:47\n${line}`), {
      code: 'TOKEN_FILE_FORM',
    })
    assert.throws(() => readKeys(''), { code: 'TOKEN_FILE_FORM' })
  })
})
