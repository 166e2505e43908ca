import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { Policies } from '../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../src/service/applications/policy/policy_attachments.ts'
import type { User } from '../../src/service/people/user.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { FreeRadius, forwardingTo, freeradiusProgram } from '../rig/freeradius.ts'
import { ProxyAtWork, sectionWithSecret } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService, type TestToken } from '../rig/service.ts'
import { until } from '../rig/until.ts'

const secProxyProgram = '/usr/sbin/radsecproxy'
const skip =
  skipWithout('radsecproxy', secProxyProgram) ||
  skipWithout('freeradius', freeradiusProgram) ||
  skipWithout('freeradius-utils', '/usr/bin/radclient') ||
  skipWithout('python3-pyrad', '/usr/lib/python3/dist-packages/pyrad/client.py')
const secret = 'secret-of-the-chain'

/**
 * Signs in with pyrad, once for each line of JSON. MD4 and DES are those of OpenSSL's legacy provider, so that nothing is shared with
 * the code under test. Prints the code of the reply, and what it says about MS-CHAP.
 */
const script = `
import hashlib, json, os, subprocess, sys
from pyrad.client import Client
from pyrad.dictionary import Dictionary
from pyrad import packet

secret, folder = sys.argv[1:]
legacy = ['-provider', 'legacy', '-provider', 'default']

def openssl(arguments, data):
    return subprocess.run(['openssl', *arguments, *legacy], input=data, capture_output=True, check=True).stdout

def md4(data):
    return openssl(['dgst', '-md4', '-binary'], data)

def des(seven, block):
    bits = int.from_bytes(seven, 'big')
    key = bytes(((bits >> (49 - 7 * i)) & 0x7f) << 1 for i in range(8))
    return openssl(['enc', '-des-ecb', '-nopad', '-K', key.hex()], block)

def responded(challenge, hashed):
    padded = hashed + bytes(5)
    return b''.join(des(padded[i:i + 7], challenge) for i in (0, 7, 14))

dictionary = Dictionary(folder)

def signed_in(port, protocol, user, typed):
    client = Client(server='127.0.0.1', authport=port, secret=secret.encode(), dict=dictionary)
    client.timeout, client.retries = 20, 1
    request = client.CreateAuthPacket(code=packet.AccessRequest, User_Name=user)
    expected = None
    if protocol == 'PAP':
        request['User-Password'] = request.PwCrypt(typed)
    elif protocol == 'CHAP':
        challenge = os.urandom(16)
        request['CHAP-Challenge'] = challenge
        request['CHAP-Password'] = b'\\x05' + hashlib.md5(b'\\x05' + typed.encode() + challenge).digest()
    elif protocol == 'CHAP in the authenticator':
        request.authenticator = os.urandom(16)
        request['CHAP-Password'] = b'\\x05' + hashlib.md5(b'\\x05' + typed.encode() + request.authenticator).digest()
    else:
        hashed = md4(typed.encode('utf-16le'))
        if protocol == 'MS-CHAPv1':
            challenge = os.urandom(8)
            request['MS-CHAP-Challenge'] = challenge
            request['MS-CHAP-Response'] = b'\\x05\\x01' + bytes(24) + responded(challenge, hashed)
        else:
            challenge, peer = os.urandom(16), os.urandom(16)
            digest = hashlib.sha1(peer + challenge + user.split('\\\\')[-1].encode()).digest()[:8]
            response = responded(digest, hashed)
            request['MS-CHAP-Challenge'] = challenge
            request['MS-CHAP2-Response'] = b'\\x05\\x00' + peer + bytes(8) + response
            inner = hashlib.sha1(md4(hashed) + response + b'Magic server to client signing constant').digest()
            outer = hashlib.sha1(inner + digest + b'Pad to make it do more than one iteration').hexdigest()
            expected = b'\\x05S=' + outer.upper().encode()
    reply = client.SendPacket(request)
    said = [str(reply.code)]
    if 'MS-CHAP2-Success' in reply:
        said.append('proven' if reply['MS-CHAP2-Success'][0] == expected else 'NOT PROVEN')
    if 'MS-CHAP-Error' in reply:
        said.append(reply['MS-CHAP-Error'][0][1:12].decode())
    return ' '.join(said)

for line in sys.stdin:
    print(signed_in(*json.loads(line)), flush=True)
`

