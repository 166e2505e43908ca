import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { runService, type ServiceFlags } from '../../../../src/cmd/countersign/run_service.ts'
import { Running } from '../../../rig/running.ts'
import { ServiceNodes } from '../../../rig/service_nodes.ts'

const program = resolve(import.meta.dirname, '../../../../bin/countersign')

describe('countersign service', () => {
  let folder: string
  let service: Running
  let port: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-service-'))
    service = new Running(program, ['service', '--data', folder, '--port', '0'])
    port = (await service.prints(/listening on \S+:(\d+)/))[1] ?? ''
  })
  after(async () => {
    await service.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Starts the service in this process. */
  const startFailing = async ({ mock }: TestContext, flags: ServiceFlags) => {
    const write = mock.method(process.stderr, 'write', () => true)
    try {
      const status = await runService(flags)
      const printed = write.mock.calls.map((call) => String(call.arguments[0])).join('')
      return { status, lines: printed.trimEnd().split('\n') }
    } finally {
      write.mock.restore()
    }
  }

  test('exits with 1 and one line that names --port if the port is in use', async (t) => {
    const { status, lines } = await startFailing(t, { data: folder, port: Number(port) })
    assert.equal(status, 1)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /--port/)
  })

  test('exits with 1 and one line for a wrong sealing key', async (t) => {
    t.after(() => delete process.env.COUNTERSIGN_SEALING_KEY)
    process.env.COUNTERSIGN_SEALING_KEY = randomBytes(32).toString('base64')
    const { status, lines } = await startFailing(t, { data: folder, port: 0 })
    assert.equal(status, 1)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /sealing\.key/)
  })

  test('exits with 1 and one line if it can’t create the data folder', async (t) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { status, lines } = await startFailing(t, { data: join(file, 'data'), port: 0 })
    assert.equal(status, 1)
    assert.equal(lines.length, 1)
  })

  test('exits with 2 and all problems of the configuration', async () => {
    const file = join(folder, 'countersign.cfg')
    writeFileSync(file, '[service]\nport=x\ncolour=blue\n')
    const running = new Running(program, ['service', '--config', file])
    await once(running.child, 'close')
    const lines = running.stderr.trimEnd().split('\n')
    assert.equal(running.child.exitCode, 2)
    assert.deepEqual(
      lines.map((line) => line.slice(0, file.length + 3)),
      [`${file}:2:`, `${file}:3:`],
    )
  })

  test('lowers the connection limit to the open files limit, with a remedy', async () => {
    const other = mkdtempSync(join(tmpdir(), 'countersign-service-'))
    const command = `ulimit -n 600; exec ${program} service --data ${other} --port 0`
    const few = new Running('sh', ['-c', command])
    await few.prints(/listening on/)
    const warning =
      /total is 400 and per_address 100, since this process may open 600 files .*LimitNOFILE/
    assert.match(few.stdout, warning)
    await few.stop()
    rmSync(other, { recursive: true, force: true })
  })

  test('exits with 1 once the disk has failed, and starts again with what is on it', async () => {
    const nodes = await ServiceNodes.start(undefined, 0)
    const broken = join(folder, 'broken')
    const preload = join(folder, 'failing_disk.mjs')
    writeFileSync(
      preload,
      `import { existsSync } from 'node:fs'
      import { open } from 'node:fs/promises'
      const file = await open(process.execPath)
      const handle = Object.getPrototypeOf(file)
      const { datasync } = handle
      await file.close()
      handle.datasync = async function () {
        if (existsSync(${JSON.stringify(broken)})) throw new Error('EIO: i/o error, fdatasync')
        return await datasync.call(this)
      }`,
    )
    const data = nodes.store.folder
    const env = { NODE_OPTIONS: `--import=${preload}` }
    const node = await nodes.run(data, '127.0.0.1', 0, env)
    await nodes.addPhone('alice')
    const parameters = { username: 'alice', factor: 'passcode', passcode: '123456' }
    const call = { method: 'POST', path: '/auth/v2/auth', parameters } as const
    writeFileSync(broken, '')
    const answer = await node.client.call(call).catch(() => undefined)
    assert.notEqual(answer?.status, 200)
    assert.equal(await node.running.ended(), 1)
    assert.match(
      node.running.stdout,
      /#error\] the disk did not take the .* EIO.*; the service ends/,
    )
    rmSync(broken)
    const again = await nodes.run(data)
    assert.equal((await again.client.call(call)).status, 200)
    await nodes.close()
  })

  test('exits with 0 on a signal', async () => {
    assert.equal(await service.stop(), 0)
  })
})
