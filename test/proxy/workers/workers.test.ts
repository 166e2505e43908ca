import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { joinedSignIns } from '../../../src/duo/index.ts'
import { systemClock } from '../../../src/host/clock.ts'
import { ListenError } from '../../../src/proxy/listen_error.ts'
import { LoggedProxy } from '../../../src/proxy/logged_proxy.ts'
import { PrimaryOnly } from '../../../src/proxy/primary_only/primary_only.ts'
import { ProxyLogs } from '../../../src/proxy/proxy_logs.ts'
import { readProxyConfigFile } from '../../../src/proxy/sections/read_proxy_config.ts'
import { WorkerProxy } from '../../../src/proxy/workers/worker_proxy.ts'
import {
  Code,
  encodeAccessRequest,
  type Packet,
  SharedSecret,
  Type,
} from '../../../src/radius/index.ts'
import { exchange } from '../../../src/radius/udp/exchange.ts'
import { signedBeforeLatch } from '../../../src/radius/udp/signed_sources.ts'
import { AuthApiDouble, allow } from '../../rig/auth_api_double.ts'
import { cfgFor } from '../../rig/logged_proxy_at_work.ts'
import { freePort } from '../../rig/running.ts'
import { until, untilFound } from '../../rig/until.ts'

const program = resolve(import.meta.dirname, '../../../src/cmd/authproxy.ts')
const stubborn = resolve(import.meta.dirname, '../../rig/stubborn_worker.ts')
const secret = new SharedSecret('a-secret-with-24-characters')
const skip = process.platform === 'linux' ? false : 'only Linux spreads flows over sockets'
/** More than enough that each of two workers gets some. */
const flows = 24