const dictionary = `
ATTRIBUTE User-Name 1 string
ATTRIBUTE User-Password 2 octets
ATTRIBUTE CHAP-Password 3 octets
ATTRIBUTE Reply-Message 18 string
ATTRIBUTE Proxy-State 33 octets
ATTRIBUTE CHAP-Challenge 60 octets
ATTRIBUTE Message-Authenticator 80 octets
VENDOR Microsoft 311
BEGIN-VENDOR Microsoft
ATTRIBUTE MS-CHAP-Response 1 octets
ATTRIBUTE MS-CHAP-Error 2 octets
ATTRIBUTE MS-CHAP-Challenge 11 octets
ATTRIBUTE MS-CHAP2-Response 25 octets
ATTRIBUTE MS-CHAP2-Success 26 octets
END-VENDOR Microsoft
`

function secProxyConfiguration(port: number, proxyPort: number): string {
  return `LogLevel 2
ListenUDP 127.0.0.1:${port}
client 127.0.0.1 {
  type udp
  secret ${secret}
}
server proxy {
  host 127.0.0.1
  port ${proxyPort}
  type udp
  secret ${secret}
}
realm * {
  server proxy
}
`
}

const protocols = ['PAP', 'CHAP', 'MS-CHAPv1', 'MS-CHAPv2'] as const

