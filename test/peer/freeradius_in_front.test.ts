import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { AuthApiDouble, deny } from '../rig/auth_api_double.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { FreeRadius, forwardingTo, freeradiusProgram } from '../rig/freeradius.ts'
import { ProxyAtWork, sectionWithSecret } from '../rig/proxy_at_work.ts'
import { radclient } from '../rig/radclient.ts'

const skip =
  skipWithout('freeradius', freeradiusProgram) ||
  skipWithout('freeradius-utils', '/usr/bin/radclient')
const secret = 'secret-of-the-chain'

describe('FreeRADIUS 3.2.1 as a proxy in front', { skip }, () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork
  let front: FreeRadius

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(sectionWithSecret(api, secret))
    front = await FreeRadius.start({
      secret,
      ...forwardingTo(proxy.findPort(), secret),
    })
  })
  beforeEach(() => {
    api.reset()
    proxy.log.lines.length = 0
  })
  after(async () => {
    await front?.[Symbol.asyncDispose]()
    await proxy.stop()
    await api.close()
  })

  const signIn = (...more: readonly string[]) =>
    radclient(front.port, secret, ['User-Name = "alice"', ...more], { timeoutSecs: 10 })

  test('a push and a passcode, allowed and denied, with the text for the user', async () => {
    const allowed = await signIn('User-Password = "push"')
    assert.equal(allowed.exitCode, 0, allowed.output)
    assert.match(allowed.output, /Received Access-Accept[\s\S]*Success\. Logging you in/)
    api.auth = () => deny
    const denied = await signIn('User-Password = "123456"')
    assert.match(denied.output, /Received Access-Reject[\s\S]*Login request denied/)
    assert.deepEqual(
      api.asked('/auth/v2/auth').map(({ factor }) => factor),
      ['push', 'passcode'],
    )
  })

  test('accepts its Proxy-State and Message-Authenticator, and returns those of the client', async () => {
    const { output } = await signIn('User-Password = "push"', 'Proxy-State = 0x0102')
    assert.match(
      output.slice(output.indexOf('Received')),
      /Access-Accept[\s\S]*Proxy-State = 0x0102/,
    )
    assert.deepEqual(
      Object.entries(proxy.proxy.counters.get('radius_server_duo_only')?.dropped ?? {}).filter(
        ([, count]) => count > 0,
      ),
      [],
    )
  })

  test('a Message-Authenticator of the client is not forwarded beside its own', async () => {
    const { exitCode, output } = await signIn(
      'User-Password = "push"',
      'Message-Authenticator = 0x00',
    )
    assert.equal(exitCode, 0, output)
  })

  test('a password in Latin-1 is not blamed on the secret, since the front signs', async () => {
    await signIn('User-Password = "p\\344ssw\\366rd"')
    assert(proxy.log.has('looks like Latin-1'), proxy.log.lines.join('\n'))
    assert(!proxy.log.has('shared secret'), proxy.log.lines.join('\n'))
  })

  test('rejects CHAP, and the log names it', async () => {
    const { output } = await signIn('CHAP-Password = "push"')
    assert.match(output, /Received Access-Reject/)
    assert(proxy.log.has('the appliance uses CHAP'))
  })
})
