import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import { Code, encodeAccessRequest, SharedSecret, verifyReply } from '../../src/radius/index.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { ProxyAtWork, parseConfig, sectionFor, testSecret } from '../rig/proxy_at_work.ts'

const secret = new SharedSecret(testSecret)
const authenticator = Buffer.alloc(16, 7)

function request(identifier: number, word: string, random = authenticator): Uint8Array {
  return encodeAccessRequest(identifier, random, secret, {
    username: 'alice',
    password: Buffer.from(word),
  })
}

describe('RADIUS requests and their replies', () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(async () => {
    api.reset()
    proxy = await ProxyAtWork.start(
      sectionFor(api),
      sectionFor(api, { name: 'radius_server_duo_only2' }),
    )
  })
  after(async () => {
    await api.close()
  })

  async function stop(): Promise<void> {
    api.release({ result: 'deny', status: 'deny', status_msg: '' })
    await proxy.stop()
  }

  test('sends one push and one reply for a request that is retransmitted while the push is pending', async () => {
    api.auth = () => 'hang'
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const send = (datagram: Uint8Array) => socket.send(datagram, proxy.findPort(), '127.0.0.1')
    send(request(1, 'push'))
    await api.askedTimes('/auth/v2/auth', 1)
    send(request(1, 'push'))
    send(request(1, 'push'))
    send(request(2, 'push', Buffer.alloc(16, 8)))
    await api.askedTimes('/auth/v2/auth', 2)
    const replies: Uint8Array[] = []
    socket.on('message', (reply) => replies.push(reply))
    api.release({ result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' })
    while (replies.length < 2) await once(socket, 'message')
    const [first] = replies.filter((reply) => reply[1] === 1)
    assert(first !== undefined)
    assert.equal(verifyReply(first, authenticator, secret).code, Code.AccessAccept)
    send(request(1, 'push'))
    const [again] = await once(socket, 'message')
    assert.deepEqual(again, first)
    assert.equal(api.asked('/auth/v2/auth').length, 2)
    socket.close()
    await stop()
  })

  test('a wrong secret: drops a signed request; rejects an unsigned one and logs the reason', async () => {
    const other = 'another secret of the appliance'
    const reply = await proxy.signIn('alice', 'push', { secret: other, timeoutMs: 300 })
    assert.equal(reply, undefined)
    const unsigned = encodeAccessRequest(3, authenticator, new SharedSecret(other), {
      username: 'alice',
      password: Buffer.from('correct horse battery'),
      messageAuthenticator: false,
    })
    const socket = createSocket('udp4')
    socket.send(unsigned, proxy.findPort(), '127.0.0.1')
    const [rejection] = await once(socket, 'message')
    socket.close()
    assert.equal(verifyReply(rejection, authenticator, secret).code, Code.AccessReject)
    assert(proxy.log.has('Cannot decode password'), proxy.log.lines.join('\n'))
    assert.equal(api.asked('/auth/v2/preauth').length, 0)
    await stop()
  })

  test('no password: rejects, and logs what to set', async () => {
    const reply = await proxy.signIn('alice', undefined)
    assert.equal(reply?.accepted, false)
    assert(proxy.log.has('Missing or improperly formatted password'))
    assert.equal(proxy.events[0]?.auth_stage, 'Unknown')
    await stop()
  })

  test('listens for each section separately', async () => {
    assert.equal((await proxy.signIn('alice', 'push', { listener: 1 }))?.accepted, true)
    assert.equal(proxy.events[0]?.server_section, 'radius_server_duo_only2')
    await stop()
  })

  test('finishes a pending request under the configuration under which it came', async () => {
    const port = proxy.findPort()
    await stop()
    proxy = await ProxyAtWork.start(sectionFor(api, { port }))
    api.auth = () => 'hang'
    const pending = proxy.signIn('alice', 'push')
    await api.askedTimes('/auth/v2/auth', 1)
    const newSecret = new Secret('the new secret of the appliance')
    const [entry] = sectionFor(api).radiusClients
    assert(entry !== undefined)
    const section = sectionFor(api, {
      port,
      radiusClients: [{ ...entry, secret: newSecret }],
      exemptUsernames: ['bob'],
    })
    await proxy.proxy.replace(parseConfig(section))
    assert.equal((await proxy.signIn('bob', 'x', { secret: newSecret.reveal() }))?.accepted, true)
    api.release({ result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' })
    assert.equal((await pending)?.accepted, true)
    await stop()
  })

  test('aborts requests of an earlier configuration when the proxy stops', async () => {
    const port = proxy.findPort()
    await stop()
    proxy = await ProxyAtWork.start(sectionFor(api, { port }))
    api.auth = () => 'hang'
    const pending = proxy.signIn('alice', 'push', { timeoutMs: 5_000 })
    await api.askedTimes('/auth/v2/auth', 1)
    await proxy.proxy.replace(parseConfig(sectionFor(api, { port })))
    await proxy.stop()
    assert.equal(proxy.events[0]?.msg, 'The sign-in service gave no answer. Please try again.')
    assert.equal(await pending, undefined)
  })

  test('makes one call if the API supports it, also after a failed call, and two while check fails', async () => {
    await stop()
    const checked = api.asked('/auth/v2/check').length
    api.capabilities = ['auth_without_preauth', 'prompt_as_typed']
    proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 2 }))
    await api.askedTimes('/auth/v2/check', checked + 1)
    await proxy.signIn('alice', 'settles the check')
    api.requests.length = 0
    assert.equal((await proxy.signIn('alice', ' PUSH2 '))?.accepted, true)
    assert.deepEqual(api.asked('/auth/v2/auth')[0], {
      async: '1',
      factor: 'prompt',
      prompt: 'push2',
      username: 'alice',
    })
    assert.equal(api.asked('/auth/v2/preauth').length, 0)
    const enroll_portal_url = 'https://api.example/portal#/enroll/AAAA'
    const denied = { result: 'deny', status: 'deny', status_msg: 'Enroll.', enroll_portal_url }
    api.auth = () => ({ response: denied })
    assert.equal((await proxy.signIn('new', 'push'))?.message, `Enroll. ${enroll_portal_url}`)
    api.auth = () => 'reset'
    assert.equal((await proxy.signIn('alice', 'push'))?.accepted, false)
    assert.equal(api.asked('/auth/v2/preauth').length, 0)
    api.check = () => ({ status: 503, body: '' })
    api.auth = () => ({ status: 503, body: '' })
    assert.equal((await proxy.signIn('alice', 'push'))?.accepted, true, 'an outage')
    await proxy.signIn('alice', 'push')
    assert.equal(api.asked('/auth/v2/preauth').length, 1)
    api.reset()
    await stop()
  })

  test('logs neither secrets nor typed words', async () => {
    for (const word of ['867530', 'correct horse']) await proxy.signIn('alice', word)
    const text = proxy.log.lines.join('\n') + JSON.stringify(proxy.events)
    for (const kept of [testSecret, sectionFor(api).skey.reveal(), '867530', 'correct horse']) {
      assert(!text.includes(kept), kept)
    }
    await stop()
  })
})
