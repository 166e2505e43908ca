import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ProxyControl } from '../../src/ctl/proxy_control.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { runReloadStorm } from '../rig/reload_storm.ts'
import { freePort, Running } from '../rig/running.ts'

/**
 * Reloads the program 100 times while 500 users per second sign in with a passcode and 200 pushes wait.
 * Prints the figures, and fails if a sign-in is lost, doubled or answered with the wrong secret.
 */
const folder = mkdtempSync(join(tmpdir(), 'reload-storm-'))
const configFile = join(folder, 'authproxy.cfg')
const api = await AuthApiDouble.start()
const program = resolve(import.meta.dirname, '../../bin/authproxy')
const control = new ProxyControl(join(folder, 'run'))
let running: Running | undefined
try {
  const result = await runReloadStorm({
    api,
    configFile,
    port: await freePort(),
    otherPort: await freePort(),
    reloads: 100,
    pauseMs: 200,
    signInsPerSecond: 500,
    maxWaiting: 2000,
    pendingPushes: 200,
    start: async () => {
      running = new Running(program, ['--config', configFile])
      await running.prints(/keys are right/)
    },
    reload: async () => (await control.reload()).ok,
  })
  const { signIns, pushes, reloads, durationMs } = result
  const total = signIns.accepted + signIns.rejected + signIns.lost
  const line = (name: string, value: string): void =>
    void process.stdout.write(`${name.padEnd(24)} ${value}\n`)
  line('reloads', `${reloads.succeeded} succeeded, ${reloads.refused} refused as they must be`)
  line('duration', `${(durationMs / 1000).toFixed(1)} s`)
  line('sign-ins', `${total}, ${Math.round(total / (durationMs / 1000))} per second`)
  line('  accepted', String(signIns.accepted))
  line('  lost', String(signIns.lost))
  line('  rejected', String(signIns.rejected))
  for (const [text, count] of result.rejections) line('', `${count} × ${text}`)
  line('  p50, p99', `${result.p50Ms.toFixed(1)} ms, ${result.p99Ms.toFixed(1)} ms`)
  line('pending pushes', `${result.pendingPushes} or more at each reload`)
  line('  accepted', String(pushes.accepted))
  line('doubled at the API', String(result.doubled))
  line('wrongly signed replies', String(result.wrongReplies))
  assert.equal(reloads.wrong, 0)
  assert.deepEqual([signIns.rejected, signIns.lost], [0, 0])
  assert.deepEqual([pushes.rejected, pushes.lost], [0, 0])
  assert.equal(result.pendingPushes, 200)
  assert.deepEqual([result.doubled, result.wrongReplies], [0, 0])
} finally {
  await running?.stop()
  await api.close()
  rmSync(folder, { recursive: true })
}
