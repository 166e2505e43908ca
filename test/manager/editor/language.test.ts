import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildModel } from '../../../src/manager/build_model.ts'
import { type Completions, completeAt } from '../../../src/manager/editor/completions.ts'
import type { ConfigModel, SentModel } from '../../../src/manager/editor/config_model.ts'
import { restoreModel } from '../../../src/manager/editor/config_model.ts'
import { explainAt } from '../../../src/manager/editor/hover.ts'
import { findSecrets, maskSecrets } from '../../../src/manager/editor/secret_ranges.ts'

// as the page gets it
const sent: SentModel = JSON.parse(JSON.stringify(buildModel()))
const model: ConfigModel = restoreModel(sent)

/** What is offered where `|` is. */
function complete(marked: string): Completions | undefined {
  return completeAt(marked.replace('|', ''), marked.indexOf('|'), model)
}

function offered(marked: string): Completions & { readonly labels: readonly string[] } {
  const found = complete(marked)
  assert(found !== undefined)
  return { ...found, labels: found.items.map(({ label }) => label) }
}

describe('completion in the editor', () => {
  test('offers the sections that the file can still have', () => {
    const found = offered('[main]\n\n[radius_server_duo_only]\n[ra|')
    assert(found.labels.includes('radius_server_duo_only2'))
    assert(!found.labels.includes('main'))
    const item = found.items.find(({ label }) => label === 'duo_only_client')
    assert.equal(item?.insert, 'duo_only_client]')
    assert.equal(offered('[main]\n[|]').items[0]?.insert, 'duo_only_client')
  })

  test('offers the keys of this section only, with their meaning', () => {
    const found = offered('[main]\nlog_dir=log\n  lo|')
    assert(found.labels.includes('log_max_files'))
    assert(!found.labels.includes('log_dir'))
    assert(!found.labels.includes('ikey'))
    const file = found.items.find(({ label }) => label === 'log_max_files')
    assert.deepEqual(file, {
      label: 'log_max_files',
      kind: 'key',
      detail: 'default 6',
      meaning: 'rotated files that are kept; 0 keeps all. Value: integer, 0 or more',
      insert: 'log_max_files=',
      rank: 0,
    })
  })

  test('offers the next number of a numbered key, and required keys first', () => {
    const found = offered('[radius_server_duo_only]\nradius_ip_1=10.0.0.1\n|')
    assert(found.labels.includes('radius_ip_2'))
    assert.equal(found.items.find(({ label }) => label === 'skey')?.rank, 1)
  })

  test('offers the words of a value', () => {
    assert.deepEqual(offered('[radius_server_duo_only]\nfailmode=|').labels, ['safe', 'secure'])
    assert.deepEqual(offered('[main]\ndebug = t|').labels, ['true', 'false'])
  })

  test('offers the client sections of the file for client', () => {
    const text = '[duo_only_client]\n[radius_client2]\n[radius_server_duo_only]\nclient=|'
    assert.deepEqual(offered(text).labels, ['duo_only_client', 'radius_client2'])
  })

  test('offers RADIUS attributes, also for a further item of a list', () => {
    const found = offered('[radius_client]\npass_through_attr_names=Class, Fr|')
    assert(found.labels.includes('Framed-IP-Address'))
    assert.equal(found.from, '[radius_client]\npass_through_attr_names=Class, '.length)
    assert(offered('[radius_server_duo_only]\nclient_ip_attr=|').labels.includes('User-Name'))
  })

  test('offers nothing in a comment or above the first section', () => {
    assert.equal(complete('[main]\n; lo|'), undefined)
    assert.equal(complete('lo|\n[main]'), undefined)
  })
})

test('explains the key and the section under the pointer', () => {
  const text = '[main]\ndebug=true\n[sso]\nfoo=1\n'
  const key = explainAt(text, text.indexOf('ebug'), model)
  assert.equal(key?.title, 'debug')
  assert.deepEqual(key.facts, [
    ['Value', '`true` or `false`'],
    ['Default', '`false`'],
  ])
  assert.equal(explainAt(text, 2, model)?.title, '[main]')
  assert.equal(explainAt(text, text.indexOf('sso'), model)?.facts[0]?.[0], 'Not yet supported')
  assert.equal(explainAt(text, text.indexOf('foo'), model), undefined)
})

describe('secrets in the editor', () => {
  const secretsOf = (text: string) =>
    findSecrets(text, model.table).map(({ from, to }) => text.slice(from, to))

  test('are found in values, comments, continued lines and under misspelt keys', () => {
    assert.deepEqual(
      secretsOf(
        '[x]\nskey = one\n; skey=two\n  radius_secret_1: three\nradius_secrt_2=x\nraduis_secret_3=four\n',
      ),
      ['one', 'two', 'three', 'four'],
    )
    assert.deepEqual(secretsOf('[x]\nskey=one\n  more\n  \nikey=DI\n'), ['one', 'more'])
  })

  test('are not confused with encrypted values and other keys', () => {
    assert.deepEqual(secretsOf('[x]\nskey_protected=sealed1:A\ndelimited_password_length=4\n'), [])
    assert.deepEqual(secretsOf('; the file has secrets: do not share it\n'), [])
    assert.equal(
      maskSecrets('a=1\nskey=one\n', model.table, ' (old)'),
      'a=1\nskey=•••••••• (old)\n',
    )
  })
})
