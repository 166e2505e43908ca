import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  type ConnectivityEvent,
  formatEvent,
  runConnectivityTool,
} from '../../../src/ctl/connectivity/connectivity_tool.ts'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../../src/service/http/server/certificate_authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'connectivity-tool-'))
after(() => rmSync(folder, { recursive: true }))

const dayMs = 24 * 60 * 60_000
const skey = 'Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep'
const keys = `ikey=DIWJ8X6AEYOR5OMC6TQ1\nskey=${skey}\napi_host=api.corp.test`
const clients = 'radius_ip_1=192.0.2.7\nradius_secret_1=K5mV9qZr2LxTn8WbPd4G'

async function runOn(text: string, { mode = 0o600 } = {}): Promise<ConnectivityEvent[]> {
  const file = join(folder, 'authproxy.cfg')
  writeFileSync(file, text)
  chmodSync(file, mode)
  const events: ConnectivityEvent[] = []
  for await (const event of runConnectivityTool({ file, explicitConnectivityCheck: false })) {
    events.push(event)
  }
  return events
}

async function printed(text: string): Promise<string> {
  return (await runOn(text)).map(formatEvent).join('\n')
}

function findings(events: readonly ConnectivityEvent[], severity: string): string[] {
  return events.flatMap((event) =>
    event.kind === 'finding' && event.severity === severity ? [formatEvent(event)] : [],
  )
}

