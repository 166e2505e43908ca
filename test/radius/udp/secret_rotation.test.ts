import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import {
  Code,
  encodeAccessRequest,
  encodeStatusServer,
  type Packet,
  SharedSecret,
  Type,
} from '../../../src/radius/index.ts'
import type { AccessRequest } from '../../../src/radius/udp/access_request.ts'
import { exchange } from '../../../src/radius/udp/exchange.ts'
import { RadiusClients } from '../../../src/radius/udp/radius_client.ts'
import type { RadiusServer } from '../../../src/radius/udp/server.ts'
import { acceptBob, client, startServer } from '../../rig/radius_peer.ts'
import { until } from '../../rig/until.ts'

const current = 'the secret of today'
const previous = 'the secret of yesterday'
const stranger = 'the secret of nobody'
const overlap = { secret: new Secret(current), previousSecret: new Secret(previous) }

interface Sent {
  readonly secret: string
  readonly password?: string
  readonly signed?: boolean
  readonly proxyState?: boolean
}

/** @returns The reply that is authentic under the secret of the request; `undefined` without one. */
function ask(
  server: RadiusServer,
  { secret, password = 'hello', signed = true, proxyState = false }: Sent,
  timeoutMs = 5_000,
): Promise<Packet | undefined> {
  const shared = new SharedSecret(secret)
  return exchange(
    (identifier, authenticator) =>
      encodeAccessRequest(identifier, authenticator, shared, {
        username: 'bob',
        password: Buffer.from(password),
        attributes: proxyState ? [{ type: Type.ProxyState, value: Buffer.from('1') }] : [],
        messageAuthenticator: signed,
      }),
    { host: '127.0.0.1', port: server.address.port, secret: shared, timeoutMs },
  )
}

describe('a client whose secret is being replaced', () => {
  for (const signed of [true, false]) {
    for (const secret of [current, previous]) {
      const which = secret === current ? 'current' : 'previous'
      test(`${signed ? 'signed' : 'unsigned'} with the ${which} secret: the reply uses it too`, async () => {
        const requests: AccessRequest[] = []
        const server = await startServer({
          clients: [client(overlap)],
          answer: (request) => {
            requests.push(request)
            return acceptBob(request)
          },
        })
        assert.equal((await ask(server, { secret, signed }))?.code, Code.AccessAccept)
        const wrong = await ask(server, { secret, signed, password: 'wrong' })
        assert.equal(wrong?.code, Code.AccessReject)
        assert.equal((await ask(server, { secret, signed, password: '' }))?.code, Code.AccessReject)
        assert.deepEqual(
          requests.map(({ usesPreviousSecret }) => usesPreviousSecret),
          [1, 2, 3].map(() => secret === previous),
        )
        await server.close()
      })
    }
  }

  test('a Status-Server gets its reply under the secret that signed it', async () => {
    const server = await startServer({ clients: [client(overlap)] })
    for (const secret of [current, previous]) {
      const shared = new SharedSecret(secret)
      const reply = await exchange(
        (identifier, authenticator) => encodeStatusServer(identifier, authenticator, shared),
        { host: '127.0.0.1', port: server.address.port, secret: shared, timeoutMs: 5_000 },
      )
      assert.equal(reply?.code, Code.AccessAccept)
    }
    await server.close()
  })

  test('the rules for Message-Authenticator are the same for both secrets', async () => {
    const server = await startServer({
      clients: [
        client(overlap),
        client({ ...overlap, addresses: '127.0.0.2', messageAuthenticator: 'required' }),
      ],
      answer: async () => ({ code: Code.AccessAccept, attributes: [] }),
    })
    const { dropped } = server.counters
    for (const secret of [current, previous]) {
      await ask(server, { secret, signed: false, proxyState: true }, 50)
    }
    await until(() => dropped['unsigned-proxy-state'] >= 2)
    await ask(server, { secret: stranger }, 50)
    await until(() => dropped['wrong-message-authenticator'] >= 1)
    assert.equal(server.counters.accepts, 0)
    // an address that signs with the previous secret must go on signing, whatever secret it uses then
    for (let count = 0; count < 20; count++) await ask(server, { secret: previous })
    for (const secret of [current, previous]) await ask(server, { secret, signed: false }, 50)
    await until(() => dropped['unsigned-after-signed'] >= 2)
    assert.equal(server.counters.accepts, 20)
    await server.close()
  })

  test('the end of the overlap ends the previous secret', async () => {
    const server = await startServer({ clients: [client(overlap)] })
    server.replaceClients(RadiusClients.of([client({ secret: new Secret(current) })]))
    await ask(server, { secret: previous }, 50)
    await until(() => server.counters.dropped['wrong-message-authenticator'] >= 1)
    assert.equal((await ask(server, { secret: current }))?.code, Code.AccessAccept)
    await server.close()
  })

  test('a request in progress gets its reply under its own secret when the secret changes', async () => {
    const { promise: decided, resolve: decide } = Promise.withResolvers<void>()
    const { promise: asked, resolve: arrive } = Promise.withResolvers<void>()
    const server = await startServer({
      clients: [client({ secret: new Secret(previous) })],
      answer: async (request) => {
        arrive()
        await decided
        return acceptBob(request)
      },
    })
    const reply = ask(server, { secret: previous })
    await asked
    server.replaceClients(RadiusClients.of([client({ secret: new Secret(current) })]))
    decide()
    assert.equal((await reply)?.code, Code.AccessAccept)
    await server.close()
  })

  test('unsigned, in a one-octet encoding: a password in ASCII always shows its secret', async () => {
    const server = await startServer()
    server.replaceClients(RadiusClients.of([client(overlap)], 'latin1'))
    for (let count = 0; count < 50; count++) {
      const sent = { secret: count % 2 === 0 ? previous : current, signed: false }
      assert.equal((await ask(server, sent))?.code, Code.AccessAccept)
    }
    await server.close()
  })
})
