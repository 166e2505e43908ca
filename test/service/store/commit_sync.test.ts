import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CommitSync } from '../../../src/service/store/commit_sync.ts'

const folder = mkdtempSync(join(tmpdir(), 'commit-sync-'))
after(() => rmSync(folder, { recursive: true }))

test('commits of one turn share a sync; one during a sync waits for the next', async () => {
  const file = join(folder, 'shared.db')
  writeFileSync(`${file}-wal`, '')
  const sync = new CommitSync(file)
  const first = sync.committed()
  assert.equal(sync.committed(), first)
  await Promise.resolve()
  const second = sync.committed()
  assert.notEqual(second, first)
  const order: string[] = []
  await Promise.all([
    second.then(() => order.push('second')),
    first.then(() => order.push('first')),
    sync.settled().then(() => order.push('settled')),
  ])
  assert.equal(order[0], 'first')
  assert.deepEqual(order.toSorted(), ['first', 'second', 'settled'])
  await sync.close()
})

test('acknowledges nothing any more once the disk has failed', async () => {
  const file = join(folder, 'failing.db')
  const reported: string[] = []
  const sync = new CommitSync(file, ({ message }) => reported.push(message))
  sync.requireDisk()
  await assert.rejects(sync.committed(), /did not take the write-ahead log: ENOENT/)
  writeFileSync(`${file}-wal`, '')
  await assert.rejects(sync.committed(), /did not take the write-ahead log/)
  await assert.rejects(sync.settled(), /did not take the write-ahead log/)
  assert.throws(() => sync.requireDisk(), /did not take the write-ahead log/)
  assert.equal(reported.length, 1)
  await sync.close()
})
