import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { knobTable } from '../../../src/workspaces/knobs/knob_table.ts'
import {
  changedKnobs,
  defaultKnobs,
  KnobError,
  parseKnobFile,
  parseKnobs,
} from '../../../src/workspaces/knobs/knobs.ts'

describe('knobs', () => {
  const base = defaultKnobs()

  test('every default is valid, and says whether it is known', () => {
    for (const [name, knob] of Object.entries(knobTable)) {
      assert.deepEqual(knob.schema.parse(knob.default), knob.default, name)
      assert.match(knob.evidence, /^(known|unknown)$/)
      assert.notEqual(knob.text, '', name)
    }
  })

  test('Managed AD asks RADIUS first', () => {
    assert.equal(defaultKnobs('ADConnector').order, 'ad-first')
    assert.equal(defaultKnobs('MicrosoftAD').order, 'radius-first')
  })

  test('a file changes only what it names, also within a knob', () => {
    const knobs = parseKnobFile('{"deadlineMs": 30000, "faults": {"lossPct": 5}}', base)
    const faults = { ...base.faults, lossPct: 5 }
    assert.deepEqual(changedKnobs(knobs, base), { deadlineMs: 30_000, faults })
  })

  test('a misspelt name is named together with the one that was meant', () => {
    const problems = (value: unknown): readonly string[] => {
      try {
        parseKnobs(value, base)
      } catch (error) {
        if (error instanceof KnobError) return error.problems
      }
      return []
    }
    assert.deepEqual(problems({ deadlinMs: 1 }), [
      'deadlinMs: there is no such setting; did you mean deadlineMs?',
    ])
    assert.deepEqual(problems({ faults: { losPct: 1 } }), [
      'faults.losPct: there is no such setting; did you mean lossPct?',
    ])
    assert.match(problems({ order: 'ad' })[0] ?? '', /^order: /)
    assert.match(problems({ faults: { lossPct: 101 } })[0] ?? '', /^faults\.lossPct: /)
  })

  test('a file that is not JSON is refused', () => {
    assert.throws(() => parseKnobFile('{', base), KnobError)
    assert.throws(() => parseKnobFile('[]', base), KnobError)
  })
})
