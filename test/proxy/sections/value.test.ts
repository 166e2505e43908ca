import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import type { Option } from '../../../src/proxy/sections/option.ts'
import { codecLabel, existingPath, valueProblem } from '../../../src/proxy/sections/value.ts'

const file = '/nowhere/authproxy.cfg'

function describeProblem(
  option: Partial<Option>,
  value: string,
  config = file,
): string | undefined {
  return valueProblem({ key: 'key', type: 'text', meaning: '', ...option }, value, config)
}

describe('paths', () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-'))
  const config = join(root, 'conf', 'authproxy.cfg')
  mkdirSync(join(root, 'conf'))
  writeFileSync(join(root, 'conf', 'both.pem'), 'conf')
  writeFileSync(join(root, 'both.pem'), 'root')
  writeFileSync(join(root, 'root.pem'), '')

  test('absolute, beside the configuration, one folder above, in this order', () => {
    assert.equal(existingPath(join(root, 'root.pem'), config), join(root, 'root.pem'))
    assert.equal(existingPath('both.pem', config), join(root, 'conf', 'both.pem'))
    assert.equal(existingPath('conf/both.pem', config), join(root, 'conf', 'both.pem'))
    assert.equal(existingPath('root.pem', config), join(root, 'root.pem'))
    assert.equal(existingPath('none.pem', config), undefined)
    assert.equal(existingPath('conf', config), undefined)
  })

  test('http_ca_certs_file holds certificates', () => {
    const [certificate = ''] = rootCertificates
    const problemWith = (content: string) => {
      writeFileSync(join(root, 'conf', 'ca.pem'), content)
      return describeProblem({ type: 'path', certificates: true }, 'ca.pem', config)
    }
    assert.equal(problemWith(`a comment\n${certificate}\n${certificate}\n`), undefined)
    assert.match(problemWith('') ?? '', /holds no certificate; expected PEM/)
    assert.match(
      problemWith('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n') ?? '',
      /holds no certificate/,
    )
    assert.match(
      problemWith(`${certificate}\n${certificate.replace(/\n.{20}/, '\nAAAA')}\n`) ?? '',
      /whose certificate no\. 2 can't be read/,
    )
  })
})

describe('host names', () => {
  test('names and addresses', () => {
    for (const host of ['api-1234abcd.duosecurity.com', 'localhost', '10.0.0.1', '::1', 'a_b.c.']) {
      assert.equal(describeProblem({ type: 'host' }, host), undefined, host)
    }
    for (const host of ['api host', 'https://api.example.com/', 'api.example.com/', 'a..b', '-a']) {
      assert.notEqual(describeProblem({ type: 'host' }, host), undefined, host)
    }
  })
})

describe('pw_codec', () => {
  test('names of Python and of the Encoding Standard', () => {
    for (const [name, label] of [
      ['utf-8', 'utf-8'],
      ['UTF8', 'utf-8'],
      ['utf_8', 'utf-8'],
      ['ascii', 'windows-1252'],
      ['latin-1', 'windows-1252'],
      ['latin_1', 'windows-1252'],
      ['iso-8859-1', 'windows-1252'],
      ['iso8859_15', 'iso-8859-15'],
      ['cp1252', 'windows-1252'],
      ['utf-16le', 'utf-16le'],
      ['shift_jis', 'shift_jis'],
    ] as const) {
      assert.equal(codecLabel(name), label, name)
    }
    assert.match(describeProblem({ type: 'codec' }, 'rot13') ?? '', /no encoding known here/)
  })
})

describe('factor_aliases', () => {
  test('word=factor, with commas between', () => {
    const problem = (value: string) => describeProblem({ type: 'aliases' }, value)
    assert.equal(problem('1=push, p = push2 ,call=PHONE,a=auto,t=sms3'), undefined)
    assert.match(problem('=push') ?? '', /an empty word/)
    assert.match(problem('1=push,') ?? '', /an empty word/)
    assert.match(problem('1') ?? '', /gives '1' the factor ''/)
    assert.match(problem('1=passcode') ?? '', /expected push, phone, sms or auto/)
    assert.match(problem('1=push1=push') ?? '', /another =/)
    assert.match(problem('1=push,1=phone') ?? '', /'1' twice/)
  })
})
