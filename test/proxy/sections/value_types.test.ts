import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { formatProblem } from '../../../src/config/problem.ts'
import type { ValueType } from '../../../src/config/value_type.ts'
import { codec } from '../../../src/proxy/sections/codec_value.ts'
import { factorAliases } from '../../../src/proxy/sections/factor_aliases_value.ts'
import { findFile } from '../../../src/proxy/sections/file_value.ts'
import { host } from '../../../src/proxy/sections/host_value.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

function findProblem(type: ValueType<unknown>, value: string): string | undefined {
  const parsed = type.parse(value, 'key')
  return 'problem' in parsed ? parsed.problem : undefined
}

describe('files', () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-'))
  const config = join(root, 'conf', 'authproxy.cfg')
  mkdirSync(join(root, 'conf'))
  writeFileSync(join(root, 'conf', 'both.pem'), 'conf')
  writeFileSync(join(root, 'both.pem'), 'root')
  writeFileSync(join(root, 'root.pem'), '')

  test('are searched by absolute path, beside the configuration, then one folder above', () => {
    assert.equal(findFile(join(root, 'root.pem'), config), join(root, 'root.pem'))
    assert.equal(findFile('both.pem', config), join(root, 'conf', 'both.pem'))
    assert.equal(findFile('conf/both.pem', config), join(root, 'conf', 'both.pem'))
    assert.equal(findFile('root.pem', config), join(root, 'root.pem'))
    assert.equal(findFile('none.pem', config), undefined)
    assert.equal(findFile('conf', config), undefined)
  })

  test('http_ca_certs_file must hold certificates that can be read', () => {
    const [certificate = ''] = rootCertificates
    const checkContent = (content: string): string | undefined => {
      writeFileSync(join(root, 'conf', 'ca.pem'), content)
      const { problems } = readProxyConfig('[main]\nhttp_ca_certs_file=ca.pem\n', config)
      return problems.map(formatProblem).find((problem) => problem.includes('http_ca_certs_file'))
    }
    assert.equal(checkContent(`a comment\n${certificate}\n${certificate}\n`), undefined)
    assert.match(checkContent('') ?? '', /has no certificate; expected PEM/)
    assert.match(
      checkContent('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n') ?? '',
      /has no certificate/,
    )
    assert.match(
      checkContent(`${certificate}\n${certificate.replace(/\n.{20}/, '\nAAAA')}\n`) ?? '',
      /:2: http_ca_certs_file .* certificate 2 that can't be read/,
    )
  })

  test('http_ca_certs holds certificates on indented lines', () => {
    const [certificate = ''] = rootCertificates
    const read = (pem: string) => {
      const indented = pem.trim().replaceAll('\n', '\n  ')
      const { problems } = readProxyConfig(`[main]\nhttp_ca_certs=\n  ${indented}\n`, config)
      return problems.map(formatProblem).find((problem) => problem.includes('http_ca_certs'))
    }
    assert.equal(read(`${certificate}\n${certificate}`), undefined)
    assert.match(read('AAAA') ?? '', /:2: http_ca_certs has no certificate; expected PEM/)
  })
})

describe('host', () => {
  test('accepts names and addresses, and nothing around them', () => {
    for (const name of ['api-1234abcd.duosecurity.com', 'localhost', '10.0.0.1', '::1', 'a_b.c.']) {
      assert.equal(findProblem(host, name), undefined, name)
    }
    for (const name of ['api host', 'https://api.example.com/', 'api.example.com/', 'a..b', '-a']) {
      assert.notEqual(findProblem(host, name), undefined, name)
    }
  })
})

describe('pw_codec', () => {
  test('accepts names of Python and of the Encoding Standard', () => {
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
      assert.deepEqual(codec.parse(name, 'pw_codec'), { value: label }, name)
    }
    assert.match(findProblem(codec, 'rot13') ?? '', /is not a known encoding/)
  })
})

describe('factor_aliases', () => {
  test('accepts comma-separated name=factor pairs, each name once', () => {
    const problem = (value: string) => findProblem(factorAliases, value)
    assert.equal(problem('1=push, p = push2 ,call=PHONE,a=auto,t=sms3'), undefined)
    assert.match(problem('=push') ?? '', /an empty name/)
    assert.match(problem('1=push,') ?? '', /an empty name/)
    assert.match(problem('1') ?? '', /has '' as the factor of '1'/)
    assert.match(problem('1=passcode') ?? '', /expected push, phone, sms or auto/)
    assert.match(problem('1=push1=push') ?? '', /another =/)
    assert.match(problem('1=push,1=phone') ?? '', /'1' twice/)
  })
})
