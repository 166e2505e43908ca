import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certified } from '../../src/service/http/server/certificate_authority.ts'
import { freePort, Running } from './running.ts'
import { until } from './until.ts'

export const slapdProgram = '/usr/sbin/slapd'
export const directory = {
  base: 'dc=corp,dc=test',
  account: 'cn=proxy,dc=corp,dc=test',
  password: 'password-of-the-proxy',
} as const

const entries = `dn: dc=corp,dc=test
objectClass: dcObject
objectClass: organization
dc: corp
o: Corp

dn: cn=proxy,dc=corp,dc=test
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: proxy
userPassword: ${directory.password}

dn: cn=VPN,dc=corp,dc=test
objectClass: organizationalRole
cn: VPN
`

/** OpenLDAP's server on loopback, with one service account (slapd.conf(5)). */
export class Slapd {
  readonly port: number
  readonly tlsPort: number
  readonly #running: Running
  readonly #folder: string

  private constructor(running: Running, ports: readonly [number, number], folder: string) {
    this.#running = running
    ;[this.port, this.tlsPort] = ports
    this.#folder = folder
  }

  static async start({ certificate, key }: Certified): Promise<Slapd> {
    const folder = mkdtempSync(join(tmpdir(), 'slapd-'))
    mkdirSync(join(folder, 'db'))
    writeFileSync(join(folder, 'cert.pem'), certificate)
    writeFileSync(join(folder, 'key.pem'), key)
    writeFileSync(join(folder, 'entries.ldif'), entries)
    const config = join(folder, 'slapd.conf')
    writeFileSync(
      config,
      `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database ldif
directory ${folder}/db
suffix "${directory.base}"
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
`,
    )
    execFileSync('/usr/sbin/slapadd', ['-f', config, '-l', join(folder, 'entries.ldif')])
    const ports = [await freePort(), await freePort()] as const
    const urls = `ldap://127.0.0.1:${ports[0]}/ ldaps://127.0.0.1:${ports[1]}/`
    const running = new Running(slapdProgram, ['-d', '0', '-h', urls, '-f', config])
    await until(() => running.hasEnded || accepts(ports[1]))
    if (running.hasEnded) throw new Error(`slapd ended: ${running.stderr}`)
    return new Slapd(running, ports, folder)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
    rmSync(this.#folder, { recursive: true })
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