describe('all protocols of the directory, from foreign clients to the service', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'challenge-'))
  let service: TestService
  let proxy: ProxyAtWork
  let front: FreeRadius
  let secProxy: Running
  let secProxyPort: number
  let client: Running
  let application: Integration
  let user: User
  let phone: PushPhone
  let token: TestToken
  let counter = 0

  before(async () => {
    writeFileSync(join(folder, 'dictionary'), dictionary)
    service = await TestService.start()
    user = await service.addUser({ username: 'alice' })
    phone = await service.addPushPhone(user.userId)
    token = await service.addToken(user.userId)
    application = await service.addIntegration('radius')
    const { ikey, skey } = application
    const caFile = join(folder, 'ca.pem')
    writeFileSync(caFile, service.ca)
    proxy = await ProxyAtWork.start(
      sectionWithSecret({ port: service.port, caFile }, secret, { ikey, skey }),
    )
    front = await FreeRadius.start({ secret, ...forwardingTo(proxy.findPort(), secret) })
    secProxyPort = await freePort()
    const file = join(folder, 'radsecproxy.conf')
    writeFileSync(file, secProxyConfiguration(secProxyPort, proxy.findPort()))
    secProxy = new Running(secProxyProgram, ['-f', '-c', file])
    client = new Running('/usr/bin/python3', ['-c', script, secret, join(folder, 'dictionary')])
    await until(() => /listening for udp/.test(secProxy.stderr))
  })
  after(async () => {
    await client?.stop()
    await secProxy?.stop()
    await front?.[Symbol.asyncDispose]()
    await proxy.stop()
    await service.close()
    rmSync(folder, { recursive: true })
  })

  async function pyrad(port: number, protocol: string, typed: string, username = 'alice') {
    const before = client.stdout.length
    client.child.stdin?.write(`${JSON.stringify([port, protocol, username, typed])}\n`)
    await until(() => client.hasEnded || client.stdout.indexOf('\n', before) > 0)
    return (client.stdout.slice(before) || client.stderr).trim()
  }

  const accepted = { 'MS-CHAPv2': '2 proven' } as Readonly<Record<string, string>>
  const rejected = {
    'MS-CHAPv1': '3 E=691 R=0 C',
    'MS-CHAPv2': '3 E=691 R=0 C',
  } as Readonly<Record<string, string>>

  for (const protocol of [...protocols, 'CHAP in the authenticator']) {
    test(`pyrad, ${protocol}: a code works once`, async () => {
      const code = token.code(counter++)
      const port = proxy.findPort()
      assert.equal(await pyrad(port, protocol, code), accepted[protocol] ?? '2')
      assert.equal(await pyrad(port, protocol, code), rejected[protocol] ?? '3')
    })
  }

  for (const protocol of protocols) {
    test(`pyrad through FreeRADIUS, ${protocol}: a code works once`, async () => {
      const code = token.code(counter++)
      assert.equal(await pyrad(front.port, protocol, code), accepted[protocol] ?? '2')
      assert.equal(await pyrad(front.port, protocol, code), rejected[protocol] ?? '3')
    })
  }

  for (const protocol of ['CHAP', 'MS-CHAPv2']) {
    test(`pyrad through radsecproxy, ${protocol}: a code works once`, async () => {
      const code = token.code(counter++)
      assert.equal(await pyrad(secProxyPort, protocol, code), accepted[protocol] ?? '2')
      assert.equal(await pyrad(secProxyPort, protocol, code), rejected[protocol] ?? '3')
    })
  }

  test('a policy that blocks a method applies to what is proven, too', async () => {
    const sections = { authentication_methods: { blocked_auth_list: ['duo-push'] } }
    const attachments = new PolicyAttachments(service.store)
    const policies = new Policies(service.store)
    const { ikey } = application
    const policyKey = await service.store.transaction(async (db) => {
      const created = await policies.create({ name: 'No push', sections }, 0, db)
      await attachments.setApplication(ikey, created.policyKey, db)
      return created.policyKey
    })
    assert.equal(await pyrad(proxy.findPort(), 'MS-CHAPv2', 'push'), rejected['MS-CHAPv2'])
    assert.equal(await pyrad(proxy.findPort(), 'MS-CHAPv2', token.code(counter++)), '2 proven')
    await service.store.transaction((db) => attachments.unsetApplication(ikey, policyKey, db))
  })

  test('pyrad, MS-CHAPv2: a push that is approved, for a user with a domain', async () => {
    const [outcome] = await Promise.all([
      pyrad(front.port, 'MS-CHAPv2', 'push', 'CORP\\alice'),
      phone.answerNext('approve'),
    ])
    assert.equal(outcome, '2 proven')
  })

  for (const attribute of ['User-Password', 'CHAP-Password', 'MS-CHAP-Password']) {
    for (const through of ['directly', 'through FreeRADIUS'] as const) {
      test(`radclient with ${attribute}, ${through}`, async () => {
        const port = through === 'directly' ? proxy.findPort() : front.port
        const code = token.code(counter++)
        const lines = ['User-Name = "alice"', `${attribute} = "${code}"`]
        const right = await radclient(port, secret, lines)
        assert.equal(right.exitCode, 0, right.output)
        assert.match(right.output, /Received Access-Accept/)
        const again = await radclient(port, secret, lines)
        assert.match(again.output, /Received Access-Reject[\s\S]*already been used/)
        if (attribute === 'MS-CHAP-Password') assert.match(again.output, /MS-CHAP-Error = .*E=691/)
      })
    }
  }

  test('two credentials at once are rejected, and counted as no guess', async () => {
    const code = token.code(counter)
    const others = [
      [`CHAP-Password = "${code}"`],
      [`MS-CHAP-Challenge = 0x${'00'.repeat(16)}`, `MS-CHAP2-Response = 0x${'00'.repeat(50)}`],
    ]
    for (const other of others) {
      const lines = ['User-Name = "alice"', `User-Password = "${code}"`, ...other]
      assert.match((await radclient(proxy.findPort(), secret, lines)).output, /Access-Reject/)
    }
    assert(proxy.log.has('(ambiguous)'))
    assert.equal(await pyrad(proxy.findPort(), 'CHAP', code), '2')
    counter++
  })

  test('a bypass code works with PAP only', async () => {
    const [code = ''] = await service.addBypassCodes(user.userId, 1)
    const port = proxy.findPort()
    for (const protocol of ['CHAP', 'MS-CHAPv1', 'MS-CHAPv2']) {
      assert.equal(await pyrad(port, protocol, code), rejected[protocol] ?? '3')
    }
    assert.equal(await pyrad(port, 'PAP', code), '2')
  })
})
