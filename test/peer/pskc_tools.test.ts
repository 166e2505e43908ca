import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Secret as OathSecret } from 'otpauth'
import { Secret } from '../../src/host/secret.ts'
import { OathKey } from '../../src/service/authenticators/oath/oath_code.ts'
import { readPskc } from '../../src/service/authenticators/token_files/pskc.ts'
import {
  type PskcUnlock,
  preSharedKey,
} from '../../src/service/authenticators/token_files/pskc_protection.ts'
import { skipWithout } from '../rig/debian_package.ts'

const now = Date.UTC(2026, 10, 24)
const hotp = 'urn:ietf:params:xml:ns:keyprov:pskc:hotp'
const secrets = ['3132333435363738393031323334353637383930', '00'.repeat(16), 'ff'.repeat(64)]
const key = '000102030405060708090a0b0c0d0e0f'

const folder = mkdtempSync(join(tmpdir(), 'pskc-'))
after(() => rmSync(folder, { recursive: true }))

function path(name: string): string {
  return join(folder, name)
}
function run(program: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input })
  assert.equal(status, 0, stderr)
  return stdout
}
function read(text: string, unlock?: PskcUnlock) {
  const { records, problems } = readPskc(Buffer.from(text), { unlock, now })
  assert.deepEqual(problems, [])
  return records
}
function toHex(record: { readonly secret: Secret } | undefined): string {
  return OathSecret.fromBase32(record?.secret.reveal() ?? '').hex.toLowerCase()
}

const skip = skipWithout('pskc-utils', '/usr/bin/csv2pskc')

describe('python-pskc', { skip }, () => {
  const lines = secrets.map((secret, index) => `70${index},${secret},${index * 1000}`)
  writeFileSync(path('tokens.csv'), `serial,secret,counter\n${lines.join('\n')}\n`)
  writeFileSync(path('key'), Buffer.from(key, 'hex'))
  writeFileSync(path('password'), 'Zwölf Boxkämpfer')
  const csv2pskc = (...args: string[]) =>
    run('csv2pskc', ['-x', `algorithm=${hotp}`, ...args, path('tokens.csv')])

  test('csv2pskc, plain', () => {
    const records = read(csv2pskc())
    assert.deepEqual(records.map(toHex), secrets)
    assert.deepEqual(
      records.map(({ serial }) => serial),
      ['700', '701', '702'],
    )
    assert.deepEqual(
      records.map(({ counter }) => counter),
      [0, 1000, 2000],
    )
  })

  test('csv2pskc, with a pre-shared key', () => {
    const text = csv2pskc('-s', path('key'))
    assert.deepEqual(read(text, preSharedKey(readFileSync(path('key')))).map(toHex), secrets)
    assert.deepEqual(read(text, preSharedKey(Buffer.from(`${key}\n`))).map(toHex), secrets)
    const base64 = Buffer.from(Buffer.from(key, 'hex').toString('base64'))
    assert.deepEqual(read(text, preSharedKey(base64)).map(toHex), secrets)
  })

  test('csv2pskc, with a password', () => {
    const password = new Secret(readFileSync(path('password'), 'utf8'))
    const records = read(csv2pskc('-p', path('password')), { kind: 'password', password })
    assert.deepEqual(records.map(toHex), secrets)
  })

  for (const [algorithm, octets] of [
    ['aes128-cbc', 16],
    ['aes192-cbc', 24],
    ['aes256-cbc', 32],
    ['kw-aes128', 16],
    ['kw-aes192', 24],
    ['kw-aes256', 32],
  ] as const) {
    test(`${algorithm}, also of the counter`, () => {
      const keyHex = '5a'.repeat(octets)
      const text = run('/usr/bin/python3', [
        '-c',
        `import sys, binascii
from pskc import PSKC
p = PSKC()
k = p.add_key(serial='1', secret=binascii.unhexlify('${secrets[0]}'), algorithm='${hotp}', counter=300)
p.encryption.setup_preshared_key(key=binascii.unhexlify('${keyHex}'), algorithm='${algorithm}')
p.encryption.fields = ['secret', 'counter'] if 'cbc' in '${algorithm}' else ['secret']
p.write(sys.stdout.buffer)`,
      ])
      const unlock: PskcUnlock = { kind: 'key', key: new Secret(keyHex) }
      const [record] = read(text, unlock)
      assert.equal(toHex(record), secrets[0])
      assert.equal(record?.counter, 300)
      const other: PskcUnlock = { kind: 'key', key: new Secret('5b'.repeat(octets)) }
      assert.throws(() => read(text, other), { code: /TOKEN_FILE_(WRONG_KEY|ALTERED)/ })
    })
  }
})

const skipSigned =
  skip || skipWithout('pskctool', '/usr/bin/pskctool') || skipWithout('openssl', '/usr/bin/openssl')

describe('pskctool of the OATH Toolkit', { skip: skipSigned }, () => {
  test('files that it signed are imported with the same secrets', () => {
    writeFileSync(path('one.csv'), `serial,secret\n7001,${secrets[0]}\n`)
    const args = ['-x', `algorithm=${hotp}`, '-o', path('one.xml'), path('one.csv')]
    run('csv2pskc', args)
    run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=vendor'],
      ...['-keyout', path('signer.key'), '-out', path('signer.pem')],
    ])
    const signing = [`--sign-key=${path('signer.key')}`, `--sign-crt=${path('signer.pem')}`]
    const signed = run('pskctool', ['--sign', ...signing, path('one.xml')])
    assert.match(signed, /SignatureValue/)
    const [record] = read(signed)
    assert.equal(record?.serial, '7001')
    assert.equal(toHex(record), secrets[0])
    const info = run('pskctool', ['--info', path('one.xml')])
    assert.match(info, /SerialNo: 7001/)
    assert.match(info, new RegExp(`Key Secret \\(base64\\): ${toBase64(secrets[0] ?? '')}`))
  })
})

const skipOath = skipWithout('oathtool', '/usr/bin/oathtool')

describe('oathtool', { skip: skipOath }, () => {
  test('generates the same codes for the same secret', () => {
    for (const secret of secrets) {
      const oath = new OathKey(OathSecret.fromHex(secret).base32)
      for (const digits of [6, 8]) {
        const codes = run('oathtool', ['-d', String(digits), '-c', '500', '-w', '20', secret])
        const expected = Array.from({ length: 21 }, (_, index) =>
          oath.code({ kind: 'hotp', digits, algorithm: 'SHA1', stepSecs: 30 }, 500 + index),
        )
        assert.deepEqual(codes.trim().split('\n'), expected)
      }
      for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
        const moment = `--now=@${now / 1000}`
        const code = run('oathtool', [`--totp=${algorithm}`, '-s', '60', moment, secret])
        const step = now / 1000 / 60
        const parameters = { kind: 'totp', digits: 6, algorithm, stepSecs: 60 } as const
        assert.equal(code.trim(), oath.code(parameters, step))
      }
    }
  })
})

function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
