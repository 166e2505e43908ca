import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { IniDocument } from '../../../src/config/ini_document.ts'
import { formatIni } from '../../../src/manager/editor/ini_format.ts'

/** Sections, keys and values without the places where they were found. */
function meaningOf(text: string): unknown {
  const { sections, strays } = IniDocument.parse(text)
  return {
    sections: sections.map(({ name, entries }) => ({
      name,
      entries: entries.map(({ key, value }) => ({ key, value })),
    })),
    strays: strays.map(({ text: stray, reason }) => ({ stray, reason })),
  }
}

const pieces = fc.constantFrom(
  ...[
    '[main]',
    '[ a ] ; c',
    '[open',
    'debug',
    'skey',
    '=',
    ' = ',
    ':',
    'a=b=c',
    'pass;w#1',
    '\uFEFF',
  ],
  ...[
    '; note',
    '#note',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\u00a0',
    '%',
    '"q"',
    ',',
  ],
)
const anyText = fc.array(pieces, { maxLength: 40 }).map((found) => found.join(''))

describe('formatting', () => {
  test('removes indentation and blanks, separates sections and keeps comments', () => {
    const text = `\n\n  ; about main\n  [main]\n  debug = true ; not a comment\n\n\n  http_ca_certs :\n      AAA\n      # inside\n      BBB\n[duo_only_client]\n; last`
    assert.equal(
      formatIni(text),
      `; about main\n[main]\ndebug=true ; not a comment\n\nhttp_ca_certs=\n  AAA\n  # inside\n  BBB\n\n[duo_only_client]\n; last\n`,
    )
  })

  test('keeps the line ends and the byte order mark', () => {
    assert.equal(formatIni('\uFEFF[main]\r\ndebug = true'), '\uFEFF[main]\r\ndebug=true\r\n')
  })

  test('never changes the meaning of a file', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.deepEqual(meaningOf(formatIni(text)), meaningOf(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const formatted = formatIni(text)
        assert.equal(formatIni(formatted), formatted)
      }),
      { numRuns: 2000 },
    )
  })
})
