import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { IniDocument } from '../../src/ini/ini_document.ts'

function entries(text: string): (readonly [string, string, string])[] {
  return IniDocument.parse(text).sections.flatMap(({ name, entries }) =>
    entries.map(({ key, value }) => [name, key, value] as const),
  )
}

describe('the dialect of authproxy.cfg', () => {
  test('sections, both separators, blanks around them', () => {
    assert.deepEqual(entries('[main]\ndebug = true\n[ad_client2]\nhost:10.0.0.1\n'), [
      ['main', 'debug', 'true'],
      ['ad_client2', 'host', '10.0.0.1'],
    ])
  })

  test('the first separator counts; %, quotes, ; and # behind it are part of the value', () => {
    assert.deepEqual(entries('[a]\nservice_account_password="p%;w#1=x:y" ; z\n'), [
      ['a', 'service_account_password', '"p%;w#1=x:y" ; z'],
    ])
  })

  test('whole-line comments, also indented ones', () => {
    assert.deepEqual(entries('; c\n[a]\n# c\n  ; c\nk=v\n  # c\n'), [['a', 'k', 'v']])
  })

  test('a line that begins with white space continues the value above', () => {
    const [section] = IniDocument.parse('[a]\nsearch_dn=DC=x,\n  DC=y\n  k=v\n').sections
    assert.equal(section?.entries[0]?.value, 'DC=x,\nDC=y\nk=v')
    assert.deepEqual(section?.entries[0]?.continuations, [
      { text: 'DC=y', line: 3 },
      { text: 'k=v', line: 4 },
    ])
  })

  test('byte order mark, CRLF, no line end at the end', () => {
    assert.deepEqual(entries('\uFEFF[a]\r\nk=v\r\nl='), [
      ['a', 'k', 'v'],
      ['a', 'l', ''],
    ])
  })

  test('what it is not is told with its line', () => {
    const { strays } = IniDocument.parse('k=v\n[a\n[b]\nword\n=x\n')
    assert.deepEqual(
      strays.map(({ line, reason }) => [line, reason]),
      [
        [1, 'before-first-section'],
        [2, 'unclosed-section'],
        [4, 'no-separator'],
        [5, 'empty-key'],
      ],
    )
  })

  test('prints what it parsed', () => {
    const pieces = fc.constantFrom(
      '[a]',
      'k=v',
      ' k',
      '\t',
      '\r',
      '\n',
      '\r\n',
      ';',
      '#',
      '=',
      ':',
      '\uFEFF',
      'ü',
      '%',
    )
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const text = parts.join('')
        assert.equal(IniDocument.parse(text).print(), text)
      }),
    )
  })

  test('replaces an entry and leaves the rest as it is', () => {
    const document = IniDocument.parse('; c\n[a]\r\nk = v\r\n  w\r\n; d\nl=m')
    const entry = document.sections[0]?.entries[0]
    assert(entry !== undefined)
    assert.equal(document.withEntry(entry, 'k', 'new').print(), '; c\n[a]\r\nk=new\r\n; d\nl=m')
  })
})
