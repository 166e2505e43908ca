import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { startPlainProxy, startTunnelProxy } from '../rig/http_proxy.ts'
import { pairs, signedOctets } from '../rig/octet_request.ts'
import { TestService, type TestToken } from '../rig/service.ts'

const python = '/usr/bin/python3'
const skip = skipWithout(
  'python3-duo-client',
  '/usr/lib/python3/dist-packages/duo_client/client.py',
)

const client = `
import hashlib, json, os, sys
import duo_client.client, duo_client.auth, duo_client.auth_v1
config = json.loads(sys.argv[1])
def client(cls=duo_client.client.Client, **more):
    made = cls(os.environ['IKEY'], os.environ['SKEY'], '127.0.0.1', port=config['port'],
               ca_certs=config['ca'], digestmod=getattr(hashlib, config['digest']),
               sig_version=config['version'])
    if config.get('tunnel'): made.set_proxy('127.0.0.1', config['tunnel'])
    return made
def outcome(call):
    try: return call()
    except RuntimeError as error: return str(error)
`

const allCalls = `${client}
auth = client(duo_client.auth.Auth)
print(json.dumps({
    'ping': outcome(auth.ping), 'check': outcome(auth.check),
    'preauth': outcome(lambda: auth.preauth(username='zoë (1) *\\'!~ &=+%')),
    'auth': outcome(lambda: auth.auth('passcode', username='alice', passcode=config['passcode'])),
}))
`

const oldCalls = `${client}
old = client(duo_client.auth_v1.AuthV1)
print(json.dumps({
    'check': outcome(old.check), 'preauth': outcome(lambda: old.preauth('alice')),
    'auth': outcome(lambda: old.auth('alice', 'passcode', passcode=config['passcode'])),
}))
`

/**
 * The requests of duo_openvpn.py, which Debian does not have: version 1 lines under HMAC-SHA-512, and
 * a Date that they do not cover.
 */
const openvpn = `
import base64, email.utils, hashlib, hmac, http.client, json, os, ssl, sys, urllib.parse
config = json.loads(sys.argv[1])
def call(method, path, params):
    encoded = '&'.join('%s=%s' % (urllib.parse.quote(k, '~'), urllib.parse.quote(v, '~'))
                       for k, v in sorted(params.items()))
    lines = '\\n'.join([method, '127.0.0.1', path, encoded])
    mac = hmac.new(os.environ['SKEY'].encode(), lines.encode(), hashlib.sha512).hexdigest()
    basic = base64.b64encode(('%s:%s' % (os.environ['IKEY'], mac)).encode()).decode()
    headers = {'Authorization': 'Basic ' + basic, 'Date': email.utils.formatdate(),
               'Content-type': 'application/x-www-form-urlencoded', 'Host': '127.0.0.1',
               'User-Agent': 'duo_openvpn/2.4'}
    context = ssl.create_default_context(cafile=config['ca'])
    connection = http.client.HTTPSConnection('127.0.0.1', config['port'], context=context)
    connection.request(method, path, urllib.parse.urlencode(params), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())
preauth = call('POST', '/rest/v1/preauth', {'user': 'alice', 'ipaddr': '192.0.2.1'})
auth = call('POST', '/rest/v1/auth', {'user': 'alice', 'factor': 'auto', 'auto': config['passcode'],
                                      'ipaddr': '192.0.2.1'})
print(json.dumps([preauth[0], preauth[1]['response']['result'],
                  auth[0], auth[1]['response']['result']]))
`

/** The shape that a client with a plain HTTP proxy sends: the whole URL in the request line. */
const plainProxy = `
import http.client, json, sys
request = json.loads(sys.argv[1])
connection = http.client.HTTPConnection('127.0.0.1', request['proxy'])
connection.request(request['method'], request['url'], request['body'], request['headers'])
response = connection.getresponse()
print(json.dumps([response.status, response.getheader('Content-Type'), json.loads(response.read())]))
`

describe('duo_client_python', { skip }, () => {
  let service: TestService
  let token: TestToken
  let unix: Integration
  let counter = 0

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    token = await service.addToken(userId)
    unix = await service.addIntegration('unix')
  })
  after(() => service.close())

  const run = async (
    script: string,
    { ikey, skey }: Integration,
    config: Readonly<Record<string, unknown>> = {},
  ) => {
    const passcode = token.code(counter++)
    const ca = service.service.caFile
    const argument = JSON.stringify({ port: service.port, ca, passcode, ...config })
    const { stdout } = await promisify(execFile)(python, ['-c', script, argument], {
      env: { ...process.env, PYTHONUTF8: '1', IKEY: ikey, SKEY: skey.reveal() },
      timeout: 30_000,
    })
    return JSON.parse(stdout)
  }

  for (const [version, digest] of [
    [1, 'sha1'],
    [1, 'sha512'],
    [2, 'sha1'],
    [2, 'sha512'],
    [4, 'sha512'],
  ] as const) {
    test(`sig_version=${version} with ${digest} signs in`, async () => {
      const answers = await run(allCalls, version === 1 ? unix : service.integration, {
        ...{ version, digest },
      })
      assert.equal(typeof answers.check.time, 'number')
      assert.equal(answers.preauth.result, 'enroll')
      assert.equal(answers.auth.result, 'allow')
    })
  }

  test('sig_version=1 is refused if the application does not allow it', async () => {
    const answers = await run(allCalls, service.integration, { version: 1, digest: 'sha1' })
    assert.equal(typeof answers.ping.time, 'number')
    assert.match(answers.check, /401/)
  })

  test('AuthV1 signs in with sig_version=1 by an application of any type', async () => {
    const answers = await run(oldCalls, service.integration, { version: 1, digest: 'sha1' })
    assert.equal(answers.check, true)
    assert.equal(answers.preauth.result, 'auth')
    assert.equal(answers.auth, true)
  })

  for (const version of [1, 2, 4]) {
    test(`set_proxy sends the whole URL through the tunnel, sig_version=${version}`, async () => {
      const asked: string[] = []
      const proxy = await startTunnelProxy(service.port, asked)
      const config = { version, digest: 'sha512', tunnel: proxy.port }
      const answers = await run(allCalls, unix, config)
      proxy.close()
      assert.equal(answers.preauth.result, 'enroll')
      assert.equal(answers.auth.result, 'allow')
      assert.ok(asked.length > 0)
    })
  }

  test('duo_openvpn.py signs in', async () => {
    const radius = await service.addIntegration('radius')
    assert.deepEqual(await run(openvpn, radius), [200, 'auth', 200, 'allow'])
  })

  test('a request through a plain HTTP proxy is answered', async () => {
    const proxy = await startPlainProxy(service.port, service.ca)
    const { headers = {} } = signedOctets(service.integration, {
      ...{ method: 'POST', path: '/auth/v2/preauth', version: 2, form: pairs({ username: 'bob' }) },
    })
    const answer = await run(plainProxy, unix, {
      ...{ proxy: proxy.port, method: 'POST', url: 'http://127.0.0.1/auth/v2/preauth' },
      ...{ body: 'username=bob', headers },
    })
    proxy.close()
    assert.deepEqual(answer.slice(0, 2), [200, 'application/json'])
    assert.equal(answer[2].response.result, 'enroll')
  })
})
