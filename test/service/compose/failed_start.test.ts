import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startService } from '../../../src/service/compose/service.ts'
import { Store } from '../../../src/service/store/store.ts'
import { freePort } from '../../rig/running.ts'

test('a start that fails after the port is open closes it again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'failed-start-'))
  const store = await Store.open({ folder, migrate: true })
  await store.close()
  const database = new DatabaseSync(join(folder, 'countersign.db'))
  database.exec(`create trigger refuse before insert on settings when new.name = 'public_url'
    begin select raise(abort, 'refused'); end`)
  database.close()
  const port = await freePort()
  await assert.rejects(startService({ folder, port, address: '127.0.0.1' }), /refused/)
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect(port, '127.0.0.1', () => resolve('connected'))
  socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  assert.equal(await promise, 'ECONNREFUSED')
  socket.destroy()
  rmSync(folder, { recursive: true })
})
