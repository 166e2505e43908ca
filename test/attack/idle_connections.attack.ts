import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { Running } from '../rig/running.ts'
import { honestLogins } from './rig/logins.ts'
import { openFiles } from './rig/open_files.ts'
import { busyLoops, Programs } from './rig/programs.ts'

const attackMs = 20_000
const addresses = 8
/** The attacker's own process needs some descriptors, too. */
const wanted = Math.min(20_000, openFiles() - 200)

describe(`${wanted} idle TCP connections to the service from ${addresses} addresses`, () => {
  let programs: Programs

  before(async () => {
    programs = await Programs.start()
  })
  after(() => programs.stop())

  for (const loops of [0, 3]) {
    const beside = loops === 0 ? '' : `, with ${loops} busy loops beside them`
    test(`honest logins succeed, and guesses do not${beside}`, async () => {
      const busy = busyLoops(loops)
      await attack()
      await busy.stop()
    })
  }

  async function attack(): Promise<void> {
    const before = programs.serviceMemory()
    const script = join(import.meta.dirname, 'rig/hold_connections.ts')
    const words = [programs.port, wanted, addresses].map(String)
    const flood = new Running(process.execPath, [script, ...words])
    let isOver = false
    const logins = honestLogins(programs, { lanes: 4, over: () => isOver })
    const guesses = guessesUntil(programs, () => isOver)
    await passed(attackMs)
    const open = [...flood.stdout.matchAll(/open (\d+) opened (\d+)/g)].at(-1)
    const memory = programs.serviceMemory()
    isOver = true
    const [login, guess] = await Promise.all([logins, guesses])
    await flood.stop('SIGKILL')
    const closed = await programs.metric('countersign_connections_closed_total')
    process.stdout.write(
      `open ${open?.[1]}, opened ${open?.[2]}, closed by the service ${closed}; logins ${JSON.stringify(login)}; guesses ${JSON.stringify(guess)}; memory ${before} -> ${memory} MiB\n`,
    )
    assert.ok(login.accepted > 0)
    assert.deepEqual([login.rejected, login.silent], [0, 0])
    assert.equal(guess.accepted, 0)
    assert.equal(guess.silent, 0)
  }
})

/** Signs alice in with wrong passcodes, one after another. */
async function guessesUntil(
  programs: Programs,
  over: () => boolean,
): Promise<{ readonly tried: number; readonly accepted: number; readonly silent: number }> {
  let [tried, accepted, silent] = [0, 0, 0]
  while (!over()) {
    const result = await programs.signIn('alice', String(100_000 + tried))
    tried++
    if (result === 'accept') accepted++
    if (result === 'silence') silent++
  }
  return { tried, accepted, silent }
}
