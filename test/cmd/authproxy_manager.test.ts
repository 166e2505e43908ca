import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { ManagerClient } from '../rig/manager_client.ts'
import { Running } from '../rig/running.ts'
import { until } from '../rig/until.ts'

const program = resolve(import.meta.dirname, '../../bin/authproxy_manager')
const secret = 'a-secret-that-only-the-file-has'

test('authproxy_manager prints links for its file, one at a time, and ends its session with itself', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'manager-cmd-'))
  const file = join(folder, 'authproxy.cfg')
  writeFileSync(file, `[radius_client]\nsecret=${secret}\n`)
  const running = new Running(program, ['--config', file, '--no-open', '--idle', '5'])
  t.after(async () => {
    await running.stop()
    rmSync(folder, { recursive: true })
  })
  const [first] = await running.prints(/http:\/\/127\.0\.0\.1:\d+\/#link=\S+/)
  const client = new ManagerClient(new URL(first).host)

  running.child.stdin?.write('\n')
  await until(() => running.stdout.match(/#link=/g)?.length === 2)
  const second = running.stdout.match(/http:\S+/g)?.[1] ?? ''
  assert.equal((await client.open(first)).status, 403)
  assert.equal((await client.open(second)).status, 200)
  assert.match((await client.get('/api/file')).text, new RegExp(secret))

  const commandLine = readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8')
  assert(!commandLine.includes(new URL(second).hash.slice(6)))

  const events = client.stream('/api/live')
  await events.next()
  const stopping = running.stop('SIGINT')
  let last: unknown
  for await (const event of events) last = event
  assert.deepEqual(last, { kind: 'ended', reason: 'stopped' })
  assert.equal(await stopping, 0)
  assert(!running.stdout.includes(secret))
  assert(!`${running.stdout}${running.stderr}`.includes(client.proof))
})
