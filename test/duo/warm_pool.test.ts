import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Dispatcher } from 'undici'
import { WarmPool } from '../../src/duo/https/warm_pool.ts'
import { until } from '../rig/until.ts'

const maxConnections = 8

describe('WarmPool', () => {
  let server: Server
  let connections = 0
  /** Responses to requests for `/held`, until they are sent. */
  let held: ServerResponse[] = []
  let pool: WarmPool

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/held') held.push(response)
      else response.end('answered')
    })
    server.on('connection', () => connections++)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  beforeEach(() => {
    connections = 0
    held = []
    const address = server.address()
    assert(address !== null && typeof address !== 'string')
    const origin = `http://127.0.0.1:${address.port}`
    pool = new WarmPool({ origin, client: { pipelining: 1 }, maxConnections })
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  function ask(path = '/'): Promise<void> {
    return new Promise((resolve, reject) => {
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: () => {},
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      }
      pool.dispatch({ path, method: 'GET' }, handler)
    })
  }

  function release(): void {
    for (const response of held.splice(0)) response.end('answered')
  }

  test('uses open connections for a burst that is answered at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => ask()))
    assert.equal(connections, 4)
    for (let burst = 0; burst < 5; burst++) {
      await Promise.all(Array.from({ length: 4 }, () => ask()))
    }
    assert.equal(connections, 4)
    await pool.destroy()
  })

  test('opens connections for requests that wait, up to its limit', async () => {
    const asked = Array.from({ length: maxConnections + 3 }, () => ask('/held'))
    await until(() => held.length === maxConnections)
    assert.equal(connections, maxConnections)
    release()
    await until(() => held.length === 3)
    release()
    await Promise.all(asked)
    assert.equal(connections, maxConnections)
    await pool.destroy()
  })

  test('uses one connection for requests one after another', async () => {
    for (let index = 0; index < 5; index++) await ask()
    assert.equal(connections, 1)
    await pool.destroy()
  })

  test('opens another connection if the server has closed one', async () => {
    await ask()
    server.closeAllConnections()
    await until(() =>
      ask().then(
        () => true,
        () => false,
      ),
    )
    assert.equal(pool.size, 1)
    await pool.destroy()
  })

  test('close waits for the requests, also for those that have no connection yet', async () => {
    const asked = Array.from({ length: maxConnections + 1 }, () => ask('/held'))
    await until(() => held.length === maxConnections)
    const closed = pool.close()
    release()
    await until(() => held.length === 1)
    release()
    await Promise.all([...asked, closed])
  })

  test('destroy ends all requests, and later ones fail', async () => {
    const asked = Array.from({ length: maxConnections + 1 }, () => ask('/held'))
    const settled = Promise.allSettled(asked)
    await until(() => held.length === maxConnections)
    await pool.destroy()
    const results = await settled
    assert(results.every(({ status }) => status === 'rejected'))
    await assert.rejects(ask())
  })
})
