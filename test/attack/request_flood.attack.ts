import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Running } from '../rig/running.ts'
import { wrongGuesses } from './rig/guesses.ts'
import { busyLoops, Programs } from './rig/programs.ts'

const floodMs = 15_000

describe('floods of unsigned requests under failmode=safe', () => {
  let programs: Programs

  before(async () => {
    programs = await Programs.start()
  })
  after(() => programs.stop())

  for (const [kind, connections, loops] of [
    ['forms', 300, 0],
    ['forms', 100, 3],
    ['streams', 400, 0],
    ['streams', 200, 3],
  ] as const) {
    test(`${kind} on ${connections} connections, ${loops} busy loops: no wrong passcode is let in`, async (t) => {
      const busy = busyLoops(loops)
      const script = join(import.meta.dirname, 'rig/request_flood.ts')
      const words = [kind, programs.port, connections, programs.integration.ikey].map(String)
      const flood = new Running(process.execPath, [script, ...words])
      const guesses = await wrongGuesses(programs, floodMs)
      await flood.stop()
      await busy.stop()
      t.diagnostic(`guesses ${JSON.stringify(guesses)}; flood ${flood.stdout.trim()}`)
      assert.equal(guesses.accepted, 0)
      assert.equal(guesses.silent, 0)
      assert.equal(programs.service.hasEnded, false)
    })
  }
})
