import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type SectionKinds, sectionKinds } from '../../src/proxy/section_kinds.ts'
import type { RadiusServerDuoOnly } from '../../src/proxy/sections/proxy_config.ts'
import { encodeAccessRequest, SharedSecret, verifyReply } from '../../src/radius/index.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { ProxyAtWork, parseConfig, sectionFor, testSecret } from '../rig/proxy_at_work.ts'

const secret = new SharedSecret(testSecret)
const authenticator = Buffer.alloc(16, 7)
const allow = { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' }

describe('replacing the configuration while a login is pending', () => {
  let api: AuthApiDouble

  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(() => api.reset())
  after(() => api.close())

  function section(changes: Partial<RadiusServerDuoOnly>): RadiusServerDuoOnly {
    return sectionFor(api, changes)
  }

  /** A proxy with one login that waits for its push. */
  async function startWithPendingLogin(interfaceAddress: string | undefined) {
    const proxy = await ProxyAtWork.start(section({ interfaceAddress }))
    const port = proxy.findPort()
    const pushes = api.asked('/auth/v2/auth').length
    api.auth = () => 'hang'
    const login = await PendingLogin.send(port)
    await api.askedTimes('/auth/v2/auth', pushes + 1)
    api.auth = () => ({ response: allow })
    return { proxy, port, login }
  }

  for (const [from, to] of [
    [undefined, '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['127.0.0.1', undefined],
    ['127.0.0.1', '::'],
    [undefined, '::'],
  ] as const) {
    test(`moves the port from ${from ?? 'all interfaces'} to ${to ?? 'all interfaces'}`, async () => {
      const { proxy, port, login } = await startWithPendingLogin(from)
      await proxy.proxy.replace(parseConfig(section({ interfaceAddress: to, port })))
      assert.equal(proxy.proxy.listeners[0]?.address, to ?? '0.0.0.0')
      assert.equal(proxy.proxy.listeners[0]?.port, port)
      login.retransmit()
      assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
      api.release(allow)
      assert.equal(await login.isAccepted(), true)
      const pushes = api.asked('/auth/v2/auth').filter(({ username }) => username === 'alice')
      assert.equal(pushes.length, 1, 'the retransmission sends no second push')
      await proxy.stop()
      login.close()
    })
  }

  test('splits a port between two addresses, and merges it again', async () => {
    const { proxy, port, login } = await startWithPendingLogin(undefined)
    const one = section({ interfaceAddress: '127.0.0.1', port })
    const name = 'radius_server_duo_only2'
    const other = section({ name, interfaceAddress: '127.0.0.2', port })
    await proxy.proxy.replace(parseConfig(other, one))
    api.release(allow)
    assert.equal(await login.isAccepted(), true)
    assert.equal((await proxy.signIn('bob', '123456', { host: '127.0.0.2' }))?.accepted, true)
    assert.equal(proxy.events.at(-1)?.server_section, name)
    await proxy.proxy.replace(parseConfig(section({ interfaceAddress: undefined, port })))
    assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
    assert.equal(proxy.events.at(-1)?.server_section, 'radius_server_duo_only')
    await proxy.stop()
    login.close()
  })

  test('keeps the old configuration if an address cannot be bound', async () => {
    const { proxy, port, login } = await startWithPendingLogin(undefined)
    const elsewhere = section({ interfaceAddress: '192.0.2.1', port })
    await assert.rejects(proxy.proxy.replace(parseConfig(elsewhere)), {
      name: 'ListenError',
      message: `[radius_server_duo_only] can't listen on 192.0.2.1:${port}: interface 192.0.2.1 is not an address of this machine`,
    })
    assert.equal(proxy.proxy.listeners[0]?.address, '0.0.0.0')
    login.retransmit()
    assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
    api.release(allow)
    assert.equal(await login.isAccepted(), true)
    await proxy.stop()
    login.close()
  })

  test('runs concurrent replacements one after another', async () => {
    const { proxy, port, login } = await startWithPendingLogin(undefined)
    const [first, second] = [await findFreePort(), await findFreePort()]
    await Promise.all([
      proxy.proxy.replace(parseConfig(section({ port: first }))),
      proxy.proxy.replace(parseConfig(section({ port: second }))),
    ])
    assert.deepEqual(
      proxy.proxy.listeners.map((listener) => listener.port),
      [second],
    )
    await bindAndClose(port)
    await bindAndClose(first)
    await proxy.stop()
    login.close()
  })

  test('closes the listeners of a replacement in progress when it stops', async () => {
    const proxy = await ProxyAtWork.start(section({}))
    const port = await findFreePort()
    const replaced = proxy.proxy.replace(parseConfig(section({ port })))
    await proxy.stop()
    await replaced
    await bindAndClose(port)
    await assert.rejects(proxy.proxy.replace(parseConfig(section({ port }))), {
      message: 'the proxy is stopped',
    })
  })

  test('listens again with the next configuration if a rollback fails', async () => {
    const network = { isDown: false }
    const proxy = await ProxyAtWork.startWith(
      kindsOn(network),
      section({ interfaceAddress: undefined }),
    )
    const port = proxy.findPort()
    network.isDown = true
    const moved = section({ interfaceAddress: '127.0.0.1', port })
    await assert.rejects(proxy.proxy.replace(parseConfig(moved)), {
      name: 'ListenError',
      message: new RegExp(`the proxy no longer listens on \\*:${port}; restart it$`),
    })
    assert.deepEqual(proxy.proxy.listeners, [])
    network.isDown = false
    await proxy.proxy.replace(parseConfig(section({ interfaceAddress: undefined, port })))
    assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
    await proxy.stop()
  })

  test('keeps the old configuration if a section cannot start', async () => {
    const { proxy, port, login } = await startWithPendingLogin(undefined)
    const broken = section({ interfaceAddress: '127.0.0.1', port, pwCodec: 'no such codec' })
    await assert.rejects(proxy.proxy.replace(parseConfig(broken)), { name: 'ListenError' })
    assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
    api.release(allow)
    assert.equal(await login.isAccepted(), true)
    await proxy.stop()
    login.close()
  })

  test('keeps the old configuration if another program has a port of the new one', async () => {
    const { proxy, port, login } = await startWithPendingLogin(undefined)
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const moved = section({ interfaceAddress: '127.0.0.1', port })
    const taken = section({ name: 'radius_server_duo_only2', port: socket.address().port })
    await assert.rejects(proxy.proxy.replace(parseConfig(moved, taken)), { name: 'ListenError' })
    assert.equal(proxy.proxy.listeners[0]?.address, '0.0.0.0')
    api.release(allow)
    assert.equal(await login.isAccepted(), true)
    socket.close()
    await proxy.stop()
    login.close()
  })
})

/** RADIUS listeners that can't bind a socket while the network is down. */
function kindsOn(network: { readonly isDown: boolean }): SectionKinds {
  const { servers } = sectionKinds
  const kind = servers.radius_server_duo_only
  const listener: typeof kind.listener = {
    place: kind.listener.place,
    create: (section, decider, host) => {
      const created = kind.listener.create(section, decider, host)
      const listen = created.listen.bind(created)
      created.listen = async (place) => {
        if (network.isDown) throw new Error('ENETDOWN')
        await listen(place)
      }
      return created
    },
  }
  return { ...sectionKinds, servers: { radius_server_duo_only: { ...kind, listener } } }
}

async function findFreePort(): Promise<number> {
  const socket = await bind(0)
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Fails if the port is in use. */
async function bindAndClose(port: number): Promise<void> {
  const socket = await bind(port)
  socket.close()
  await once(socket, 'close')
}

async function bind(port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

/** A login of alice by push, sent from one socket that stays open. */
class PendingLogin {
  readonly #socket = createSocket('udp4')
  readonly #port: number
  readonly #request: Uint8Array
  readonly #reply: Promise<Uint8Array>

  private constructor(port: number) {
    this.#port = port
    this.#request = encodeAccessRequest(7, authenticator, secret, {
      username: 'alice',
      password: Buffer.from('push'),
    })
    this.#reply = once(this.#socket, 'message').then(([reply]) => reply)
  }

  static async send(port: number): Promise<PendingLogin> {
    const login = new PendingLogin(port)
    login.#socket.bind(0, '127.0.0.1')
    await once(login.#socket, 'listening')
    login.retransmit()
    return login
  }

  retransmit(): void {
    this.#socket.send(this.#request, this.#port, '127.0.0.1')
  }

  /** Waits for the reply. */
  async isAccepted(): Promise<boolean> {
    const reply = await this.#reply
    return verifyReply(reply, authenticator, secret).code === 2
  }

  close(): void {
    this.#socket.close()
  }
}
