import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { countersignVerb } from '../rig/countersign_verb.ts'

describe('countersign settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'))
  after(() => rmSync(folder, { recursive: true }))
  before(() => {
    writeFileSync(
      join(folder, 'countersign.cfg'),
      '[service]\ndata_folder=.\n\n[sms]\nsms_batch=4\n',
    )
    assert.equal(countersign('init').status, 0)
  })

  function countersign(...words: string[]) {
    return countersignVerb(words, {
      env: { ...process.env, COUNTERSIGN_DATA: folder, NO_COLOR: '1', FORCE_COLOR: undefined },
    })
  }

  test('settings list shows each value and where it comes from', () => {
    const { stdout, stderr } = countersign('settings', 'list')
    assert.equal(stderr, '')
    assert.match(stdout, /^lockout_threshold +10 +default$/m)
    assert.match(stdout, /^sms_batch +4 +countersign\.cfg:5$/m)
    assert.doesNotMatch(stdout, /telephony_warning_min/)
    assert.match(countersign('settings', 'list', '--all').stdout, /telephony_warning_min/)
  })

  test('settings set changes a value and writes the administrator log', () => {
    const { stdout } = countersign('settings', 'set', 'name', 'Acme Bank')
    assert.equal(stdout, 'name changed from Countersign to Acme Bank\n')
    const shown = JSON.parse(countersign('settings', 'get', 'name', '--json').stdout)
    assert.deepEqual(shown, {
      name: 'name',
      value: 'Acme Bank',
      default: 'Countersign',
      source: 'stored',
    })
    assert.match(countersign('log', 'administrator').stdout, /settings_update.*Acme Bank/)
    assert.match(
      countersign('settings', 'set', 'name', '--default').stdout,
      /^name changed from Acme Bank to Countersign$/m,
    )
  })

  test('settings set refuses what countersign.cfg sets, and wrong values', () => {
    const fixed = countersign('settings', 'set', 'sms_batch', '5')
    assert.equal(fixed.status, 1)
    assert.match(fixed.stderr, /sms_batch is set in countersign\.cfg:5; remove that line/)
    const wrong = countersign('settings', 'set', 'lockout_threshold', '0')
    assert.match(wrong.stderr, /lockout_threshold must be an integer from 1 to 9999/)
    const unknown = countersign('settings', 'get', 'lockout')
    assert.match(unknown.stderr, /no setting 'lockout'; did you mean lockout_threshold\?/)
  })
})
