import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { logConnectivity } from '../../../src/ctl/connectivity/startup_connectivity.ts'
import { writeToolLog } from '../../../src/ctl/connectivity/tool_log.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'
import { AuthApiDouble, testIkey, testSkey } from '../../rig/auth_api_double.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import { freePort } from '../../rig/running.ts'

describe('test_connectivity_on_startup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'startup-connectivity-'))
  let api: AuthApiDouble
  before(async () => {
    api = await AuthApiDouble.start()
    api.check = () => ({ response: { time: Math.round(Date.now() / 1000) } })
  })
  after(async () => {
    await api.close()
    rmSync(folder, { recursive: true })
  })

  test('logs findings and results, and writes connectivity_tool.log without a secret', async () => {
    const file = join(folder, 'authproxy.cfg')
    const text = `[main]
test_connectivity_on_startup=true
[radius_server_duo_only]
ikey=${testIkey}
skey=${testSkey}
api_host=localhost
api_port=${api.port}
http_ca_certs_file=${api.caFile}
failmode=secure
interface=127.0.0.1
port=${await freePort()}
radius_ip_1=127.0.0.1
radius_secret_1=K5mV9qZr2LxTn8WbPd4G
`
    writeFileSync(file, text, { mode: 0o600 })
    const { config } = readProxyConfig(text, file)
    assert(config !== undefined)
    assert.equal(config.main.testConnectivityOnStartup, true)
    const log = new RecordingLog()
    await logConnectivity(config, log, new AbortController().signal)
    const lines = log.lines.join('\n')
    assert.match(lines, /info connectivity tool: \[main\] There are no configuration problems/)
    assert.match(
      lines,
      /info .* \[radius_server_duo_only\] localhost:\d+ answers, and the keys are/,
    )
    assert.match(lines, /warn .* \[radius_server_duo_only\] The RADIUS Server has connectivity pr/)
    assert.match(lines, /info connectivity tool: finished \{ errors: 0, warnings: 2 \}/)
    const written = join(folder, 'log/connectivity_tool.log')
    const output = readFileSync(written, 'utf8')
    assert.match(output, /^\[info\] {2}Testing section 'main' with configuration:\n/)
    assert.match(output, /'skey': '\*{5}\[40\]'/)
    assert.ok(!output.includes(testSkey) && !output.includes('K5mV9qZr2LxTn8WbPd4G'))
    if (process.platform !== 'win32') assert.equal(statSync(written).mode & 0o777, 0o640)
  })

  test('ends early, and leaves the file alone, when the proxy stops', async () => {
    const file = join(folder, 'authproxy.cfg')
    const { config } = readProxyConfig(readFileSync(file, 'utf8'), file)
    assert(config !== undefined)
    const before = readFileSync(join(folder, 'log/connectivity_tool.log'), 'utf8')
    const log = new RecordingLog()
    await logConnectivity(config, log, AbortSignal.abort())
    assert.ok(!log.has('finished'))
    assert.equal(readFileSync(join(folder, 'log/connectivity_tool.log'), 'utf8'), before)
  })

  test('does not write through a link in the log folder', () => {
    const logDir = mkdtempSync(join(folder, 'linked-'))
    const target = join(folder, 'target')
    writeFileSync(target, 'unchanged')
    symlinkSync(target, join(logDir, 'connectivity_tool.log'))
    assert.throws(() => writeToolLog(['x'], { logDir, configFile: target }), { code: 'ELOOP' })
    assert.equal(readFileSync(target, 'utf8'), 'unchanged')
  })
})
