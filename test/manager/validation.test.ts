import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { ConfigStore } from '../../src/manager/config_store.ts'
import { ManagerServer } from '../../src/manager/manager_server.ts'
import type { ProxyServicePort } from '../../src/manager/proxy_service_port.ts'
import { buildStatus } from '../../src/proxy/control/build_status.ts'
import { ManagerClient } from '../rig/manager_client.ts'

const status = buildStatus(
  [],
  {
    pid: process.pid,
    version: '',
    startedAt: 0,
    config_file: '',
    log_dir: '',
    config_loaded_at: '',
    reloads: { succeeded: 0, failed: 0 },
  },
  { now: 0, nowMs: 0 },
)

test('validation accepts the ports of the running proxy, and reports those of other programs', {
  skip: process.platform !== 'linux',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manager-validation-'))
  const taken = createSocket('udp4')
  taken.bind(0, '127.0.0.1')
  await once(taken, 'listening')
  let isRunning = true
  const proxy: ProxyServicePort = {
    state: async () => (isRunning ? { state: 'running', status } : { state: 'stopped' }),
    act: async () => ({ kind: 'done', ok: false, lines: [] }),
    logFile: () => '',
  }
  const manager = await ManagerServer.start({
    store: new ConfigStore(join(folder, 'authproxy.cfg'), systemClock),
    proxy,
    pageFolder: folder,
    port: 0,
    maxIdleMs: 60_000,
    clock: systemClock,
    note: () => {},
  })
  const text = `[duo_only_client]
[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep
api_host=127.0.0.1
api_port=1
radius_ip_1=127.0.0.1
radius_secret_1=a-good-secret-of-31-characters.
interface=127.0.0.1
port=${taken.address().port}
failmode=secure
`
  const client = new ManagerClient(manager.host)
  await client.open(manager.createLink())
  const findings = async (): Promise<string> => {
    let found = ''
    for await (const event of client.stream('/api/validate', { text }))
      found += `${event.message}\n`
    return found
  }
  try {
    const running = await findings()
    assert.match(running, /refuses the connection/)
    assert.doesNotMatch(running, /is in use by/)
    isRunning = false
    assert.match(await findings(), /is in use by/)
  } finally {
    await manager.stop()
    taken.close()
    rmSync(folder, { recursive: true })
  }
})