describe('two workers', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'workers-'))
  const file = join(folder, 'authproxy.cfg')
  /** Holds the number of the worker that hangs when it is started. */
  const hangs = join(folder, 'hangs')
  let api: AuthApiDouble
  let logs: ProxyLogs
  let primaryOnly: PrimaryOnly
  let proxy: LoggedProxy
  let port: number

  before(async () => {
    api = await AuthApiDouble.start()
    port = await freePort()
    write()
    const { config, problems } = readProxyConfigFile(file)
    assert(config !== undefined, JSON.stringify(problems))
    logs = new ProxyLogs(config, systemClock)
    primaryOnly = new PrimaryOnly(join(folder, 'primary_only.json'), {
      clock: systemClock,
      log: logs.log,
    })
    proxy = await LoggedProxy.start(config, {
      file,
      logs,
      report: () => {},
      clock: systemClock,
      primaryOnly,
      serve: (first, host) =>
        WorkerProxy.start(first, host, {
          count: 2,
          program: stubborn,
          args: [hangs],
          logs,
          primaryOnly,
          limits: { hangMs: 3_000, startMs: 20_000 },
        }),
    })
  })
  beforeEach(() => {
    api.reset()
  })
  after(async () => {
    await proxy.stop()
    primaryOnly.close()
    await logs.close()
    await api.close()
    rmSync(folder, { recursive: true })
  })

  function write(section = ''): void {
    const main = `log_dir=${folder}\nlog_auth_events=true`
    writeFileSync(file, cfgFor(api, { main, section: `port=${port}\n${section}` }))
  }

  function request(username: string, { signed = true, initialMs = 2_000 } = {}) {
    return exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, secret, {
          username,
          password: Buffer.from('123456'),
          messageAuthenticator: signed,
        }),
      {
        host: '127.0.0.1',
        port,
        secret,
        timeoutMs: 50_000,
        timers: { initialMs, maxWaitMs: initialMs, maxTransmissions: 0 },
      },
    )
  }

  /** Each from a port of its own. */
  async function manyRequests(prefix: string): Promise<readonly (number | undefined)[]> {
    const names = Array.from({ length: flows }, (_, index) => `${prefix}${index}`)
    const replies = await Promise.all(names.map((name) => request(name)))
    return replies.map((reply) => reply?.code)
  }

  const accepted = Array.from({ length: flows }, () => Code.AccessAccept)

  async function workers() {
    return (await proxy.readStatus()).workers ?? []
  }

  test('share the flows, and count and log as one proxy', async () => {
    assert.deepEqual(await manyRequests('flow'), accepted)
    const status = await proxy.readStatus()
    assert.equal(status.sections[0]?.logins.accept, flows)
    assert.equal(status.sections[0]?.clients[0]?.requests, flows)
    assert.equal(status.workers?.length, 2)
    assert.equal(new Set(status.workers?.map(({ pid }) => pid)).size, 2)
    assert(status.workers?.every(({ resident_bytes }) => resident_bytes > 0))
    await until(() => readEvents().length === flows)
    const names = readEvents().map(({ username }) => username)
    assert.equal(new Set(names).size, flows)
    const lines = readFileSync(join(folder, 'authproxy.log'), 'utf8').trimEnd().split('\n')
    assert.equal(lines.filter((line) => line.includes('Returning response code 2')).length, flows)
    assert(lines.every((line) => /^\d{4}-\S+ \[countersign\.proxy#\w+\] /.test(line)))
  })

  function readEvents(): { readonly username: string }[] {
    const text = readFileSync(join(folder, 'authevents.log'), 'utf8')
    return text.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)))
  }

  test('answer each retransmission from the memory of the worker that has its flow', async () => {
    api.auth = () => 'hang'
    const replies = Array.from({ length: 8 }, (_, index) =>
      request(`again${index}`, { initialMs: 200 }),
    )
    await api.askedTimes('/auth/v2/auth', 8)
    await until(async () => {
      await proxy.readStatus()
      const duplicates = proxy.proxy.sections[0]?.counters?.duplicatesInProgress ?? 0
      return duplicates >= 16
    })
    assert.equal(api.asked('/auth/v2/auth').length, 8)
    api.auth = () => allow
    api.release(allow.response)
    const codes = (await Promise.all(replies)).map((reply) => reply?.code)
    assert.deepEqual(codes, Array(8).fill(Code.AccessAccept))
  })

  test('keep a second proxy from their port', async () => {
    const { config } = readProxyConfigFile(file)
    assert(config !== undefined)
    const options = { count: 2, program, args: ['--worker'], logs, primaryOnly }
    const host = { log: logs.log, clock: systemClock }
    await assert.rejects(WorkerProxy.start(config, host, options), ListenError)
  })

  test('all reload, or none', async () => {
    write('factor_aliases=p=push')
    assert.equal((await proxy.reload()).ok, true)
    assert.deepEqual(await manyRequests('reloaded'), accepted)
    write('retry_timeout=20')
    const { lines } = await proxy.reload()
    assert(lines.some((line) => line.startsWith('retry_timeout takes effect with the next start')))
    write('interface=192.0.2.1')
    const refused = await proxy.reload()
    assert.equal(refused.ok, false)
    assert.deepEqual(await manyRequests('refused'), accepted)
    write()
  })

  test('learn from each other which addresses sign, and forget it together', async () => {
    const signed = Array.from({ length: signedBeforeLatch * 2 }, (_, index) => request(`s${index}`))
    await Promise.all(signed)
    // until no worker answers an unsigned request
    await until(async () => {
      await proxy.readStatus()
      return proxy.proxy.sections[0]?.latched.length === 1
    })
    proxy.proxy.clearLatches()
    await until(async () => {
      await proxy.readStatus()
      return proxy.proxy.sections[0]?.latched.length === 0
    })
    assert.equal((await request('unsigned', { signed: false }))?.code, Code.AccessAccept)
  })

  test('know of primary-only mode at once', async () => {
    primaryOnly.start(1)
    await proxy.proxy.refresh()
    const codes = await manyRequests('p')
    assert.deepEqual(codes, Array(flows).fill(Code.AccessReject))
    await proxy.proxy.refresh()
    assert.equal(primaryOnly.counts.rejected, flows)
    primaryOnly.stop()
    await proxy.proxy.refresh()
    assert.deepEqual(await manyRequests('q'), accepted)
  })

  test('one that ends is restarted, and its sign-in goes on when the appliance repeats it', async () => {
    api.check = () => ({
      response: { time: Math.floor(Date.now() / 1000), capabilities: [joinedSignIns] },
    })
    write('api_timeout=60')
    await proxy.reload()
    await api.askedTimes('/auth/v2/check', 2)
    api.auth = () => 'hang'
    const before = (await proxy.readStatus()).sections[0]?.logins.accept ?? 0
    const reply = request('pending', { initialMs: 300 })
    await api.askedTimes('/auth/v2/auth', 1)
    const busy = await untilFound(async () =>
      (await workers()).find(({ pending }) => pending === 1),
    )
    process.kill(busy.pid ?? 0, 'SIGKILL')
    await api.askedTimes('/auth/v2/auth', 2)
    const fingerprints = api.asked('/auth/v2/auth').map((asked) => asked.request_fingerprint)
    assert.match(fingerprints[0] ?? '', /^[0-9a-f]{64}$/)
    assert.equal(new Set(fingerprints).size, 1)
    api.auth = () => allow
    api.release(allow.response)
    assert.equal(messageOf(await reply), 'Success. Logging you in...')
    await until(async () => (await workers()).every(({ pid }) => pid !== undefined))
    assert.deepEqual((await workers()).map(({ restarts }) => restarts).toSorted(), [0, 1])
    assert.deepEqual(await manyRequests('after'), accepted)
    // what the one that ended has counted still counts
    const { logins } = (await proxy.readStatus()).sections[0] ?? {}
    assert.equal(logins?.accept, before + 1 + flows)
  })

  test('one that hangs when it is started delays neither another nor a reload', async () => {
    const [first, second] = await workers()
    assert(first?.pid !== undefined && second?.pid !== undefined)
    writeFileSync(hangs, '1')
    process.kill(first.pid, 'SIGKILL')
    const hanging = await untilFound(async () => {
      const [now] = await workers()
      return now?.pid === undefined || now.pid === first.pid ? undefined : now
    })
    process.kill(second.pid, 'SIGKILL')
    await until(async () => {
      const [, now] = await workers()
      return now?.pid !== undefined && now.pid !== second.pid && now.resident_bytes > 0
    })
    write('factor_aliases=q=push')
    assert.equal((await proxy.reload()).ok, true)
    // all that while
    assert.equal((await workers())[0]?.pid, hanging.pid)
    rmSync(hangs)
    await until(async () => {
      const [now] = await workers()
      return now?.pid !== undefined && now.pid !== hanging.pid && now.resident_bytes > 0
    })
    const log = readFileSync(join(folder, 'authproxy.log'), 'utf8')
    assert(log.includes(`worker 1 (process ${hanging.pid}) is not ready after 2`))
    assert.deepEqual(await manyRequests('ready'), accepted)
    const { restarts } = (await workers())[0] ?? {}
    assert.equal(restarts, first.restarts + 2)
  })

  test('one that hangs is killed and restarted', async () => {
    const [first] = await workers()
    assert(first?.pid !== undefined)
    process.kill(first.pid, 'SIGSTOP')
    await until(async () => {
      const [now] = await workers()
      return now?.pid !== undefined && now.pid !== first.pid && now.resident_bytes > 0
    })
    assert.deepEqual(await manyRequests('resumed'), accepted)
  })
})

function messageOf(reply: Packet | undefined): string {
  return Buffer.from(reply?.first(Type.ReplyMessage) ?? []).toString()
}
