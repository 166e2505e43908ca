import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { writeCsv } from '../../../../src/service/people/user_file/csv_cells.ts'
import { readUserFile, writeBadLines } from '../../../../src/service/people/user_file/user_file.ts'

const read = (text: string) => readUserFile(Buffer.from(text))

describe('a file of users', () => {
  test('has columns in any order and case, and phones with extensions', async () => {
    const { rows, problems } = await read(
      'Email,phone2,USERNAME,alias1,phone1,platform1,group1,token1,type1,status\r\n' +
        'a@example.com,+44 20 7946 0000 x12,alice,al,+1 (202) 555-0143,iphone,Staff,1001,h6,Bypass\r\n',
    )
    assert.deepEqual(problems, [])
    assert.partialDeepStrictEqual(rows, [
      {
        line: 2,
        username: 'alice',
        fields: { email: 'a@example.com' },
        status: 'bypass',
        aliases: [{ column: 'alias1', value: 'al' }],
        phones: [
          { column: 'phone1', value: '+1 (202) 555-0143', platform: 'apple ios', type: 'mobile' },
          { column: 'phone2', value: '+44 20 7946 0000', extension: '12' },
        ],
        groups: [{ column: 'group1', value: 'Staff' }],
        tokens: [{ column: 'token1', value: '1001', kind: 'hotp-6' }],
      },
    ])
  })

  for (const [name, octets] of [
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffusername;realname\nzoë;Zoë; van\n')],
    ['semicolons', Buffer.from('username;realname\nzoë;"Zoë; van"\n')],
    ['tabs in UTF-16', Buffer.from('\ufeffusername\trealname\r\nzoë\tZoë; van\r\n', 'utf16le')],
    [
      'UTF-16, big endian',
      Buffer.from('\ufeffusername\trealname\nzoë\tZoë; van\n', 'utf16le').swap16(),
    ],
  ] as const) {
    test(`can be written with ${name}`, async () => {
      const { rows, problems } = await readUserFile(octets)
      if (name.startsWith('UTF-8')) assert.equal(problems[0]?.line, 2)
      else
        assert.partialDeepStrictEqual(rows, [{ username: 'zoë', fields: { realname: 'Zoë; van' } }])
    })
  }

  test('tells the line, column and remedy of each bad line', async () => {
    const { rows, problems } = await read(
      [
        'username,realname,email,status,phone1,platform1,alias1',
        'alice,"Alice\nof two lines",a@example.com,,,,',
        ',,b@example.com,,,,',
        'carol,,not an address,,,,',
        'dave,,,locked,,,',
        'erin,,,,+12025550143,toaster,',
        'frank,,,,,,ALICE',
        'grace,,,,,,,too,many',
      ].join('\n'),
    )
    assert.deepEqual(
      rows.map(({ username }) => username),
      ['alice'],
    )
    assert.deepEqual(
      problems.map(({ line, column }) => [line, column]),
      [
        [4, 'username'],
        [5, 'email'],
        [6, 'status'],
        [7, 'platform1'],
        [8, 'alias1'],
        [9, ''],
      ],
    )
  })

  for (const [what, content, code] of [
    ['Windows-1252', Buffer.from('username\nzo\xeb\n', 'latin1'), 'USER_FILE_ENCODING'],
    ['a spreadsheet', Buffer.from('PK\x03\x04\0\0username'), 'USER_FILE_ENCODING'],
    ['nothing', Buffer.from(''), 'USER_FILE_SYNTAX'],
    ['an open quote', Buffer.from('username\n"alice\nbob\n'), 'USER_FILE_SYNTAX'],
    ['a misspelt column', Buffer.from('username,phnoe1\n'), 'USER_FILE_COLUMNS'],
    ['alias9', Buffer.from('username,alias9\n'), 'USER_FILE_COLUMNS'],
    ['no column username', Buffer.from('realname,email\n'), 'USER_FILE_COLUMNS'],
    ['a column twice', Buffer.from('username,email,Email\n'), 'USER_FILE_COLUMNS'],
    ['too long a line', Buffer.from(`username\n${'x'.repeat(70_000)}\n`), 'USER_FILE_SYNTAX'],
    ['more than 8 MB', Buffer.alloc(8 * 2 ** 20 + 1, 'a'), 'USER_FILE_TOO_LARGE'],
    ['too many lines', Buffer.from(`username\n${'x\n'.repeat(50_001)}`), 'USER_FILE_TOO_LARGE'],
  ] as const) {
    test(`is refused if it has ${what}`, async () => {
      await assert.rejects(readUserFile(content), { code })
    })
  }

  test('returns bad lines that can be corrected and imported again', async () => {
    const file = await read('username,notes,email\nalice,=1+1,nobody\nbob,,b@example.com\n')
    const badLines = writeBadLines(file, file.problems, file.badLines)
    assert.match(
      badLines,
      /^username,notes,email,line,column,problem\r\nalice,'=1\+1,nobody,2,email,/,
    )
    const again = await read(badLines.replace('nobody', 'a@example.com'))
    assert.partialDeepStrictEqual(again.rows, [{ username: 'alice', fields: { notes: '=1+1' } }])
    assert.deepEqual(again.problems, [])
  })

  test('has no cell that a spreadsheet computes', () => {
    const cells = ['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\tx', 'plain', 'a,b', 'say "x"']
    const [line] = writeCsv([cells]).split('\r\n')
    assert.equal(line, `"'=HYPERLINK(""x"")",'+1,'-1,'@SUM(A1),'\tx,plain,"a,b","say ""x"""`)
  })
})
