import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { IniDocument } from '../../src/config/ini_document.ts'
import { skipWithout } from '../rig/debian_package.ts'

function entries(text: string): (readonly [string, string, string])[] {
  return IniDocument.parse(text).sections.flatMap(({ name, entries }) =>
    entries.map(({ key, value }) => [name, key, value] as const),
  )
}

/** Prints sections, keys and values as configparser reads them; null if it refuses the text. */
const pythonReader = `
import configparser, json, sys
def read(text):
    parser = configparser.RawConfigParser(comment_prefixes=(';', '#'))
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    # IniDocument drops blank lines inside a value
    return [[s, k, '\\n'.join(l for l in v.split('\\n') if l)] for s in parser.sections() for k, v in parser.items(s)]
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`

describe('the dialect of authproxy.cfg', () => {
  test('reads sections, both separators, and blanks around them', () => {
    assert.deepEqual(entries('[main]\ndebug = true\n[ad_client2]\nhost:10.0.0.1\n'), [
      ['main', 'debug', 'true'],
      ['ad_client2', 'host', '10.0.0.1'],
    ])
  })

  test('splits at the first separator; %, quotes, ; and # after it are part of the value', () => {
    assert.deepEqual(entries('[a]\nservice_account_password="p%;w#1=x:y" ; z\n'), [
      ['a', 'service_account_password', '"p%;w#1=x:y" ; z'],
    ])
  })

  test('skips comment lines, also indented ones', () => {
    assert.deepEqual(entries('; c\n[a]\n# c\n  ; c\nk=v\n  # c\n'), [['a', 'k', 'v']])
  })

  test('a line that is indented more than its key continues the value', () => {
    const [section] = IniDocument.parse('[a]\nsearch_dn=DC=x,\n  DC=y\n  k=v\n').sections
    assert.equal(section?.entries[0]?.value, 'DC=x,\nDC=y\nk=v')
    assert.deepEqual(section?.entries[0]?.continuations, [
      { text: 'DC=y', line: 3 },
      { text: 'k=v', line: 4 },
    ])
  })

  test('ignores the indentation of a whole file and of whole sections', () => {
    const flat = entries('[a]\nk=v\nl=m\n  n\n[b]\nk=w\n')
    assert.deepEqual(flat, [
      ['a', 'k', 'v'],
      ['a', 'l', 'm\nn'],
      ['b', 'k', 'w'],
    ])
    for (const indented of [
      '    [a]\n    k=v\n    l=m\n      n\n    [b]\n    k=w\n',
      '[a]\n  k=v\n  l=m\n   n\n[b]\n\tk=w\n',
      '  [a]\n    k=v\n    ; c\n\n    l=m\n     n\n  [b]\n      k=w\n',
      '\t[a]\n\t\tk=v\n\tl=m\n\t\t\tn\n[b]\n k=w',
    ]) {
      assert.deepEqual(entries(indented), flat, indented)
    }
  })

  test('reads the same values as Python’s configparser', {
    skip: skipWithout('python3', '/usr/bin/python3'),
  }, () => {
    const texts = fc.sample(
      fc
        .array(
          fc.tuple(
            fc.constantFrom('', ' ', '  ', '\t', '    '),
            fc.constantFrom('[a]', '[b]', 'k=v', 'l = w', 'm: x', '; c', '', 'DC=y,', '# d'),
          ),
          { maxLength: 9 },
        )
        .map((lines) => `[main]\n${lines.map((line) => line.join('')).join('\n')}\n`),
      { numRuns: 400, seed: 7 },
    )
    const { stdout } = spawnSync('python3', ['-c', pythonReader], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
    })
    const expected: unknown[] = JSON.parse(stdout)
    let compared = 0
    for (const [index, text] of texts.entries()) {
      if (expected[index] === null) continue
      compared++
      const read = entries(text).map(([name, key, value]) => [name, key.toLowerCase(), value])
      assert.deepEqual(read, expected[index], text)
    }
    assert(compared > 50, `only ${compared}`)
  })

  test('accepts a byte order mark, CRLF, and a missing line end', () => {
    assert.deepEqual(entries('\uFEFF[a]\r\nk=v\r\nl='), [
      ['a', 'k', 'v'],
      ['a', 'l', ''],
    ])
  })

  test('reports all other lines with their numbers', () => {
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

  test('replaces an entry and leaves the rest unchanged', () => {
    const document = IniDocument.parse('; c\n[a]\r\nk = v\r\n  w\r\n; d\nl=m')
    const entry = document.sections[0]?.entries[0]
    assert(entry !== undefined)
    assert.equal(document.withEntry(entry, 'k', 'new').print(), '; c\n[a]\r\nk=new\r\n; d\nl=m')
  })

  test('a replaced entry keeps its indentation, so that the lines below do not continue it', () => {
    const document = IniDocument.parse('[a]\n  k=v\n  l=m\n')
    const entry = document.sections[0]?.entries[0]
    assert(entry !== undefined)
    const replaced = document.withEntry(entry, 'k_protected', 'x').print()
    assert.equal(replaced, '[a]\n  k_protected=x\n  l=m\n')
    assert.deepEqual(entries(replaced), [
      ['a', 'k_protected', 'x'],
      ['a', 'l', 'm'],
    ])
  })
})
