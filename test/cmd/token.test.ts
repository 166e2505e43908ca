import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { HOTP, Secret as OathSecret } from 'otpauth'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { TestYubikey } from '../rig/yubikey.ts'

const vectors = resolve(import.meta.dirname, '../vector/rfc6030')
const hex = '3132333435363738393031323334353637383930'

describe('countersign token, with tokens of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  before(() => {
    run('init')
    run('user add alice')
    run('user add bob')
  })
  after(() => rmSync(folder, { recursive: true }))

  function run(line: string, input = '') {
    const env = { ...process.env, COUNTERSIGN_DATA: join(folder, 'data'), NO_COLOR: '1' }
    return countersignVerb(line.split(' '), { input, env })
  }
  function file(name: string, text: string): string {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  function listed(): { serial: string; kind: string; user_id: string | null }[] {
    return JSON.parse(run('token list --json').stdout)
  }
  const code = (counter: number) =>
    HOTP.generate({ secret: OathSecret.fromUTF8('12345678901234567890'), counter })

  test('a dry run prints the changes and makes none', () => {
    const { stdout, status } = run('token import - --dry-run', `1001,${hex}\n1002,${hex},40`)
    assert.equal(status, 0)
    assert.equal(stdout, 'dry run: 2 added; nothing was changed\n')
    assert.deepEqual(listed(), [])
  })

  test('one invalid line stops the import, unless --skip-invalid is given', () => {
    const path = file('tokens.csv', `1001,${hex}\n1002,12\n1003,${hex}\n`)
    const refused = run(`token import ${path}`)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /^tokens\.csv: line 2: the secret has 1 bytes;/)
    assert.match(refused.stderr, /nothing was imported: 1 of 3 tokens/)
    assert.deepEqual(listed(), [])
    assert.match(run(`token import ${path} --skip-invalid`).stdout, /^imported: 2 added\n/)
    assert.deepEqual(
      listed().map(({ serial, kind }) => [serial, kind]),
      [
        ['1001', 'hotp-6'],
        ['1003', 'hotp-6'],
      ],
    )
  })

  test('refuses, skips or replaces serials that already exist', () => {
    const lines = `1001,${hex}\n1004,${hex}`
    const refused = run('token import -', lines)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /already: 1001; add --skip to keep these unchanged/)
    const skipped = JSON.parse(run('token import - --skip --json', lines).stdout)
    assert.deepEqual([skipped.added, skipped.skipped], [['1004'], ['1001']])
    assert.match(run('token import - --replace', lines).stdout, /^imported: 0 added, 2 replaced\n/)
    // the same serial on a token of the other kind is another token
    assert.equal(run('token import - --kind totp-8 --step 60', lines).status, 0)
  })

  test('asks for the identifier if several tokens have the serial', () => {
    const { stderr } = run('token assign 1004 alice')
    assert.match(
      stderr,
      /several tokens have the serial 1004; use the identifier instead: DH\w+ \(hotp-6\), DH\w+ \(totp-8\)/,
    )
    const [, totp = ''] = /, (DH\w+) \(totp-8\)/.exec(stderr) ?? []
    assert.equal(run(`token remove ${totp} --yes`).status, 0)
    assert.equal(run('token assign 1004 alice').stdout, '1004 assigned to alice\n')
  })

  test('refuses to assign a token that another user has', () => {
    assert.match(
      run('token assign 1004 bob').stderr,
      /1004 is assigned to alice; unassign it first/,
    )
    assert.equal(run('token unassign 1004').stdout, '1004 unassigned\n')
    assert.match(run('token list --unassigned').stdout, /1004/)
    assert.equal(run('token assign 1004 bob').status, 0)
    assert.doesNotMatch(run('token list --unassigned').stdout, /1004/)
    assert.match(run('token unassign 9').stderr, /there is no token 9; see countersign token list/)
  })

  test('resyncs an HOTP token by serial with consecutive codes, and refuses other kinds', () => {
    assert.equal(run(`token resync 1004 ${code(700)} ${code(702)}`).status, 1)
    assert.equal(run(`token resync 1004 ${code(700)} ${code(701)}`).stdout, '1004 resynchronised\n')
    assert.equal(run(`token resync 1004 ${code(600)} ${code(601)} ${code(602)}`).status, 1)
    run('token import - --kind totp-6', `2001,${hex}`)
    assert.match(
      run('token resync 2001 111111 222222').stderr,
      /only HOTP tokens need resynchronisation/,
    )
  })

  test('reads the key and the password of PSKC files from files', () => {
    const key = file('key', '12345678901234567890123456789012\n')
    const password = file('password', 'qwerty\n')
    const [six, seven] = [join(vectors, 'figure6.xml'), join(vectors, 'figure7.xml')]
    assert.match(run(`token import ${six}`).stderr, /\(Pre-shared-key\); give it by --key-file/)
    assert.match(run(`token import ${seven}`).stderr, /give it by --password-file/)
    assert.equal(run(`token import ${six} --key-file ${key}`).status, 0)
    assert.equal(run(`token import ${seven} --password-file ${password} --replace`).status, 0)
    assert(listed().some(({ serial, kind }) => serial === '987654321' && kind === 'hotp-8'))
  })

  test('imports, assigns, lists and removes YubiKeys', () => {
    const yubikey = new TestYubikey()
    assert.equal(run('token import -', `${yubikey.line}\n`).status, 0)
    assert.match(run('token import -', `${yubikey.line}\n`).stderr, /there are YubiKeys with these/)
    assert.equal(run(`token assign ${yubikey.serial} alice`).status, 0)
    assert.match(run('token list').stdout, new RegExp(`${yubikey.serial} +yubikey +alice`))
    assert.match(run('user show alice').stdout, new RegExp(`${yubikey.serial} +yubikey`))
    assert.match(
      run(`token resync ${yubikey.serial} 111111 222222`).stderr,
      /a YubiKey needs no resynchronisation/,
    )
    assert.equal(run(`token remove ${yubikey.serial} --yes`).status, 0)
  })

  test('reports a file that can’t be read in one line', () => {
    assert.match(run('token import /nowhere').stderr, /the file can't be read/)
    assert.match(
      run('token import - --format pskc', '<a/>').stderr,
      /not a KeyContainer of RFC 6030/,
    )
    assert.match(run('token import - --key-file k', `1,${hex}`).stderr, /are for PSKC files/)
    assert.match(run('token import - --kind hotp-8', '<a/>').stderr, /are for CSV files/)
    const key = file('no-key', 'short')
    const { stderr } = run(`token import ${join(vectors, 'figure6.xml')} --key-file ${key}`)
    assert.match(stderr, /must contain 16, 24 or 32 bytes/)
  })

  test('does not import TOTP tokens as HOTP tokens', () => {
    const entra = file(
      'entra.csv',
      `upn,serial number,secret key,time interval,manufacturer,model\nalice,9001,${hex},30,Contoso,Key\nnobody@corp.example,9002,${hex},60,Contoso,Key\n`,
    )
    const dry = run(`token import ${entra} --dry-run`)
    assert.match(dry.stdout, /^dry run: 2 added, 1 assigned to their users, 1 not assigned;/)
    assert.equal(
      listed().some(({ serial }) => serial === '9001'),
      false,
    )
    const { stdout, stderr } = run(`token import ${entra}`)
    assert.equal(stdout, 'imported: 2 added, 1 assigned to their users, 1 not assigned\n')
    assert.match(stderr, /9002 is not assigned to nobody@corp\.example: there is no such user/)
    const found = listed().filter(({ serial }) => serial.startsWith('900'))
    assert.deepEqual(
      found.map(({ serial, kind, user_id }) => [serial, kind, user_id !== null]),
      [
        ['9001', 'totp-6', true],
        ['9002', 'totp-6', false],
      ],
    )
    assert.match(run('log administrator').stdout, /hardtoken_assign .*user=alice/)
    const taken = file(
      'taken.csv',
      `upn,serial,secret,period\nbob,9001,${hex},30\nbob,9002,${hex},60`,
    )
    assert.match(
      run(`token import ${taken} --replace`).stderr,
      /9001 is not assigned to bob: another user has it/,
    )
    for (const [lines, more, said] of [
      [`9101,${hex},60`, '', /line 1: .*--kind totp-6 or --kind hotp-6/],
      [`9101,${hex},60`, ' --skip-invalid', /line 1: .*--kind totp-6/],
      [`serial,secret,counter\n9101,${hex},0`, ' --kind totp-6', /line 2: .*--kind says totp/],
      [`serial,secret,step\n9101,${hex},30`, ' --kind hotp-6', /line 2: .*--kind says hotp/],
      [`9101,${hex}`, ' --step 60', /--step is for TOTP tokens; add --kind totp-6/],
    ] as const) {
      const refused = run(`token import -${more}`, lines)
      assert.equal(refused.status, 1, lines)
      assert.match(refused.stderr, said)
    }
    assert.equal(
      listed().some(({ serial }) => serial === '9101'),
      false,
    )
  })

  test('imports ten thousand tokens at once, and logs every serial', () => {
    const secret = OathSecret.fromUTF8('12345678901234567890').hex
    const lines = Array.from({ length: 10_000 }, (_, index) => `${5_000_000 + index},${secret}`)
    assert.match(run('token import -', lines.join('\n')).stdout, /^imported: 10000 added\n/)
    const log = JSON.parse(run('log administrator --limit 200 --json').stdout)
    const descriptions = JSON.stringify(log)
    assert.match(descriptions, /added=10000 replaced=0 skipped=0/)
    assert.match(descriptions, /5000000, /)
    assert.match(descriptions, /5009999"/)
  })

  test('stores no secret in plain text in the database or its log', () => {
    const database = readFileSync(join(folder, 'data/countersign.db'))
    assert(!database.includes(hex))
    assert(!database.includes(OathSecret.fromUTF8('12345678901234567890').base32))
  })
})