describe('configuration pass', () => {
  test('prints the sections in the order of the file, as the vendor’s tool does', async () => {
    const text = await printed(
      `[main]\ndebug=True\n[duo_only_client]\n[radius_server_duo_only]\n${keys}\nfailmode=secure\n${clients}\n`,
    )
    assert.equal(
      text,
      `[info]  Testing section 'main' with configuration:
[info]  {'debug': 'True'}
[info]  There are no configuration problems
[info]  -----------------------------
[info]  Testing section 'duo_only_client' with configuration:
[info]  {'debug': 'True'}
[info]  There are no configuration problems
[info]  -----------------------------
[info]  Testing section 'radius_server_duo_only' with configuration:
[info]  {'api_host': 'api.corp.test',
   'debug': 'True',
   'failmode': 'secure',
   'ikey': 'DIWJ8X6AEYOR5OMC6TQ1',
   'radius_ip_1': '192.0.2.7',
   'radius_secret_1': '*****',
   'skey': '*****[40]'}
[info]  There are no configuration problems
[info]  -----------------------------
[info]  SUMMARY
[info]  No issues detected`,
    )
  })

  test('shows each problem in its section, with its line, and tests nothing further', async () => {
    const text = await printed(
      `[radius_server_duo_only]\n${keys}\nfailmode=perhaps\nprot=1812\n${clients}\n[nonsense]\n`,
    )
    const place = "[error]  line 5: failmode is 'perhaps'; expected safe | secure"
    assert.ok(text.includes(`${place}\n[warn]  line 6: prot is not a key`), text)
    assert.match(
      text,
      /section 'nonsense' with configuration:\n.*\{\}\n\[error\] {2}line 9: \[nonsense\] is not a known section/,
    )
    assert.match(text, /\[error\] {2}Configuration validation was not successful\n/)
    assert.match(text, /\[error\] {2}2 errors and 1 warning detected; see the lines above$/)
  })

  test('never prints a secret, nor a line that may hold one', async () => {
    const planted = 'PlantedSecret0123456789'
    const text = await printed(
      `[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${planted}
skye=${planted}
api_host=api.corp.test skey=${planted}
failmode=secure
 ${planted}
port=1812skey=${planted}
client=duo_only_client secret: ${planted}
radius_ip_1=${planted}
radius_secret_1=${planted}
radius_secret_protected_2=${planted}
${planted}
[ad_client]
host=192.0.2.1
service_account_password=${planted}
http://user:${planted}@proxy
`,
    )
    assert.ok(!text.includes(planted), text)
  })

  test('checks the values of a section that the proxy does not serve yet', async () => {
    const found = findings(
      await runOn(
        `[ad_client]\nhost=192.0.2.1\ntransport=tls\n[radius_server_auto]\n${keys}\nclient=ad_clinet\nfailmode=secure\n${clients}\n`,
      ),
      'error',
    )
    assert.match(found.join('\n'), /\[ad_client\] is not yet supported/)
    assert.match(found.join('\n'), /search_dn is missing in \[ad_client\]/)
    assert.match(
      found.join('\n'),
      /line 3: transport is 'tls'; expected clear \| starttls \| ldaps/,
    )
    assert.match(found.join('\n'), /client is 'ad_clinet', which is not a client section/)
  })

  test('points out settings that are valid but probably not intended', async () => {
    const events = await runOn(
      `[radius_server_duo_only]\n${keys}\nradius_ip_1=0.0.0.0/0\nradius_secret_1=K5mV9qZr2LxTn8WbPd4G\nradius_ip_2=10.0.0.1\nradius_secret_2=K5mV9qZr2LxTn8WbPd4G\nradius_ip_3=127.0.0.0/8\nradius_secret_3=W2xCv5Bn8Mq1Rt4Yp7Lk\n`,
    )
    assert.match(
      findings(events, 'warn').join('\n'),
      /line 5: radius_ip_1 accepts requests from 4294967296 addresses; write the addresses/,
    )
    assert.doesNotMatch(findings(events, 'warn').join('\n'), /radius_ip_3/)
    const infos = findings(events, 'info').join('\n')
    assert.match(
      infos,
      /failmode=safe \(the default\): while the API can't be reached, users are let in/,
    )
    assert.match(infos, /radius_secret_2 is also the secret of another client/)
  })

  test('names the Admin Panel in api_host', async () => {
    const text = await printed(
      `[radius_server_duo_only]\n${keys.replace('api.corp.test', 'admin-1a2b3c4d.duosecurity.com')}\n${clients}\n`,
    )
    assert.match(text, /the Admin Panel; write the API host: api-1a2b3c4d\.duosecurity\.com/)
  })

  test('warns if other users can read or change the file', {
    skip: process.platform === 'win32',
  }, async () => {
    const text = `[radius_server_duo_only]\n${keys}\nfailmode=secure\n${clients}\n`
    assert.deepEqual(findings(await runOn(text), 'warn'), [])
    assert.match(
      findings(await runOn(text, { mode: 0o644 }), 'warn').join(),
      /holds secrets, and every user of this machine can read it \(mode 0644\); run: chmod 600/,
    )
    assert.match(
      findings(await runOn(text, { mode: 0o660 }), 'warn').join(),
      /can be changed by other users of this machine \(mode 0660\)/,
    )
  })

  test('a file that is not there is one finding', async () => {
    const file = join(folder, 'none.cfg')
    const events: ConnectivityEvent[] = []
    for await (const event of runConnectivityTool({ file, explicitConnectivityCheck: true })) {
      events.push(event)
    }
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['finding', 'summary'],
    )
    assert.match(
      findings(events, 'error').join(),
      /can't be read: there is no file or folder .*name it with --config/,
    )
  })

  test('finds names and filters that no directory understands, and ports that collide', async () => {
    const found = findings(
      await runOn(
        `[ad_client]\nhost=192.0.2.1\nsearch_dn=corp.test\nldap_filter=(&(a=b)\n[ldap_server_auto]\n${keys}\nfailmode=secure\nport=636\n[http_proxy]\napi_host=api.corp.test\nport=636\n`,
      ),
      'error',
    ).join('\n')
    assert.match(found, /line 3: search_dn is not a distinguished name; write it as OU=/)
    assert.match(found, /line 4: the parentheses of ldap_filter do not match/)
    assert.match(
      found,
      /line 13: \[http_proxy\] listens on the same port 636 as \[ldap_server_auto\]/,
    )
  })

  test('checks the age of the authorities to trust', async () => {
    const authority = await makeAuthority(Date.now() - 3640 * dayMs)
    const old = await makeAuthority(Date.now() - 4000 * dayMs)
    const file = join(folder, 'ca.pem')
    const checked = async (text: string): Promise<string> => {
      writeFileSync(file, text)
      utimesSync(file, new Date(), new Date(Date.now() - 800 * dayMs))
      const section = `[radius_server_duo_only]\n${keys}\nhttp_ca_certs_file=ca.pem\nfailmode=secure\n${clients}\n`
      return printed(section)
    }
    const soon = await checked(authority.certificate + old.certificate)
    assert.match(
      soon,
      /\[warn\] {2}line 5: the authority 'Countersign CA' in http_ca_certs_file expires in/,
    )
    assert.match(
      soon,
      /\[warn\] {2}line 5: the authority .* expired on .*; replace the file by a newer/,
    )
    assert.match(
      soon,
      /\[info\] {2}line 5: http_ca_certs_file was last changed on .*, more than 2 years/,
    )
    assert.match(
      await checked(old.certificate),
      /\[error\] {2}line 5: every authority in http_ca_certs_file has expired .* \(1 of 1\)/,
    )
  })

  test('points out secrets that everybody knows', async () => {
    const found = findings(
      await runOn(
        `[radius_client]\nhost=192.0.2.1\nsecret=testing123\n[radius_client2]\nhost=192.0.2.1\nsecret=s-h-o-r-t\n`,
      ),
      'warn',
    ).join('\n')
    assert.match(found, /line 3: secret is a well-known example; use 24 random/)
    assert.match(found, /line 6: secret is short; use 24 random characters/)
  })

  test('checks the certificate and the private key of a section', async () => {
    const authority = await makeAuthority(Date.now())
    const one = await makeServerCertificate(authority, ['ldap.test'], Date.now() - 830 * dayMs)
    const other = await makeServerCertificate(authority, ['ldap.test'], Date.now())
    writeFileSync(join(folder, 'ldap.crt'), one.certificate)
    const section = `[ldap_server_auto]\n${keys}\nfailmode=secure\nssl_cert_path=ldap.crt\n`
    assert.match(await printed(section), /line 6: ssl_cert_path and ssl_key_path belong together/)
    const withKey = `${section}ssl_key_path=ldap.key\n`
    writeFileSync(join(folder, 'ldap.key'), other.key, { mode: 0o644 })
    const mismatch = await printed(withKey)
    assert.match(
      mismatch,
      /\[error\] {2}line 6: .*ldap\.crt and .*ldap\.key can't be used together/,
    )
    if (process.platform !== 'win32') {
      assert.match(mismatch, /\[warn\] {2}line 6: every user .* private key .*; run: chmod 600/)
    }
    writeFileSync(join(folder, 'ldap.key'), one.key)
    assert.match(await printed(withKey), /line 6: the certificate in ssl_cert_path expired on/)
  })
})
