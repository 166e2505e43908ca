import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { checkPort, type ListeningPort } from '../../../src/ctl/connectivity/port_check.ts'
import { findPortOwner } from '../../../src/ctl/connectivity/port_owner.ts'
import { freePort } from '../../rig/running.ts'

const isLinux = process.platform === 'linux'

async function check(place: Partial<ListeningPort>, proxyPid?: number): Promise<string> {
  const findings = await checkPort(
    { transport: 'udp', address: '127.0.0.1', port: 0, key: 'port', ...place },
    proxyPid,
  )
  return findings.map(({ message, remedy = '' }) => `${message}; ${remedy}`).join('\n')
}

describe('a port to listen on', () => {
  let taken: Socket
  let port: number
  before(async () => {
    taken = createSocket('udp4')
    taken.bind(0, '127.0.0.1')
    await once(taken, 'listening')
    port = taken.address().port
  })
  after(() => taken.close())

  test('that is free is no finding, and is free again afterwards', async () => {
    for (const transport of ['udp', 'tcp'] as const) {
      const free = await freePort()
      assert.equal(await check({ transport, port: free }), '')
      assert.equal(await check({ transport, port: free }), '')
    }
  })

  test('that another program uses is an error that names it', { skip: !isLinux }, async () => {
    const expected = `UDP port ${port} is in use by node ${basename(process.argv[1] ?? '')} (process ${process.pid}); stop it, or set port= to another port`
    assert.equal(await check({ port }), expected)
    assert.equal(findPortOwner('udp', port)?.uid, process.getuid?.())
  })

  test('that all addresses share is in use if one address has it', async () => {
    assert.match(await check({ port, address: undefined }), /^UDP port \d+ is in use by /)
  })

  test('that the running proxy or its worker uses is no finding', { skip: !isLinux }, async () => {
    assert.equal(await check({ port }, process.pid), '')
    assert.equal(await check({ port }, process.ppid), '')
    const [another] = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && ![process.pid, process.ppid].includes(Number(name)),
    )
    assert.match(await check({ port }, Number(another)), /is in use by/)
  })

  test('of TCP is found among the listening ones', { skip: !isLinux }, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(address !== null && typeof address !== 'string')
    assert.equal(findPortOwner('tcp', address.port)?.pid, process.pid)
    server.close()
    await once(server, 'close')
    assert.equal(findPortOwner('tcp', address.port), undefined)
  })

  test('at an address that this machine does not have is an error that lists those it has', async () => {
    assert.match(
      await check({ address: '192.0.2.99', port: 18120 }),
      /^interface 192\.0\.2\.99 is not an address of this machine; write one of .*127\.0\.0\.1/,
    )
  })
})
