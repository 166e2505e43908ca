import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../../src/host/clock.ts'
import { AuthenticationProxy } from '../../../src/proxy/proxy.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'
import { proxyTable } from '../../../src/proxy/sections/section_table.ts'
import { listDefaults, withDefault } from '../../rig/config_table.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import { freePort } from '../../rig/running.ts'

const file = '/opt/proxy/conf/authproxy.cfg'
const minimal = `[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${'a'.repeat(40)}
api_host=api-1234abcd.duosecurity.com
radius_ip_1=127.0.0.1
radius_secret_1=${'s'.repeat(24)}
`

function write(section: string, key: string, value: string): string {
  return section === 'radius_server_duo_only'
    ? `${minimal}${key}=${value}\n`
    : `${minimal}[${section}]\n${key}=${value}\n`
}

describe('defaults of authproxy.cfg', () => {
  const defaults = listDefaults(proxyTable, {
    'main.log_dir': '/var/log/authproxy',
    'main.metrics_interface': '192.0.2.7',
    'radius_server_duo_only.client_ip_attr': 'NAS-IP-Address',
    'radius_server_duo_only.pw_codec': 'latin-1',
  }).filter(({ section }) => section !== 'duo_only_client')

  for (const changed of defaults) {
    const { section, key, other } = changed
    test(`[${section}] ${key}: a changed default has the same effect as writing ${other}`, () => {
      const follows = readProxyConfig(minimal, file, withDefault(proxyTable, changed))
      const written = readProxyConfig(write(section, key, other), file)
      const unchanged = readProxyConfig(minimal, file)
      assert.deepEqual(follows.problems, [])
      assert.deepEqual(follows.config, written.config)
      assert.notDeepEqual(follows.config, unchanged.config)
    })
  }

  test('the proxy listens on the default port of the table', async () => {
    const other = String(await freePort())
    const change = { section: 'radius_server_duo_only', key: 'port', default: '1812', other }
    const { config } = readProxyConfig(minimal, file, withDefault(proxyTable, change))
    assert(config !== undefined)
    const proxy = await AuthenticationProxy.start(config, {
      log: new RecordingLog(),
      writeEvent: () => undefined,
      clock: systemClock,
    })
    try {
      assert.deepEqual(
        proxy.listeners.map(({ port }) => String(port)),
        [other],
      )
    } finally {
      await proxy.stop()
    }
  })
})
