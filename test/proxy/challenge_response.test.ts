import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { challengeResponses, oneCall } from '../../src/duo/index.ts'
import { Code, challengeProtocols, type Packet, Type } from '../../src/radius/index.ts'
import { AuthApiDouble, deny, fail } from '../rig/auth_api_double.ts'
import { microsoftTexts, proveTyped } from '../rig/challenge_client.ts'
import { ProxyAtWork, replyMessage, sectionFor } from '../rig/proxy_at_work.ts'

const path = '/auth/v2/auth_response'

describe('CHAP, MS-CHAPv1 and MS-CHAPv2 at an API that offers to check them', () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
    api.capabilities = [...oneCall, challengeResponses]
    proxy = await ProxyAtWork.start(
      sectionFor(api, {
        exemptUsernames: ['exempt'],
        factorAliases: new Map([
          ['1', 'push'],
          ['ruf', 'phone2'],
        ]),
      }),
    )
    await api.askedTimes('/auth/v2/check', 1)
  })
  beforeEach(() => {
    api.reset()
    proxy.log.lines.length = 0
    proxy.events.length = 0
  })
  after(async () => {
    await proxy.stop()
    await api.close()
  })

  async function signIn(username: string, attributes: ReturnType<typeof proveTyped>['attributes']) {
    const reply = await proxy.request(username, undefined, { attributes })
    assert(reply !== undefined)
    return reply
  }

  for (const protocol of challengeProtocols) {
    test(`${protocol}: sends the proof and the aliases to the API, and no preauth`, async () => {
      const { attributes } = proveTyped(protocol, 'alice', 'push')
      assert.equal((await signIn('alice', attributes)).code, Code.AccessAccept)
      const [asked] = api.asked(path)
      assert.deepEqual([...api.paths], [path])
      assert.equal(asked?.username, 'alice')
      assert.equal(asked.protocol, protocol)
      assert.equal(asked.identifier, '7')
      assert.equal(asked.factor_aliases, '1=push&ruf=phone2')
      assert.match(asked.challenge ?? '', /^([0-9a-f]{2}){8,16}$/)
      assert.match(asked.response ?? '', /^([0-9a-f]{2}){16,24}$/)
    })
  }

  test('MS-CHAPv2: sends the peer’s challenge and the octets of User-Name', async () => {
    const { attributes } = proveTyped('MS-CHAPv2', 'CORP\\alice', 'push')
    await signIn('CORP\\alice', attributes)
    const [asked] = api.asked(path)
    assert.equal(asked?.user_name, Buffer.from('CORP\\alice').toString('hex'))
    assert.match(asked.peer_challenge ?? '', /^[0-9a-f]{32}$/)
  })

  test('MS-CHAPv2: returns what the API says in MS-CHAP2-Success, and logs none of it', async () => {
    const { attributes, success } = proveTyped('MS-CHAPv2', 'alice', '123456')
    const answer = { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' }
    api.authResponse = () => ({
      response: { ...answer, factor: 'passcode', authenticator_response: success },
    })
    const reply = await signIn('alice', attributes)
    assert.deepEqual(microsoftTexts(reply), [`26 ${success}`])
    assert.equal(reply.attributes[0]?.type, Type.MessageAuthenticator)
    assert.equal(proxy.events.at(-1)?.factor, 'passcode')
    assert(!JSON.stringify([proxy.log.lines, proxy.events]).includes('S='))
  })

  test('rejects with the error of the protocol, and with the API’s text', async () => {
    api.authResponse = () => deny
    const replies = new Map<string, Packet>()
    for (const protocol of challengeProtocols) {
      const { attributes } = proveTyped(protocol, 'alice', 'push')
      replies.set(protocol, await signIn('alice', attributes))
    }
    for (const reply of replies.values()) {
      assert.equal(reply.code, Code.AccessReject)
      assert.equal(replyMessage(reply), 'Login request denied.')
    }
    assert.deepEqual(texts(replies.get('CHAP')), [])
    assert.match(texts(replies.get('MS-CHAPv1'))[0] ?? '', /^2 E=691 R=0 C=[0-9A-F]{16} V=2$/)
    assert.match(
      texts(replies.get('MS-CHAPv2'))[0] ?? '',
      /^2 E=691 R=0 C=[0-9A-F]{32} V=3 M=Authentication failed$/,
    )
  })

  test('accepts an exempt user without asking, and without MS-CHAP2-Success', async () => {
    const { attributes } = proveTyped('MS-CHAPv2', 'exempt', 'anything')
    const reply = await signIn('exempt', attributes)
    assert.equal(reply.code, Code.AccessAccept)
    assert.deepEqual(microsoftTexts(reply), [])
    assert.equal(api.requests.length, 0)
    assert(proxy.log.has('Access-Accept without MS-CHAP2-Success'))
  })

  test('rejects a login whose call the API refuses', async () => {
    api.authResponse = () => fail(40002, 'Invalid request parameters')
    const { attributes } = proveTyped('CHAP', 'alice', 'push')
    assert.equal((await signIn('alice', attributes)).code, Code.AccessReject)
    assert(proxy.log.has('auth was refused: 40002'))
  })

  test('rejects in both failmodes if the API may have received the proof', async () => {
    api.authResponse = () => 'reset'
    const { attributes } = proveTyped('MS-CHAPv2', 'alice', 'push')
    const reply = await signIn('alice', attributes)
    assert.equal(reply.code, Code.AccessReject)
    assert.match(replyMessage(reply), /gave no answer/)
  })

  function texts(reply: Packet | undefined): string[] {
    return reply === undefined ? [] : microsoftTexts(reply)
  }
})

