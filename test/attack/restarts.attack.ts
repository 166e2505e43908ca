import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrongGuesses } from './rig/guesses.ts'
import { Programs } from './rig/programs.ts'

const forMs = 25_000
const upMs = 4_000

test('a service that restarts every 4 s: failmode=safe lets no wrong passcode in', async (t) => {
  const programs = await Programs.start()
  let isOver = false
  const restarts = (async () => {
    let count = 0
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, upMs))
      await programs.restartService()
      count++
    }
    return count
  })()
  const guesses = await wrongGuesses(programs, forMs)
  isOver = true
  t.diagnostic(`${await restarts} restarts; guesses ${JSON.stringify(guesses)}`)
  await programs.stop()
  assert.equal(guesses.accepted, 0)
  assert.equal(guesses.silent, 0)
})
