import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  type Attribute,
  Code,
  encodeAccessRequest,
  encodeMsChap2Response,
  msChapChallenge,
  type Packet,
  SharedSecret,
  Type,
} from '../../src/radius/index.ts'
import { exchange } from '../../src/radius/udp/exchange.ts'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { octets } from '../rig/octets.ts'
import { ProxyAtWork, sectionFor, testSecret } from '../rig/proxy_at_work.ts'

interface Sent {
  readonly username?: Uint8Array
  readonly password?: Uint8Array
  readonly attributes?: readonly Attribute[]
  readonly signed?: boolean
  readonly secret?: string
  readonly listener?: number
}

describe('unusable requests', () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(
      sectionFor(api, { exemptUsernames: ['exempt'] }),
      sectionFor(api, { name: 'radius_server_duo_only2', pwCodec: 'windows-1252' }),
      sectionFor(api, { name: 'radius_server_duo_only3', pwCodec: 'utf-16le' }),
    )
    await api.askedTimes('/auth/v2/check', 3)
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

  async function send({ username, password, attributes = [], ...options }: Sent): Promise<Packet> {
    const secret = new SharedSecret(options.secret ?? testSecret)
    const named = { type: Type.UserName, value: username ?? Buffer.from('alice') }
    const reply = await exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, secret, {
          ...(password === undefined ? {} : { password }),
          attributes: [named, ...attributes],
          messageAuthenticator: options.signed ?? true,
        }),
      {
        host: '127.0.0.1',
        port: proxy.findPort(options.listener),
        secret: new SharedSecret(testSecret),
      },
    )
    assert(reply !== undefined)
    return reply
  }

  /** The warnings about a request that is rejected before the API is asked. */
  async function refused(sent: Sent): Promise<string> {
    proxy.log.lines.length = 0
    const asked = api.requests.length
    const reply = await send(sent)
    assert.equal(reply.code, Code.AccessReject)
    assert.equal(api.requests.length, asked)
    return proxy.log.lines.filter((line) => line.startsWith('warn')).join('\n')
  }

  const push = Buffer.from('push')

  describe('User-Name', () => {
    test('rejects a name that is not UTF-8, and logs its octets', async () => {
      for (const [hex, printed] of [
        ['616ee9', 'an\\xe9'],
        ['616ee8', 'an\\xe8'],
        ['616eeda080', 'an\\xed\\xa0\\x80'],
        ['c0af', '\\xc0\\xaf'],
      ] as const) {
        const line = await refused({ username: octets(hex), password: push })
        assert(line.includes(`, ${printed}, `), line)
        assert.match(line, /the User-Name is not UTF-8 .* configure the appliance to send UTF-8/)
        assert.equal(proxy.events.at(-1)?.username, printed)
      }
    })

    test('never exempts a name with invalid UTF-8 or a NUL', async () => {
      await refused({ username: octets('6578656d7074ff'), password: push })
      const line = await refused({ username: Buffer.from('exempt\0x'), password: push })
      assert.match(line, /User-Name has a control character/)
    })

    test('sends a UTF-8 name to the API unchanged', async () => {
      await send({ username: Buffer.from('ané\u2019s'), password: push })
      assert.equal(api.asked('/auth/v2/preauth')[0]?.username, 'ané\u2019s')
    })

    test('rejects a request with two names or none', async () => {
      const second = { type: Type.UserName, value: Buffer.from('bob') }
      assert.match(
        await refused({ attributes: [second], password: push }),
        /more than one User-Name/,
      )
      assert.match(await refused({ username: Buffer.alloc(0), password: push }), /no User-Name/)
    })
  })

  describe('password of a signed request, which proves the secret', () => {
    const cases: readonly (readonly [name: string, password: Uint8Array, expected: RegExp])[] = [
      ['sshd’s placeholder', octets('080a0d7f494e434f5252454354'), /sshd's placeholder/],
      ['sshd’s placeholder, cut to 6', octets('080a0d7f494e'), /sshd's placeholder/],
      ['sshd’s placeholder, repeated', octets('080a0d7f494e434f5252454354080a0d'), /sshd's place/],
      ['octets after a NUL', Buffer.from('123456\0\u0001x'), /octets after a NUL/],
      ['text after a NUL', Buffer.from('push\0old password'), /octets after a NUL/],
      ['Latin-1', Buffer.from('pässwörd', 'latin1'), /looks like Latin-1; set pw_codec=latin-1/],
      ['UTF-16', Buffer.from('push', 'utf16le'), /UTF-16; set pw_codec=utf-16le/],
      ['a control character', Buffer.from('pass\u001b[A'), /control characters/],
      ['noise', octets('8f011bfe03c4a79c'), /control characters/],
    ]
    for (const [name, password, expected] of cases) {
      test(name, async () => {
        const line = await refused({ password })
        assert.match(line, /Cannot decode password: /)
        assert.match(line, expected)
        assert.doesNotMatch(line, /secret/)
      })
    }

    test('decodes Latin-1, and UTF-16 without its last NUL, by pw_codec', async () => {
      api.auth = () => ({ response: { result: 'deny', status: 'deny', status_msg: 'No.' } })
      await send({ password: Buffer.from('pässwörd', 'latin1'), listener: 1 })
      await send({ password: Buffer.from('123456', 'utf16le'), listener: 2 })
      assert.deepEqual(
        api.asked('/auth/v2/auth').map(({ passcode }) => passcode),
        ['pässwörd', '123456'],
      )
    })
  })

  describe('password of an unsigned request', () => {
    test('names the key of the secret if the octets are noise', async () => {
      const line = await refused({
        password: Buffer.from('correct horse battery'),
        secret: 'another secret of the appliance',
        signed: false,
      })
      assert.match(line, /Cannot decode password: .* probably differs from radius_secret_1/)
    })

    test('does not blame the secret for sshd’s placeholder; names both causes for Latin-1', async () => {
      const placeholder = await refused({ password: octets('080a0d7f494e434f'), signed: false })
      assert.match(placeholder, /sshd's placeholder/)
      assert.doesNotMatch(placeholder, /secret/)
      const latin = await refused({ password: Buffer.from('pässwörd', 'latin1'), signed: false })
      assert.match(latin, /looks like Latin-1.*Otherwise, .* differs from radius_secret_1/)
    })
  })

  describe('no password', () => {
    const cases: readonly (readonly [string, Sent, RegExp])[] = [
      ['16 octets of NUL', { password: Buffer.alloc(0) }, /the password is empty; the user typed/],
      ['no octets', { attributes: [{ type: 2, value: Buffer.alloc(0) }] }, /the password is empty/],
      ['no attribute', {}, /\(empty\): the password is empty; the user typed nothing/],
    ]
    for (const [name, sent, expected] of cases) {
      test(`${name}: logs the cause, and tells the user what to type`, async () => {
        const line = await refused(sent)
        assert.match(line, expected)
        assert.doesNotMatch(line, /PAP|secret/)
        const reply = await send(sent)
        const message = Buffer.from(reply.first(Type.ReplyMessage) ?? []).toString()
        assert.equal(message, 'Type a passcode, push, phone or sms.')
      })
    }

    test('names CHAP, MS-CHAP and ARAP, and PAP as the remedy', async () => {
      const peer = { peerChallenge: Buffer.alloc(16), ntResponse: Buffer.alloc(24) }
      const microsoft = [
        msChapChallenge(Buffer.alloc(16)),
        encodeMsChap2Response({ identifier: 0, ...peer }),
      ]
      for (const [attributes, expected] of [
        [[{ type: Type.ChapPassword, value: Buffer.alloc(17) }], /uses CHAP.*set it to PAP/],
        [microsoft, /uses MS-CHAP.*set it to PAP/],
        [[{ type: Type.ArapPassword, value: Buffer.alloc(16) }], /uses ARAP.*set it to PAP/],
      ] as const) {
        assert.match(await refused({ attributes }), expected)
      }
    })

    test('answers EAP with Access-Reject and EAP-Failure, also for an exempt user', async () => {
      const identity = { type: Type.EapMessage, value: octets('021700090165786d7074') }
      const reply = await send({ username: Buffer.from('exempt'), attributes: [identity] })
      assert.equal(reply.code, Code.AccessReject)
      assert.deepEqual([...(reply.first(Type.EapMessage) ?? [])], [4, 0x17, 0, 4])
      assert.equal(reply.attributes[0]?.type, Type.MessageAuthenticator)
      assert(!reply.has(Type.ReplyMessage))
      assert(proxy.log.has('the appliance uses EAP'))
    })
  })

  describe('RFC 5080 §2.1.1, a request that continues no conversation', () => {
    const state = { type: Type.State, value: Buffer.from('unknown') }
    const authorizeOnly = { type: Type.ServiceType, value: octets('00000011') }
    for (const username of ['alice', 'exempt']) {
      test(`${username}: rejects an unknown State, and Authorize-Only without State`, async () => {
        const user = { username: Buffer.from(username), password: push }
        assert.match(await refused({ ...user, attributes: [state] }), /State that this proxy did/)
        assert.match(await refused({ ...user, attributes: [authorizeOnly] }), /Authorize-Only/)
        assert.match(
          await refused({ ...user, attributes: [authorizeOnly, state] }),
          /State that this proxy did/,
        )
      })
    }

    test('rejects Authorize-Only after another Service-Type', async () => {
      const login = { type: Type.ServiceType, value: octets('00000001') }
      const line = await refused({ password: push, attributes: [login, authorizeOnly] })
      assert.match(line, /Authorize-Only/)
    })

    test('accepts other service types', async () => {
      const login = { type: Type.ServiceType, value: octets('00000001') }
      assert.equal((await send({ password: push, attributes: [login] })).code, Code.AccessAccept)
    })
  })
})
