import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { LoggedProxy } from '../../src/proxy/logged_proxy.ts'
import { ProxyLogs } from '../../src/proxy/proxy_logs.ts'
import { readProxyConfigFile } from '../../src/proxy/sections/read_proxy_config.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { runReloadStorm } from '../rig/reload_storm.ts'
import { freePort } from '../rig/running.ts'

/** `npm run reload-storm` does the same with 100 reloads, 500 sign-ins per second and 200 pending pushes. */
test('reloads lose, double and mis-sign no sign-in', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-storm-'))
  const configFile = join(folder, 'authproxy.cfg')
  const api = await AuthApiDouble.start()
  let proxy: LoggedProxy | undefined
  let logs: ProxyLogs | undefined
  const result = await runReloadStorm({
    api,
    configFile,
    port: await freePort(),
    otherPort: await freePort(),
    reloads: 10,
    pauseMs: 20,
    signInsPerSecond: 60,
    maxWaiting: 50,
    pendingPushes: 10,
    start: async () => {
      const { config } = readProxyConfigFile(configFile)
      assert(config !== undefined)
      logs = new ProxyLogs(config, systemClock)
      const report = () => {}
      proxy = await LoggedProxy.start(config, {
        file: configFile,
        logs,
        report,
        clock: systemClock,
      })
    },
    reload: async () => (await proxy?.reload())?.ok === true,
  })
  await proxy?.stop()
  await logs?.close()
  await api.close()
  const log = readFileSync(join(folder, 'log/authproxy.log'), 'utf8')
  rmSync(folder, { recursive: true })
  assert.deepEqual(result.reloads, { succeeded: 9, refused: 1, wrong: 0 })
  const why = JSON.stringify([...result.rejections])
  assert.deepEqual(result.pushes, { accepted: 10, rejected: 0, lost: 0 }, why)
  assert.equal(result.pendingPushes, 10)
  assert.ok(result.signIns.accepted > 10)
  assert.deepEqual([result.signIns.rejected, result.signIns.lost], [0, 0], why)
  assert.deepEqual([result.doubled, result.wrongReplies], [0, 0])
  assert.ok(!log.includes('of-the-storm'), 'the log has no secret')
})
