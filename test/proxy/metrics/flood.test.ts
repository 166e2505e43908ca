import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { ProxyMetrics } from '../../../src/proxy/metrics/proxy_metrics.ts'
import { Code, encodeStatusServer, SharedSecret } from '../../../src/radius/index.ts'
import { exchange } from '../../../src/radius/udp/exchange.ts'
import { AuthApiDouble } from '../../rig/auth_api_double.ts'
import { ProxyAtWork, sectionFor, testSecret } from '../../rig/proxy_at_work.ts'
import { freePort } from '../../rig/running.ts'
import { eventLimitMs, until, within } from '../../rig/until.ts'

describe('a flood of the metrics port', () => {
  let api: AuthApiDouble
  let work: ProxyAtWork
  let metrics: ProxyMetrics
  let port: number
  let renderings: number
  let now: number
  const sockets: Socket[] = []

  before(async () => {
    api = await AuthApiDouble.start()
    work = await ProxyAtWork.start(sectionFor(api))
  })
  beforeEach(async () => {
    renderings = 0
    now = 0
    const source = {
      version: '1',
      startedAt: 0,
      loadedAt: 0,
      reloads: { succeeded: 0, failed: 0 },
      signIns: new Map(),
      residentBytes: 0,
      workers: [],
      refresh: async () => {},
      get sections() {
        return work.proxy.sections
      },
      // read once by each rendering
      get isPrimaryOnly() {
        renderings++
        return false
      },
    }
    metrics = new ProxyMetrics(source, () => now)
    port = await freePort()
    await metrics.serveAt({ address: '127.0.0.1', port })
  })
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    metrics.close()
  })
  after(async () => {
    await work.stop()
    await api.close()
  })

  function open(sent: string): Socket {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent))
    socket.on('error', () => {}).resume()
    sockets.push(socket)
    return socket
  }

  async function fetchStatus(path: string): Promise<number> {
    const signal = AbortSignal.timeout(eventLimitMs)
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal })
    await response.text()
    return response.status
  }

  test('with pipelined requests renders once, and RADIUS is answered meanwhile', async () => {
    const flood = Array.from({ length: 60 }, () =>
      open('GET /metrics HTTP/1.1\r\nHost: proxy\r\n\r\n'.repeat(200)),
    )
    const closed = Promise.all(flood.map((socket) => once(socket, 'close').catch(() => {})))
    const secret = new SharedSecret(testSecret)
    for (let count = 0; count < 3; count++) {
      const reply = await exchange(
        (identifier, authenticator) => encodeStatusServer(identifier, authenticator, secret),
        { host: '127.0.0.1', port: work.findPort(), secret, timeoutMs: eventLimitMs },
      )
      assert.equal(reply?.code, Code.AccessAccept)
    }
    await within(closed, () => 'the end of the flood')
    assert.equal(await fetchStatus('/metrics'), 200)
    assert.equal(renderings, 1, 'the others are sent the same text')
    now += 1000
    assert.equal(await fetchStatus('/metrics'), 200)
    assert.equal(renderings, 2)
  })

  test('with connections that send half a request keeps no health check out', async () => {
    const silent = Array.from({ length: 150 }, () => open('GET /healthz HTTP/1.1\r\nHos'))
    await within(
      Promise.all(silent.map((socket) => once(socket, 'connect'))),
      () => 'the connections',
    )
    assert.equal(await fetchStatus('/healthz'), 200)
    await until(() => silent.filter((socket) => !socket.destroyed).length <= 32)
    assert.equal(await fetchStatus('/healthz'), 200)
  })

  test('leaves a client with keep-alive its answers, on new connections', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let count = 0; count < 3; count++) {
      const request = get({ host: '127.0.0.1', port, path: '/metrics', agent })
      const [response] = await once(request, 'response')
      assert.equal(response.headers.connection, 'close')
      assert.match(await text(response), /^countersign_proxy_build_info/m)
    }
    agent.destroy()
  })

  test('refuses what is no request, and what is too long', async () => {
    const answerTo = async (sent: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1', () => socket.end(sent))
      return text(socket)
    }
    assert.match(await answerTo('hello\r\n\r\n'), /^HTTP\/1\.1 400 /)
    assert.match(await answerTo(`GET /${'a'.repeat(8187)}`), /^HTTP\/1\.1 431 /)
    const head = await answerTo('HEAD /healthz HTTP/1.0\r\n\r\n')
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: [1-9][\s\S]*\r\n\r\n$/)
  })
})
