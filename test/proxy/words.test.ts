import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Type } from '../../src/radius/index.ts'
import { AuthApiDouble, deny, fail, preauthAnswer } from '../rig/auth_api_double.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'

const all = ['auto', 'push', 'sms', 'phone', 'mobile_otp']
/** In preauth's order; numbers do not count the token. */
const devices = [
  { device: 'DP1', type: 'phone', name: '', capabilities: all },
  { device: 'DH1', type: 'token', name: '4711' },
  { device: 'DP2', type: 'phone', name: '', capabilities: ['auto', 'push', 'sms'] },
  { device: 'DP3', type: 'phone', name: '', capabilities: ['phone', 'sms'] },
]
const yubikey = 'ccccccbtbdvrnhvbkcjlbggbtvgtjitjbtjivtttnnte'

describe('duo_only: what the user types', () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(
      sectionFor(api, {
        factorAliases: new Map([
          ['1', 'push'],
          ['call', 'phone'],
          ['h', 'push2'],
        ]),
        exemptUsernames: ['Guest', 'LAB\\robot', 'printer@corp.example'],
      }),
    )
    await api.askedTimes('/auth/v2/check', 1)
  })
  beforeEach(() => {
    api.reset()
    api.preauth = () => preauthAnswer(devices)
    proxy.log.lines.length = 0
    proxy.events.length = 0
  })
  after(async () => {
    await proxy.stop()
    await api.close()
  })

  const asked: readonly [typed: string, parameters: Record<string, string>][] = [
    ['123456', { factor: 'passcode', passcode: '123456' }],
    [' 123 456 ', { factor: 'passcode', passcode: '123456' }],
    ['000000000', { factor: 'passcode', passcode: '000000000' }],
    [yubikey, { factor: 'passcode', passcode: yubikey }],
    ['push', { factor: 'push', device: 'auto' }],
    ['  PuSh ', { factor: 'push', device: 'auto' }],
    ['push1', { factor: 'push', device: 'DP1' }],
    ['push2', { factor: 'push', device: 'DP2' }],
    ['phone', { factor: 'phone', device: 'auto' }],
    ['phone3', { factor: 'phone', device: 'DP3' }],
    ['sms', { factor: 'sms', device: 'auto' }],
    ['SMS2', { factor: 'sms', device: 'DP2' }],
    ['auto', { factor: 'auto', device: 'auto' }],
    ['1', { factor: 'push', device: 'auto' }],
    ['Call', { factor: 'phone', device: 'auto' }],
    ['h', { factor: 'push', device: 'DP2' }],
    ['grüß gott', { factor: 'passcode', passcode: 'grüß gott' }],
  ]
  for (const [typed, parameters] of asked) {
    test(`asks for ${JSON.stringify(parameters)} if the user types '${typed}'`, async () => {
      const reply = await proxy.signIn('alice', typed)
      assert.deepEqual(reply, { accepted: true, message: 'Success. Logging you in...' })
      // over HTTP/1.1, the result of a call that waits for its user is polled
      const async = parameters.factor === 'passcode' ? {} : { async: '1' }
      assert.deepEqual(api.asked('/auth/v2/auth'), [{ username: 'alice', ...parameters, ...async }])
    })
  }

  for (const [typed, message] of [
    ['push3', "Phone 3 can't be used for push."],
    ['phone2', "Phone 2 can't be used for phone."],
    ['sms4', 'There is no phone 4 for sms.'],
    ['push99', 'There is no phone 99 for push.'],
  ] as const) {
    test(`rejects '${typed}' without asking the API for it`, async () => {
      assert.deepEqual(await proxy.signIn('alice', typed), { accepted: false, message })
      assert.equal(api.asked('/auth/v2/auth').length, 0)
    })
  }

  test('rejects a factor that no phone of the user supports, without asking the API for it', async () => {
    api.preauth = () => preauthAnswer([{ device: 'DH1', type: 'token', name: '4711' }])
    const reply = await proxy.signIn('alice', 'push')
    assert.deepEqual(reply, {
      accepted: false,
      message: 'None of your phones can be used for push.',
    })
    assert.equal(api.asked('/auth/v2/auth').length, 0)
  })

  test('rejects an empty or blank field without asking the API', async () => {
    assert.equal((await proxy.signIn('alice', '   '))?.accepted, false)
    assert.equal((await proxy.signIn('alice', ''))?.accepted, false)
    assert.equal(api.requests.length, 0)
  })

  test('rejects with the API’s text on deny', async () => {
    api.auth = () => deny
    const reply = await proxy.signIn('alice', 'push')
    assert.deepEqual(reply, { accepted: false, message: 'Login request denied.' })
  })

  test('rejects after sms, with the API’s text', async () => {
    const status_msg = 'New SMS passcodes sent.'
    api.auth = () => ({ response: { result: 'deny', status: 'sent', status_msg } })
    assert.deepEqual(await proxy.signIn('alice', 'sms'), { accepted: false, message: status_msg })
  })

  test('tells the user if no device is capable', async () => {
    api.auth = () => fail(40002, 'Invalid request parameters', 'no capable device')
    const reply = await proxy.signIn('alice', 'sms')
    assert.deepEqual(reply, {
      accepted: false,
      message: 'None of your devices supports this method.',
    })
  })

  test('accepts without auth if preauth answers allow', async () => {
    const status_msg = 'Allowing unknown user'
    api.preauth = () => ({ response: { result: 'allow', status_msg } })
    assert.deepEqual(await proxy.signIn('mallory', 'x'), { accepted: true, message: status_msg })
    assert.equal(api.asked('/auth/v2/auth').length, 0)
  })

  test('rejects if preauth answers deny or enroll, with the enrolment link', async () => {
    api.preauth = () => ({ response: { result: 'deny', status_msg: 'No.' } })
    assert.deepEqual(await proxy.signIn('x', '1'), { accepted: false, message: 'No.' })
    api.preauth = () => ({
      response: {
        result: 'enroll',
        status_msg: 'Enroll an authentication device to proceed',
        enroll_portal_url: 'https://api.example/portal?code=48bac5d9393fb2c2',
      },
    })
    const reply = await proxy.signIn('nobody', 'push')
    assert.equal(reply?.accepted, false)
    assert.match(reply?.message ?? '', /^Enroll .* https:\/\/api\.example\/portal\?code=48bac/)
    assert.equal(api.asked('/auth/v2/auth').length, 0)
  })

  test('shows the enrolment link to the user, but in no log and no event', async () => {
    const enroll_portal_url = 'https://api.example/portal#/enroll/Secret48bac5d9393f'
    for (const status_msg of ['Enroll first.', `Please enroll at ${enroll_portal_url}`]) {
      api.preauth = () => ({ response: { result: 'enroll', status_msg, enroll_portal_url } })
      const atPreauth = await proxy.signIn('nobody', 'push')
      api.preauth = () => preauthAnswer(devices)
      api.auth = () => ({
        response: { result: 'deny', status: 'deny', status_msg, enroll_portal_url },
      })
      const atAuth = await proxy.signIn('nobody', 'push')
      assert.equal(atPreauth?.message.split(enroll_portal_url).length, 2, atPreauth?.message)
      assert.equal(atAuth?.message, atPreauth?.message)
    }
    const status_msg = `You are locked out. See ${enroll_portal_url}`
    api.preauth = () => ({ response: { result: 'deny', status_msg } })
    assert.equal((await proxy.signIn('nobody', 'push'))?.message, status_msg)
    api.preauth = () => ({ response: { result: 'allow', status_msg } })
    assert.equal((await proxy.signIn('nobody', 'push'))?.message, status_msg)
    assert.equal(proxy.events.length, 6)
    assert.equal(proxy.events.at(-1)?.msg, 'You are locked out. See [link]')
    assert(!(proxy.log.lines.join() + JSON.stringify(proxy.events)).includes('Secret48bac5d9393f'))
  })

  test('truncates a text that is longer than a packet', async () => {
    const status_msg = 'ä'.repeat(5000)
    api.auth = () => ({ response: { result: 'deny', status: 'deny', status_msg } })
    assert.equal((await proxy.signIn('alice', '123456'))?.message, 'ä'.repeat(900))
  })

  for (const username of [
    ' guest ',
    'CORP\\GUEST',
    'guest@corp.example',
    'CORP\\guest@corp.example',
    'lab\\Robot',
    'Printer@Corp.Example',
  ]) {
    test(`exempts '${username}'`, async () => {
      assert.equal((await proxy.signIn(username, 'whatever'))?.accepted, true)
      assert.equal(api.requests.length, 0)
    })
  }

  for (const username of [
    'gu\u00e9st',
    'gue\u0301st',
    'gu\u0435st',
    '\uff47uest',
    'gue\u200bst',
    'guest.',
    'guest\\eve',
    'robot',
    'CORP\\robot',
    'printer',
    'printer@other.example',
  ]) {
    test(`does not exempt ${JSON.stringify(username)}`, async () => {
      api.preauth = () => ({ response: { result: 'deny', status_msg: 'no' } })
      assert.equal((await proxy.signIn(username, 'whatever'))?.accepted, false)
      assert.equal(api.asked('/auth/v2/preauth').length, 1)
    })
  }

  test('accepts an exempt user without the API, and logs a warning', async () => {
    assert.equal((await proxy.signIn('gUEST', 'anything'))?.accepted, true)
    assert.equal(api.requests.length, 0)
    assert.ok(proxy.log.has('let in without a second factor: exempt'))
    assert.equal(proxy.events[0]?.status, 'Allow')
  })

  test('sends the user’s address to the API only if it is an IP address', async () => {
    const value = (text: string) => ({ type: Type.CallingStationId, value: Buffer.from(text) })
    await proxy.signIn('alice', '123456', { attributes: [value('198.51.100.7')] })
    await proxy.signIn('alice', '123456', { attributes: [value('00-11-22-33-44-55')] })
    assert.deepEqual(
      api.asked('/auth/v2/preauth').map(({ ipaddr }) => ipaddr),
      ['198.51.100.7', undefined],
    )
  })

  test('logs everything but the typed word', async () => {
    await proxy.signIn('alice', '271828')
    const log = proxy.log.lines.join('\n')
    assert.match(log, /\(\('127\.0\.0\.1', \d+\), alice, \d+\): login attempt for username 'alice'/)
    assert.match(log, /Duo authentication returned 'allow': 'Success\. Logging you in\.\.\.'/)
    assert.match(log, /Returning response code 2: AccessAccept/)
    assert.match(log, /debug http POST to https:\/\/localhost:\d+\/auth\/v2\/auth/)
    assert.doesNotMatch(log, /271828/)
    const [event] = proxy.events
    assert.match(String(event?.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const { timestamp: _, hostname: __, ...rest } = event ?? {}
    assert.deepEqual(rest, {
      username: 'alice',
      auth_stage: 'Secondary authentication',
      status: 'Allow',
      msg: 'Success. Logging you in...',
      client_ip: null,
      server_section: 'radius_server_duo_only',
      server_section_ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
      client_section: null,
      factor: 'passcode',
      nas_ip: '127.0.0.1',
      grounds: 'auth',
      evidence: null,
    })
  })
})
