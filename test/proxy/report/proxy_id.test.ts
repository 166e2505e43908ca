import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readProxyId } from '../../../src/proxy/report/proxy_id.ts'
import { RecordingLog } from '../../rig/recording_log.ts'

describe('the identifier of a proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-id-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'authproxy.id')

  test('is created once, and kept in a file that only its user reads', () => {
    const log = new RecordingLog()
    const id = readProxyId(folder, log)
    assert.match(id, /^[\w-]{22}$/)
    assert.equal(readProxyId(folder, log), id)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(log.lines, [])
  })

  test('is a new one each time without the folder', () => {
    const missing = join(folder, 'missing')
    const log = new RecordingLog()
    assert.notEqual(readProxyId(missing, log), readProxyId(missing, log))
  })

  test('is a new one if the file is damaged, which is logged', () => {
    writeFileSync(file, 'hello')
    const log = new RecordingLog()
    assert.match(readProxyId(folder, log), /^[\w-]{22}$/)
    assert(log.has('delete it'))
  })
})
