import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Finding } from '../../../src/ctl/connectivity/connectivity_event.ts'
import { explainInvalidCredentials } from '../../../src/ctl/connectivity/directory_refusal.ts'
import {
  checkLdapUpstream,
  type LdapUpstream,
} from '../../../src/ctl/connectivity/ldap_upstream.ts'
import { systemClock } from '../../../src/host/clock.ts'
import { Secret } from '../../../src/host/secret.ts'
import {
  type Certified,
  makeAuthority,
  makeServerCertificate,
} from '../../../src/service/http/server/certificate_authority.ts'
import { skipWithout } from '../../rig/debian_package.ts'
import { directory, Slapd, slapdProgram } from '../../rig/slapd.ts'

const probe = { clock: systemClock, signal: new AbortController().signal, timeoutMs: 20_000 }

describe('an LDAP upstream (slapd)', { skip: skipWithout('slapd', slapdProgram) }, () => {
  let authority: Certified
  let slapd: Slapd
  before(async () => {
    authority = await makeAuthority(Date.now())
    slapd = await Slapd.start(await makeServerCertificate(authority, ['127.0.0.1'], Date.now()))
  })
  after(() => slapd.stop())

  async function check(changes: Partial<LdapUpstream> = {}): Promise<string> {
    const transport = changes.transport ?? 'ldaps'
    const findings: readonly Finding[] = await checkLdapUpstream(
      {
        host: '127.0.0.1',
        port: transport === 'ldaps' ? slapd.tlsPort : slapd.port,
        transport,
        ca: authority.certificate,
        verifiesHostname: true,
        account: { name: directory.account, password: new Secret(directory.password) },
        searchDn: directory.base,
        securityGroupDn: undefined,
        filter: undefined,
        ...changes,
      },
      probe,
    )
    return findings
      .map(({ severity, message, remedy }) => `${severity}: ${message}; ${remedy ?? ''}`)
      .join('\n')
  }

  for (const transport of ['ldaps', 'starttls'] as const) {
    test(`that works over ${transport} is informational`, async () => {
      const found = await check({ transport, securityGroupDn: `cn=VPN,${directory.base}` })
      assert.match(found, /^info: .* accepts the service account, and has search_dn; $/)
    })

    test(`that another authority certified gets no password over ${transport}`, async () => {
      const { certificate } = await makeAuthority(Date.now())
      const found = await check({ transport, ca: certificate })
      assert.match(found, /^error: .* which is not trusted \(.*\); set ssl_ca_certs_file to the CA/)
    })
  }

  test('over a clear connection is a warning', async () => {
    const found = await check({ transport: 'clear' })
    assert.match(found, /^warn: passwords travel to 127\.0\.0\.1:\d+ without encryption/)
    assert.match(found, /\ninfo: .* accepts the service account/)
  })

  test('whose certificate is not verified is a warning', async () => {
    const found = await check({ ca: undefined })
    assert.match(found, /^warn: the certificate of .* is not verified: .*\ninfo: .* accepts/)
  })

  test('with a name that is not in its certificate is an error, unless the name is not verified', async () => {
    const { certificate: cert } = authority
    const found = await check({ host: 'localhost', ca: cert })
    assert.match(found, /is not for localhost but for DNS:127\.0\.0\.1.*; write a name of the cert/)
    assert.match(await check({ host: 'localhost', verifiesHostname: false }), /^info: .* accepts/)
  })

  test('that refuses the service account is an error', async () => {
    const account = { name: directory.account, password: new Secret('wrong') }
    assert.match(
      await check({ account }),
      /^error: .* refuses the service account 'cn=proxy,.*': the name or the password is wrong; check/,
    )
  })

  test('without the base of the search is an error', async () => {
    assert.match(
      await check({ searchDn: `ou=people,${directory.base}` }),
      /^error: search_dn 'ou=people,dc=corp,dc=test' does not exist in the directory; copy/,
    )
  })

  test('with a filter that is not one is an error', async () => {
    assert.match(await check({ filter: 'objectClass=(person' }), /^error: ldap_filter is not acc/)
    assert.match(await check({ filter: '(objectClass=person)' }), /^info: /)
  })

  test('is only connected to if the tool does not support its auth_type', async () => {
    assert.match(
      await check({ account: undefined }),
      /^info: .* the service account was not tested/,
    )
  })

  test('that does not run is an error', async () => {
    assert.match(
      await check({ port: 1 }),
      /^error: 127\.0\.0\.1:1 refuses the connection; check host/,
    )
  })
})

describe('what Active Directory says about a service account', () => {
  for (const [data, expected] of [
    ['52e', 'the name or the password is wrong'],
    ['533', 'it is disabled'],
    ['775', 'it is locked out'],
  ] as const) {
    test(`data ${data}: ${expected}`, () => {
      const text = `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${data}, v4563\0`
      const { message } = explainInvalidCredentials(text, 'svc', 'dc1:636')
      assert.equal(message, `dc1:636 refuses the service account 'svc': ${expected}`)
    })
  }
})
