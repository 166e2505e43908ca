/**
 * `npm run test:loaded [-- FILES…] [--times N] [--all]`: runs the tests of `npm test`, or of `npm run test:all`, several
 * times in a row while three threads keep the CPU busy, to find tests that only pass on a quiet machine.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const busyLoops = 3
const program = join(import.meta.dirname, 'run.ts')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    times: { type: 'string', default: '3' },
  },
})

const scope = values.all ? ['--all'] : []

// threads end with this process, however it ends
for (let loop = 0; loop < busyLoops; loop++) new Worker('for (;;);', { eval: true })

for (let run = 1; run <= Number(values.times); run++) {
  process.stderr.write(`run ${run} of ${values.times} beside ${busyLoops} busy loops\n`)
  const status = await runTests()
  if (status !== 0) process.exit(status)
}
process.exit()

/** @returns Exit status; an interruption is passed on to the tests. */
async function runTests(): Promise<number> {
  const tests = spawn(process.execPath, [program, ...scope, ...positionals], { stdio: 'inherit' })
  const passOn = (signal: NodeJS.Signals) => void tests.kill(signal)
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  const [code] = await once(tests, 'close')
  process.off('SIGINT', passOn).off('SIGTERM', passOn)
  return code ?? 130
}
