import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Code, decodePacket, encodeReply, SharedSecret } from '../../src/radius/index.ts'
import { AuthApiDouble, deny } from '../rig/auth_api_double.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { ProxyAtWork, sectionWithSecret } from '../rig/proxy_at_work.ts'
import { freePort, Running } from '../rig/running.ts'
import { until } from '../rig/until.ts'

const program = '/usr/sbin/openvpn'
const plugin = '/usr/lib/openvpn/radiusplugin.so'
const skip =
  skipWithout('openvpn', program) ||
  skipWithout('openvpn-auth-radius', plugin) ||
  ((process.getuid?.() !== 0 || !existsSync('/dev/net/tun')) &&
    'OpenVPN opens a tunnel device, which needs /dev/net/tun and the rights of root')
const secret = 'secret-of-the-tunnel'

/** Answers Accounting-Requests (RFC 2866 §4.2): the plugin waits for it before the tunnel is up. */
async function accountingServer(port: number): Promise<Socket> {
  const shared = new SharedSecret(secret)
  const socket = createSocket('udp4')
  socket.on('message', (datagram, from) => {
    const response = encodeReply(Code.AccountingResponse, [], decodePacket(datagram), shared, {
      messageAuthenticator: false,
    })
    socket.send(response, from.port, from.address)
  })
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

/** The plugin reads only four digits of a port. */
async function portOfFourDigits(): Promise<number> {
  for (let port = 9100 + Math.floor(Math.random() * 800); port < 9999; port++) {
    const socket = createSocket('udp4')
    try {
      socket.bind(port, '127.0.0.1')
      await once(socket, 'listening')
      return port
    } catch {
      // taken: tries the next one
    } finally {
      socket.close()
    }
  }
  throw new Error('no port of four digits is free')
}

describe('OpenVPN 2.6 with openvpn-auth-radius 2.1', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openvpn-radius-'))
  let api: AuthApiDouble
  let proxy: ProxyAtWork
  let server: Running
  let accounting: Socket
  let port: number

  before(async () => {
    api = await AuthApiDouble.start()
    const radiusPort = await portOfFourDigits()
    proxy = await ProxyAtWork.start(sectionWithSecret(api, secret, { port: radiusPort }))
    const accountingPort = await portOfFourDigits()
    accounting = await accountingServer(accountingPort)
    port = await freePort()
    const serverFile = join(folder, 'server.conf')
    const pluginFile = join(folder, 'plugin.cnf')
    writeFileSync(
      pluginFile,
      `NAS-Identifier=OpenVpn
Service-Type=5
Framed-Protocol=1
NAS-Port-Type=5
NAS-IP-Address=127.0.0.1
OpenVPNConfig=${serverFile}
overwriteccfiles=true
server
{
acctport=${accountingPort}
authport=${radiusPort}
name=127.0.0.1
retry=1
wait=20
sharedsecret=${secret}
}
`,
    )
    writeFileSync(
      serverFile,
      `local 127.0.0.1
port ${port}
proto udp4
dev tun
ifconfig-noexec
server 10.199.0.0 255.255.255.0
dh none
ca ${api.caFile}
cert ${api.caFile}
key ${join(api.folder, 'key.pem')}
verify-client-cert none
username-as-common-name
client-config-dir ${folder}
status ${join(folder, 'status.log')}
plugin ${plugin} ${pluginFile}
verb 4
`,
    )
    server = new Running(program, ['--cd', folder, '--config', serverFile])
    await until(() => /Initialization Sequence Completed/.test(server.stdout))
  })
  beforeEach(() => {
    api.reset()
    proxy.log.lines.length = 0
  })
  after(async () => {
    await server?.stop()
    accounting?.close()
    await proxy.stop()
    await api.close()
    rmSync(folder, { recursive: true })
  })

  /** What the client prints until it is let in or refused. */
  async function connect(password: string, username = 'alice'): Promise<string> {
    const credentials = join(folder, 'credentials')
    writeFileSync(credentials, `${username}\n${password}\n`, { mode: 0o600 })
    const client = new Running(program, [
      ...['--client', '--dev', 'null', '--proto', 'udp4', '--remote', '127.0.0.1', String(port)],
      ...['--ca', api.caFile, '--auth-user-pass', credentials, '--nobind', '--verb', '3'],
      ...[
        '--ifconfig-noexec',
        '--route-noexec',
        '--auth-retry',
        'none',
        '--connect-retry-max',
        '1',
      ],
    ])
    try {
      const ends = /Initialization Sequence Completed|AUTH_FAILED|SIGTERM/
      await until(() => ends.test(client.stdout) || client.hasEnded)
      return client.stdout
    } finally {
      await client.stop()
    }
  }

  test('a push: the tunnel comes up', async () => {
    assert.match(await connect('push'), /Initialization Sequence Completed/)
    assert.deepEqual(
      api.asked('/auth/v2/auth').map(({ factor, username }) => [factor, username]),
      [['push', 'alice']],
    )
  })

  test('a denied passcode: AUTH_FAILED', async () => {
    api.auth = () => deny
    assert.match(await connect('123456'), /AUTH_FAILED/)
    assert.equal(api.asked('/auth/v2/auth')[0]?.passcode, '123456')
  })

  test('signed requests from its host do not silence it, though it does not sign', async () => {
    for (let sent = 0; sent < 5; sent++) await proxy.signIn('alice', '123456', { secret })
    assert.match(await connect('push'), /Initialization Sequence Completed/)
  })
})
