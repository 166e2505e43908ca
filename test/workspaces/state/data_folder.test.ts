import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { DataFolder } from '../../../src/workspaces/state/data_folder.ts'
import { StateError } from '../../../src/workspaces/state/state_error.ts'
import { startServer } from '../../rig/radius_peer.ts'
import { settingsFor, testDirectory } from '../../rig/workspaces_directory.ts'

const created = { name: 'corp.example.com', type: 'ADConnector' } as const

describe('the data folder of a directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workspaces-'))
  after(() => rmSync(folder, { recursive: true }))
  const open = () => DataFolder.open(folder, created, 1000)
  const file = join(folder, 'directory.json')

  test('keeps identity, RADIUS settings and knobs over a restart', async () => {
    const server = await startServer()
    const store = open()
    const { identity } = store
    assert.match(identity.directoryId, /^d-[0-9a-f]{10}$/)
    const first = testDirectory({}, { store, identity })
    first.enableRadius(settingsFor(server.address.port))
    await first.probed()
    first.setKnobs({ deadlineMs: 60_000 })
    await first.close()

    const again = open()
    assert.deepEqual(again.identity, identity)
    const knobs = again.loadKnobs()
    assert.equal(knobs?.deadlineMs, 60_000)
    const second = testDirectory({}, { store: again, identity, ...(knobs ? { knobs } : {}) })
    assert.deepEqual(second.describe(), { ...first.describe(), knobs: second.knobs })
    assert.equal(second.radius?.status, 'Completed')
    assert.equal(second.radius?.settings.SharedSecret.reveal(), 'testing123')
    second.disableRadius()
    await second.close()
    assert.equal(open().loadRadius(), undefined)
    await server.close()
  })

  test('can be read by its owner only', () => {
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o077, 0)
  })

  test('says what is wrong with a file that it cannot read', () => {
    const good = readFileSync(file, 'utf8')
    for (const [text, expected] of [
      ['{', /directory\.json can't be read/],
      [good.replace('ADConnector', 'OpenLDAP'), /directory\.json: directory\.type: /],
    ] as const) {
      writeFileSync(file, text)
      assert.throws(open, (error) => error instanceof StateError && expected.test(error.message))
    }
    writeFileSync(file, good)
    chmodSync(file, 0o600)
  })
})
