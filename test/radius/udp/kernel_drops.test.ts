import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { describe, test } from 'node:test'
import { findDrops } from '../../../src/radius/udp/kernel_drops.ts'
import { RadiusPeer, startServer, statusServer } from '../../rig/radius_peer.ts'
import { RecordingLog } from '../../rig/recording_log.ts'

describe('datagrams that the kernel drops', () => {
  test('reads the last column of the socket in /proc/net/udp and udp6', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      ' 2069: 0100007F:0714 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20721 2 0000000000000000 17',
      ' 2070: 0200007F:0714 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20722 2 0000000000000000 4',
      ' 2071: 00000000:0715 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20723 2 0000000000000000 5',
    ].join('\n')
    assert.equal(findDrops(table, { address: '127.0.0.1', port: 1812 }), 17)
    assert.equal(findDrops(table, { address: '0.0.0.0', port: 1813 }), 5)
    assert.equal(findDrops(table, { address: '0.0.0.0', port: 1812 }), 0)
    const six =
      ' 1: B80D0120000000000000000001000000:0714 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 20724 2 0000000000000000 9'
    assert.equal(findDrops(six, { address: '2001:db8::1', port: 1812 }), 9)
    assert.equal(findDrops('', { address: '::1', port: 1812 }), 0)
  })

  test('are counted and logged', { skip: process.platform !== 'linux' }, async () => {
    const log = new RecordingLog()
    const server = await startServer({ log, recvBufferSize: 4096 })
    await server.readKernelDrops()
    assert.equal(server.counters.kernelDrops, 0)
    // all are sent before the server can read the first
    const socket = createSocket('udp4')
    const { port } = server.address
    const sent = Array.from({ length: 500 }, () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      socket.send(new Uint8Array(100), port, '127.0.0.1', () => resolve())
      return promise
    })
    await Promise.all(sent)
    await server.readKernelDrops()
    assert(server.counters.kernelDrops > 0)
    assert(log.has('the kernel dropped'))
    const { kernelDrops } = server.counters
    await server.readKernelDrops()
    assert.equal(server.counters.kernelDrops, kernelDrops)
    const peer = await RadiusPeer.at(server)
    assert.equal((await peer.ask(statusServer(1)))[0], 2)
    peer.close()
    socket.close()
    await server.close()
  })
})