describe('CHAP and MS-CHAP while the API is down', () => {
  for (const [failmode, code] of [
    ['safe', Code.AccessAccept],
    ['secure', Code.AccessReject],
  ] as const) {
    test(`failmode=${failmode} decides, and no MS-CHAP2-Success is made up`, async () => {
      const api = await AuthApiDouble.start()
      api.capabilities = [...oneCall, challengeResponses]
      const proxy = await ProxyAtWork.start(sectionFor(api, { failmode }))
      try {
        await api.askedTimes('/auth/v2/check', 1)
        api.check = () => 'reset'
        api.preauth = () => 'reset'
        api.authResponse = () => fail(50300, 'Service unavailable')
        const { attributes } = proveTyped('MS-CHAPv2', 'alice', 'push')
        const reply = await proxy.request('alice', undefined, { attributes })
        assert.equal(reply?.code, code)
        assert(microsoftTexts(reply).every((text) => text.startsWith('2 E=691 R=0')))
        const [event] = proxy.events
        assert.equal(event?.grounds, failmode === 'safe' ? 'failmode safe' : null)
      } finally {
        await proxy.stop()
        await api.close()
      }
    })

    test(`failmode=${failmode} decides before the API has ever answered`, async () => {
      const api = await AuthApiDouble.start()
      api.check = () => 'reset'
      api.preauth = () => 'reset'
      const proxy = await ProxyAtWork.start(sectionFor(api, { failmode }))
      try {
        const { attributes } = proveTyped('CHAP', 'alice', 'push')
        const reply = await proxy.request('alice', undefined, { attributes })
        assert.equal(reply?.code, code)
        assert.deepEqual(api.asked(path), [])
      } finally {
        await proxy.stop()
        await api.close()
      }
    })
  }
})

test('never sends a proof to an API that does not offer to check it', async () => {
  const api = await AuthApiDouble.start()
  const proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe' }))
  try {
    for (const protocol of challengeProtocols) {
      proxy.log.lines.length = 0
      const { attributes } = proveTyped(protocol, 'alice', 'push')
      const reply = await proxy.request('alice', undefined, { attributes })
      assert.equal(reply?.code, Code.AccessReject)
      assert(proxy.log.has(`the appliance uses ${protocol}, which hides what was typed`))
      assert(proxy.log.has('AuthenticationProtocol PAP'))
      assert(proxy.log.has('api_host'))
    }
    assert.deepEqual([...api.paths], ['/auth/v2/check'])
  } finally {
    await proxy.stop()
    await api.close()
  }
})
