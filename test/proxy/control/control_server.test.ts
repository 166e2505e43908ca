import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ProxyControl } from '../../../src/ctl/proxy_control.ts'
import { controlSocketIn, pidFileIn } from '../../../src/host/installation.ts'
import { silentLog } from '../../../src/host/log.ts'
import { maxLineOctets } from '../../../src/proxy/control/control_protocol.ts'
import { ControlServer } from '../../../src/proxy/control/control_server.ts'
import { hasRunningProxy } from '../../../src/proxy/control/run_folder.ts'

describe('the control socket', () => {
  let runDir: string
  let control: ControlServer
  const stop = async () => ({ ok: true, lines: ['stopping'] }) as const
  const reload = () => Promise.reject(new Error('a defect'))

  beforeEach(async () => {
    runDir = join(mkdtempSync(join(tmpdir(), 'control-')), 'run')
    control = await ControlServer.listen(runDir, { stop, reload }, silentLog)
  })
  afterEach(() => {
    control.close()
    rmSync(join(runDir, '..'), { recursive: true })
  })

  /** Sends octets, and returns everything that comes back. */
  async function send(octets: string | Buffer): Promise<string> {
    const socket = connect(controlSocketIn(runDir))
    await once(socket, 'connect')
    socket.end(octets)
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    return text
  }

  test('only its owner may connect; the pid file has the process id', () => {
    assert.equal(statSync(controlSocketIn(runDir)).mode & 0o777, 0o600)
    assert.equal(readFileSync(pidFileIn(runDir), 'utf8'), `${process.pid}\n`)
  })

  test('answers a command in one line', async () => {
    assert.equal(await send('{"command":"stop"}\nmore'), '{"ok":true,"lines":["stopping"]}\n')
  })

  for (const [name, octets] of [
    ['text that is no JSON', 'status\n'],
    ['JSON that is no object', '"stop"\n'],
    ['an unknown command', '{"command":"constructor"}\n'],
    ['octets that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
  ] as const) {
    test(`refuses ${name}`, async () => {
      assert.match(await send(octets), /^\{"ok":false,"reason":"failed","lines":\[/)
    })
  }

  test('refuses a command that this proxy does not have, and one that fails', async () => {
    assert.match(await send('{"command":"primary_only"}\n'), /has no command primary_only/)
    assert.match(await send('{"command":"reload"}\n'), /reload failed: a defect/)
  })

  test('refuses a request that is too long, and answers the next one', async () => {
    assert.match(await send('x'.repeat(maxLineOctets * 3)), /too long/)
    assert.equal((await new ProxyControl(runDir).stop()).ok, true)
  })

  test('survives clients that send nothing or half a request', async () => {
    const silent = connect(controlSocketIn(runDir))
    await once(silent, 'connect')
    assert.equal(await send('{"command":'), '')
    assert.equal((await new ProxyControl(runDir).stop()).ok, true)
    silent.destroy()
  })

  test('replaces the socket of a killed proxy, and finds a living one', async () => {
    assert.equal(await hasRunningProxy(runDir), true)
    control.close()
    assert.ok(!existsSync(controlSocketIn(runDir)) && !existsSync(pidFileIn(runDir)))
    writeFileSync(controlSocketIn(runDir), '')
    assert.equal(await hasRunningProxy(runDir), false)
    control = await ControlServer.listen(runDir, { stop }, silentLog)
    assert.equal((await new ProxyControl(runDir).stop()).ok, true)
  })

  test('a proxy that ends leaves the files of another one', async () => {
    rmSync(controlSocketIn(runDir))
    const other = createServer().listen(controlSocketIn(runDir))
    await once(other, 'listening')
    writeFileSync(pidFileIn(runDir), '1\n')
    control.close()
    assert.ok(existsSync(controlSocketIn(runDir)))
    assert.equal(readFileSync(pidFileIn(runDir), 'utf8'), '1\n')
    other.close()
  })
})

test('a proxy that is not there is not running', async () => {
  const found = await new ProxyControl(join(tmpdir(), 'no', 'such', 'folder')).status()
  assert.deepEqual(found, {
    ok: false,
    reason: 'not-running',
    lines: ['the proxy is not running'],
  })
})
