import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { findTakenPorts } from '../../src/ctl/taken_ports.ts'
import { readProxyConfig } from '../../src/proxy/sections/read_proxy_config.ts'

test('a port of another program prevents a restart, but not one that the proxy has open', async () => {
  const other = createSocket('udp4')
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()
  const { config } = readProxyConfig(
    `[duo_only_client]
[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep
api_host=127.0.0.1
radius_ip_1=127.0.0.1
radius_secret_1=a-good-secret-of-31-characters.
interface=127.0.0.1
port=${port}
`,
    'authproxy.cfg',
  )
  assert(config !== undefined)
  const running = (own: number) => ({
    // no process of this machine
    pid: 0,
    sections: [{ address: '127.0.0.1', port: own, listening: true }],
  })
  try {
    const taken = await findTakenPorts(config, running(port - 1))
    assert.match(
      taken.join(),
      /^\[radius_server_duo_only\] UDP port \d+ is in use by .*; stop it, or/,
    )
    assert.deepEqual(await findTakenPorts(config, running(port)), [])
  } finally {
    other.close()
  }
})
