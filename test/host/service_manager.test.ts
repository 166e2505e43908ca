import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ServiceManager } from '../../src/host/service_manager.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { until } from '../rig/until.ts'

/** Prints each datagram at a Unix socket in one line; Node.js has no such sockets. */
const receiver = `
import socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(server.recv(4096).decode().replace('\\n', ' '), flush=True)
`

describe('notifications to systemd', {
  skip: skipWithout('systemd', '/usr/bin/systemd-notify'),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'))
  const socket = join(folder, 'notify.sock')
  let received = ''
  let python: ReturnType<typeof spawn>

  before(async () => {
    python = spawn('python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    python.stdout?.on('data', (chunk) => {
      received += String(chunk)
    })
    await until(() => received.includes('bound'))
  })
  after(() => {
    python.kill()
    rmSync(folder, { recursive: true })
  })

  test('ready, reloading and stopping arrive in this order', async () => {
    const manager = new ServiceManager({ ...process.env, NOTIFY_SOCKET: socket }, assert.fail)
    void manager.ready('listening: port 1812')
    void manager.reloading()
    void manager.ready('listening: port 1813')
    await manager.stopping()
    await until(() => received.includes('STOPPING=1'))
    const order = [
      /READY=1 STATUS=listening: port 1812/,
      /RELOADING=1 MONOTONIC_USEC=\d+ STATUS=reloading/,
      /READY=1 STATUS=listening: port 1813/,
      /STOPPING=1/,
    ].map((line) => received.search(line))
    assert.ok(!order.includes(-1), received)
    assert.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
    )
  })

  test('the watchdog is notified only while the proxy is healthy', async () => {
    const env = { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '40000' }
    const manager = new ServiceManager(env, assert.fail)
    let isFine = false
    let asked = 0
    manager.watch(() => {
      asked++
      return isFine
    })
    await until(() => asked > 3)
    assert.ok(!received.includes('WATCHDOG=1'))
    isFine = true
    await until(() => received.includes('WATCHDOG=1'))
    await manager.stopping()
  })

  test('another process is not watched', async () => {
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' }
    new ServiceManager(env, assert.fail).watch(() => assert.fail('it is asked'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('without systemd-notify, one warning says what to do', async () => {
    const warnings: string[] = []
    const env = { PATH: folder, NOTIFY_SOCKET: socket }
    const manager = new ServiceManager(env, (message) => warnings.push(message))
    await manager.ready('')
    await manager.stopping()
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /systemd-notify failed: .*ENOENT; install it/)
  })
})
