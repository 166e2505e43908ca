import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ProxyControl } from '../../src/ctl/proxy_control.ts'
import { isAlive, isProxyProcess } from '../../src/ctl/proxy_process.ts'
import { stop } from '../../src/ctl/proxy_service.ts'
import { controlSocketIn, readInstallation } from '../../src/host/installation.ts'

describe('a control socket that names another process', {
  skip: process.platform !== 'linux',
}, () => {
  let root: string
  let configFile: string
  let runDir: string
  let server: Server
  let named: unknown
  const children: ChildProcess[] = []

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'named-'))
    ;({ configFile, runDir } = readInstallation(root))
    mkdirSync(runDir)
    // answers as whoever may write to the run folder could
    server = createServer((socket) => {
      socket.once('data', (request) => {
        const isStatus = String(request).includes('status')
        const answer = isStatus
          ? { ok: true, lines: [], status: { pid: named } }
          : { ok: false, reason: 'failed', lines: [] }
        socket.end(`${JSON.stringify(answer)}\n`)
      })
    })
    server.listen(controlSocketIn(runDir))
    await once(server, 'listening')
  })
  afterEach(() => {
    server.close()
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(root, { recursive: true })
  })

  /** A process with these words in its command line. */
  async function run(words: readonly string[], options = {}): Promise<number> {
    const args = ['-e', 'setInterval(() => {}, 1000)', ...words]
    const child = spawn(process.execPath, args, { stdio: 'ignore', cwd: '/', ...options })
    children.push(child)
    await once(child, 'spawn')
    return child.pid ?? assert.fail('no process')
  }

  test('does not make authproxyctl end it', async () => {
    named = await run(['something else'])
    const lines: string[] = []
    const installation = readInstallation(root)
    const print = (line: string): void => void lines.push(line)
    const outcome = await stop({ installation, configFile, print, connectivityCheck: false })
    assert.equal(outcome.ok, false)
    assert.match(
      outcome.lines.join('\n'),
      new RegExp(`^process ${named} has not ended, and was sent no signal: .*ps -fp ${named}$`),
    )
    assert.equal(isAlive(Number(named)), true)
  })

  test('is not believed without a process id', async () => {
    for (const pid of [1.5, '12', null]) {
      named = pid
      const found = await new ProxyControl(runDir).status()
      assert.deepEqual(found.ok ? undefined : found.lines, [
        'the proxy answered with an impossible process id',
      ])
    }
  })

  test('does not matter for the proxy with this configuration, of the same account', async () => {
    const installation = readInstallation(root)
    const isProxy = (pid: number, file = configFile): boolean =>
      isProxyProcess(pid, file, installation)
    const pid = await run(['authproxy', '--config', configFile])
    assert.equal(isProxy(pid), true)
    writeFileSync(join(root, 'conf.cfg'), '')
    assert.equal(isProxy(pid, join(root, 'conf.cfg')), false)
    for (const other of [-1, 0, 1, 2.5]) assert.equal(isProxy(other), false)
    if (process.geteuid?.() === 0) {
      const nobody = { uid: 65_534, gid: 65_534 }
      const foreign = spawn(
        '/bin/sh',
        ['-c', 'sleep 600; :', 'authproxy', '--config', configFile],
        {
          stdio: 'ignore',
          cwd: '/',
          ...nobody,
        },
      )
      children.push(foreign)
      await once(foreign, 'spawn')
      assert.equal(isProxy(foreign.pid ?? 0), false)
    }
  })
})
