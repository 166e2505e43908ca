import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { AuthApiDouble, deny } from '../rig/auth_api_double.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { ProxyAtWork, sectionWithSecret } from '../rig/proxy_at_work.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort, Running } from '../rig/running.ts'
import { until } from '../rig/until.ts'

const program = '/usr/sbin/radsecproxy'
const skip =
  skipWithout('radsecproxy', program) || skipWithout('freeradius-utils', '/usr/bin/radclient')
const secret = 'secret-of-the-chain'

describe('radsecproxy 1.9.2: RADIUS/UDP to RADIUS/TLS to the proxy', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'radsecproxy-'))
  let api: AuthApiDouble
  let proxy: ProxyAtWork
  let near: Running
  let far: Running
  let port: number

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(sectionWithSecret(api, secret))
    port = await freePort()
    const tlsPort = await freePort()
    const tls = `tls default {
  CACertificateFile ${api.caFile}
  CertificateFile ${api.caFile}
  CertificateKeyFile ${join(api.folder, 'key.pem')}
}`
    const farFile = join(folder, 'far.conf')
    writeFileSync(
      farFile,
      `LogLevel 2
ListenTLS 127.0.0.1:${tlsPort}
${tls}
client 127.0.0.1 {
  type tls
  secret radsec
  certificatenamecheck off
}
server proxy {
  host 127.0.0.1
  port ${proxy.findPort()}
  type udp
  secret ${secret}
}
realm * {
  server proxy
}
`,
    )
    const nearFile = join(folder, 'near.conf')
    writeFileSync(
      nearFile,
      `LogLevel 2
ListenUDP 127.0.0.1:${port}
${tls}
client 127.0.0.1 {
  type udp
  secret ${secret}
}
server far {
  host 127.0.0.1
  port ${tlsPort}
  type tls
  secret radsec
  certificatenamecheck off
}
realm * {
  server far
}
`,
    )
    far = new Running(program, ['-f', '-c', farFile])
    await says(far, /listening for tls/)
    near = new Running(program, ['-f', '-c', nearFile])
    await says(near, /connection to .* (up|established)|connected to/i)
  })
  beforeEach(() => {
    api.reset()
    proxy.log.lines.length = 0
  })
  after(async () => {
    await near?.stop()
    await far?.stop()
    await proxy.stop()
    await api.close()
    rmSync(folder, { recursive: true })
  })

  /** It logs to standard error. */
  async function says(running: Running, expected: RegExp): Promise<void> {
    await until(() => expected.test(running.stderr + running.stdout))
  }

  const signIn = (...more: readonly string[]) =>
    radclient(port, secret, ['User-Name = "alice"', ...more], { timeoutSecs: 10 })

  test('a push and a passcode, allowed and denied, with the text for the user', async () => {
    const allowed = await signIn('User-Password = "push"')
    assert.equal(allowed.exitCode, 0, allowed.output)
    assert.match(allowed.output, /Received Access-Accept[\s\S]*Success\. Logging you in/)
    api.auth = () => deny
    const denied = await signIn('User-Password = "123456"', 'Message-Authenticator = 0x00')
    assert.match(denied.output, /Received Access-Reject[\s\S]*Login request denied/)
    assert.deepEqual(
      api.asked('/auth/v2/auth').map(({ factor }) => factor),
      ['push', 'passcode'],
    )
  })

  test('signs requests that were signed, so that the log blames the secret only for others', async () => {
    const latin1 = 'User-Password = "p\\344ssw\\366rd"'
    await signIn(latin1, 'Message-Authenticator = 0x00')
    assert(proxy.log.has('looks like Latin-1'), proxy.log.lines.join('\n'))
    assert(!proxy.log.has('shared secret'))
    await signIn(latin1)
    assert(proxy.log.has('probably differs from radius_secret_1'))
  })
})
