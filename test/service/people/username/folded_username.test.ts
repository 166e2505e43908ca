import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import {
  foldedUsername,
  lookAlikeKeys,
} from '../../../../src/service/people/username/folded_username.ts'

const name = fc.string({ unit: 'grapheme', maxLength: 40 })
const marks = fc.constantFrom('\u0300', '\u0301', '\u0308', '\u0327', '\u0336', '\u0345', '\u20dd')
const invisible = fc.constantFrom(
  '\u200b',
  '\u200d',
  '\u00ad',
  '\u2060',
  '\ufeff',
  '\u202e',
  '\u3164',
  '\u034f',
  '\ufe0f',
  '\u0007',
  '\u{e0061}',
  '\u2800',
)
const asciiName = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}[a-z0-9]$/)

describe('the folded key', () => {
  test('of a key is that key', async () => {
    await fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary' })), (written) => {
        const key = foldedUsername(written)
        assert.equal(foldedUsername(key), key)
      }),
      { numRuns: 5000 },
    )
  })

  test('of any single character is well formed, and has itself as key', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const key = foldedUsername(String.fromCodePoint(code))
      if (key !== foldedUsername(key) || !key.isWellFormed()) assert.fail(code.toString(16))
    }
  })

  test('is the same for every mixture of case, width, marks and invisible characters', async () => {
    const disguise = fc.record({
      upper: fc.boolean(),
      wide: fc.boolean(),
      after: fc.option(fc.oneof(marks, invisible), { nil: '' }),
    })
    const disguised = asciiName.chain((plain) =>
      fc
        .array(disguise, { minLength: plain.length, maxLength: plain.length })
        .map((disguises) => ({ plain, written: disguisedAs(plain, disguises) })),
    )
    await fc.assert(
      fc.property(disguised, fc.constantFrom('', '.', ' ', '. .'), ({ plain, written }, end) => {
        assert.equal(foldedUsername(written + end), plain)
        assert.equal(foldedUsername(written.normalize('NFC') + end), plain)
      }),
      { numRuns: 5000 },
    )
  })

  test('is the same in any case and any normalization form', async () => {
    await fc.assert(
      fc.property(name, (written) => {
        const key = foldedUsername(written)
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
          assert.equal(foldedUsername(written.normalize(form)), key)
        }
        assert.equal(foldedUsername(written.toLowerCase()), key)
        // upper case turns a Greek iota subscript into a letter of its own
        const upper = written.replaceAll('\u0345', '').toUpperCase()
        if (!/[\u1f80-\u1fff]/.test(written)) assert.equal(foldedUsername(upper), key)
      }),
      { numRuns: 5000 },
    )
  })

  test('changes only the case of ASCII names, so that no two of them collide', async () => {
    await fc.assert(
      fc.property(asciiName, (written) => {
        assert.equal(foldedUsername(written), written)
      }),
    )
    for (const [one, other] of [
      ['a1ice', 'alice'],
      ['torn', 'tom'],
      ['bob0', 'bobo'],
      ['ian', 'lan'],
    ] as const) {
      assert.notEqual(foldedUsername(one), foldedUsername(other))
    }
  })

  for (const [written, key] of [
    ['Straße', 'strasse'],
    ['Þórr', 'thorr'],
    ['Łukasz', 'lukasz'],
    ['Søren', 'soren'],
    ['Æsa', 'aesa'],
    ['ﬁlip', 'filip'],
    ['٠١٢', '012'],
    ['сосо', 'coco'],
    ['ΝΙΚΟΣ', foldedUsername('νικος')],
    ['νικοσ', foldedUsername('νικος')],
    ['タロウ', foldedUsername('たろう')],
    ['ﾀﾛｳ', foldedUsername('たろう')],
  ] as const) {
    test(`of ${written} is ${key}`, () => assert.equal(foldedUsername(written), key))
  }

  test('differs if a vowel sign differs', () => {
    assert.notEqual(foldedUsername('राम'), foldedUsername('रामा'))
  })

  test('is short enough for an index, however far a name expands', () => {
    assert.equal([...foldedUsername('\ufdfa'.repeat(255))].length, 255)
  })

  test('is looked up with and without the domain if domains are ignored', () => {
    assert.deepEqual(lookAlikeKeys('CORP\\Àlice', 'none'), ['corp\\alice'])
    assert.deepEqual(lookAlikeKeys('CORP\\Àlice', 'simple'), ['alice'])
    assert.deepEqual(lookAlikeKeys('...', 'simple'), [])
  })
})

function disguisedAs(
  plain: string,
  disguises: readonly { readonly upper: boolean; readonly wide: boolean; readonly after: string }[],
): string {
  return [...plain]
    .map((letter, index) => {
      const { upper = false, wide = false, after = '' } = disguises[index] ?? {}
      const cased = upper ? letter.toUpperCase() : letter
      const shown = wide ? String.fromCodePoint((cased.codePointAt(0) ?? 0) + 0xfee0) : cased
      return shown + after
    })
    .join('')
}
