import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { Running } from '../rig/running.ts'
import { honestLogins } from './rig/logins.ts'
import { Programs } from './rig/programs.ts'

const attackMs = 10_000
const sessions = 8
const maxGrowthMiB = 400

describe(`HTTP/2 streams that are cancelled at once, on ${sessions} sessions`, () => {
  let programs: Programs

  before(async () => {
    programs = await Programs.start()
  })
  after(() => programs.stop())

  test('honest logins all succeed, the sessions end, and memory does not grow', async () => {
    const before = programs.serviceMemory()
    const script = join(import.meta.dirname, 'rig/reset_streams.ts')
    const flood = new Running(process.execPath, [script, String(programs.port), String(sessions)])
    let isOver = false
    const logins = honestLogins(programs, { lanes: 4, over: () => isOver })
    await passed(attackMs)
    isOver = true
    const login = await logins
    const memory = programs.serviceMemory()
    const sent = [...flood.stdout.matchAll(/streams (\d+) sessions (\d+)/g)].at(-1)
    await flood.stop('SIGKILL')
    const closed = await programs.metric(
      'countersign_connections_closed_total\\{reason="stream_resets"\\}',
    )
    process.stdout.write(
      `streams begun ${sent?.[1]} on ${sent?.[2]} sessions, ended for resets ${closed}; logins ${JSON.stringify(login)}; memory ${before} -> ${memory} MiB\n`,
    )
    assert.ok(login.accepted > 0)
    assert.deepEqual([login.rejected, login.silent], [0, 0])
    assert.ok(closed >= sessions)
    assert.ok(memory - before < maxGrowthMiB, `${before} -> ${memory} MiB`)
  })
})
