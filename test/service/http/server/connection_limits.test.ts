import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, constants } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { closedByPeer, IdleConnections, tlsConnection } from '../../../rig/raw_connections.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { type Answer, TestService } from '../../../rig/service.ts'
import { ServiceClient } from '../../../rig/service_client.ts'
import { until } from '../../../rig/until.ts'

const maxRounds = 500
const check = { method: 'GET', path: '/auth/v2/check' } as const
const unfinishedRequest = {
  ':method': 'POST',
  ':path': '/auth/v2/auth',
  'content-type': 'application/x-www-form-urlencoded',
}
const limits = {
  ...defaultConfig('.').connections,
  ...{ total: 120, perAddress: 60 },
  ...{ handshakeMs: 700, headerMs: 700, bodyMs: 700 },
}
const longDeadlines = { handshakeMs: 60_000, headerMs: 60_000, bodyMs: 60_000 }

async function metric(service: TestService, line: string): Promise<number> {
  const { text } = await service.send({ method: 'GET', path: '/metrics' })
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `))
  return Number(found?.split(' ').at(-1) ?? 0)
}

describe('a flood of idle connections', () => {
  const log = new RecordingLog()
  let service: TestService

  before(async () => {
    service = await TestService.start({
      log,
      config: { connections: { ...limits, ...longDeadlines } },
    })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addBypassCodes(userId, 1)
  })
  after(() => service.close())

  const client = () =>
    new ServiceClient({ port: service.port, ca: service.ca, integration: service.integration })
  /** Sends each request on its own connection. */
  const sendLogins = async (count: number): Promise<Answer[]> => {
    const answers: Answer[] = []
    for (let index = 0; index < count; index++) {
      const fresh = client()
      answers.push(
        await fresh.call({ path: '/auth/v2/preauth', parameters: { username: 'alice' } }),
      )
      fresh.close()
    }
    return answers
  }

  test('from one address is bounded, and every login is answered', async () => {
    const idle = new IdleConnections()
    await idle.open(service.port, 1000)
    const answers = await sendLogins(20)
    assert.ok(answers.every(({ status }) => status === 200))
    await until(() => idle.closed >= 1000 - limits.perAddress)
    assert.ok((await metric(service, 'countersign_connections{trust="silent"}')) <= 60)
    assert.ok(
      (await metric(service, 'countersign_connections_closed_total{reason="per_address"}')) > 900,
    )
    idle.close()
  })

  test('from many addresses is bounded, and every login is answered', async () => {
    const idle = new IdleConnections()
    for (let address = 2; address < 22; address++) {
      await idle.open(service.port, 50, `127.0.0.${address}`)
    }
    const answers = await sendLogins(20)
    assert.ok(answers.every(({ status }) => status === 200))
    await until(() => idle.closed >= 1000 - limits.total)
    assert.ok((await metric(service, 'countersign_connections_closed_total{reason="total"}')) > 800)
    idle.close()
  })

  test('closes no connection with a signed request', async () => {
    const application = client()
    const first = await application.call(check)
    assert.equal(first.status, 200)
    const countApplications = () => metric(service, 'countersign_connections{trust="application"}')
    const before = await countApplications()
    const idle = new IdleConnections()
    for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.3'])
      await idle.open(service.port, 200, from)
    await until(() => idle.closed >= 600 - limits.total)
    assert.equal(await countApplications(), before)
    assert.equal((await application.call(check)).status, 200)
    idle.close()
    application.close()
  })

  test('lets an application open further connections', async () => {
    const applications = Array.from({ length: 8 }, client)
    for (const application of applications)
      assert.equal((await application.call(check)).status, 200)
    const idle = new IdleConnections()
    // the share of each address is smaller than the number of the application's connections
    for (let address = 2; address < 82; address++) {
      await idle.open(service.port, 3, `127.0.0.${address}`)
    }
    await until(() => idle.closed >= 240 - limits.total)
    assert.ok((await sendLogins(5)).every(({ status }) => status === 200))
    const burst = await Promise.all(Array.from({ length: 20 }, () => sendLogins(1)))
    assert.ok(burst.flat().every(({ status }) => status === 200))
    for (const application of applications) application.close()
    idle.close()
  })

  test('logs each reached limit once, with its setting', () => {
    const lines = log.lines.filter((line) => line.includes('connections closed'))
    assert.equal(lines.filter((line) => line.includes('per_address=60')).length, 1)
    assert.equal(lines.filter((line) => line.includes('total=120')).length, 1)
  })
})

describe('slow clients', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start({ config: { connections: limits } })
  })
  after(() => service.close())

  const openSocket = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: service.port })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  test('are disconnected during the TLS handshake', async () => {
    const socket = await openSocket()
    const hello = Buffer.from('1603010200010001fc0303', 'hex')
    let sent = 0
    const drip = setInterval(() => socket.write(hello.subarray(sent++ % hello.length, sent)), 50)
    await closedByPeer(socket)
    clearInterval(drip)
    assert.ok(
      (await metric(service, 'countersign_connections_closed_total{reason="handshake_deadline"}')) >
        0,
    )
  })

  test('are disconnected during the header of a request', async () => {
    const socket = await tlsConnection(service.port)
    socket.write('POST /auth/v2/auth HTTP/1.1\r\nhost: localhost\r\n')
    const drip = setInterval(() => socket.write('x-more: 1\r\n'), 50)
    await closedByPeer(socket)
    clearInterval(drip)
  })

  test('get 40002 during the body of a request, and are disconnected', async () => {
    const socket = await tlsConnection(service.port)
    socket.write('POST /auth/v2/auth HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\n')
    const drip = setInterval(() => socket.write('x'), 50)
    const received = await closedByPeer(socket)
    clearInterval(drip)
    assert.match(received, /^HTTP\/1\.1 400 .*"code":40002.*did not arrive in time/s)
    assert.ok(
      (await metric(service, 'countersign_connections_closed_total{reason="request_deadline"}')) >
        0,
    )
  })

  test('get their stream closed during the body of an HTTP/2 request', async () => {
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    const stream = session.request(unfinishedRequest)
    stream.on('error', () => {}).resume()
    const drip = setInterval(() => stream.writable && stream.write('x'), 50)
    await once(stream, 'close')
    clearInterval(drip)
    assert.notEqual(stream.rstCode, 0)
    session.destroy()
  })

  test('are disconnected on HTTP/2 if they send only PING', async () => {
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    session.on('error', () => {})
    await once(session, 'remoteSettings')
    const pings = setInterval(() => session.destroyed || session.ping(() => {}), 50)
    await once(session, 'close')
    clearInterval(pings)
  })
})

describe('cancelled HTTP/2 streams', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  test('end the session with ENHANCE_YOUR_CALM beyond the limit', async () => {
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    session.on('error', () => {})
    const goaway = once(session, 'goaway')
    await once(session, 'remoteSettings')
    for (let round = 0; round < maxRounds && !session.destroyed; round++) {
      const opened = Array.from({ length: 50 }, () => session.request(unfinishedRequest))
      for (const stream of opened) stream.on('error', () => {})
      // a stream that is closed before its header was written is never sent
      await passed(10)
      for (const stream of opened) stream.close(constants.NGHTTP2_CANCEL)
    }
    const [code] = await goaway
    assert.equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    assert.ok(
      (await metric(service, 'countersign_connections_closed_total{reason="stream_resets"}')) === 1,
    )
    session.destroy()
  })

  for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
    test(`do not affect the service below the limit if the connection ends by ${end}`, async () => {
      const tcp = connect({ host: '127.0.0.1', port: service.port })
      const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
        createConnection: () =>
          connectTls({ socket: tcp, ca: service.ca, ALPNProtocols: ['h2'], host: '127.0.0.1' }),
      })
      session.on('error', () => {})
      await once(session, 'remoteSettings')
      for (const cancelled of [8, 8, 0]) {
        const opened = Array.from({ length: 8 }, () => session.request(unfinishedRequest))
        for (const stream of opened) stream.on('error', () => {})
        await passed(20)
        for (const stream of opened.slice(0, cancelled)) stream.close(constants.NGHTTP2_CANCEL)
      }
      tcp[end]()
      await once(session, 'close')
      const { status } = await service.call({ method: 'GET', path: '/auth/v2/check' })
      assert.equal(status, 200)
    })
  }
})
