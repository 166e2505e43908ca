import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { formatProblem } from '../../../src/config/problem.ts'
import { keyFileFor, protect, readOrMakeKey } from '../../../src/proxy/sections/protected_value.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

const skey = 'a'.repeat(40)
const secret = 's'.repeat(24)
const minimal = `[duo_only_client]

[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${skey}
api_host=api-1234abcd.duosecurity.com
radius_ip_1=10.0.1.10
radius_secret_1=${secret}
`

function listProblems(text: string, file = '/nowhere/authproxy.cfg'): string[] {
  return readProxyConfig(text, file).problems.map(formatProblem)
}

describe('authproxy.cfg for Amazon WorkSpaces', () => {
  test('a misspelt failmode is an error, because the default lets users in', () => {
    const { config, problems } = readProxyConfig(`${minimal}fialmode=secure\n`, 'authproxy.cfg')
    assert.equal(config, undefined)
    assert.deepEqual(problems.map(formatProblem), [
      'authproxy.cfg:9: fialmode is not a key of [radius_server_duo_only] and has no effect; did you mean failmode?',
    ])
  })

  test('a failmode in the wrong section is an error, for the same reason', () => {
    const text = `[main]\nfailmode=secure\n${minimal}`
    const { config, problems } = readProxyConfig(text, 'authproxy.cfg')
    assert.equal(config, undefined)
    assert.deepEqual(problems.map(formatProblem), [
      'authproxy.cfg:2: failmode is not a key of [main] and has no effect; it is a key of [radius_server_duo_only], move it there',
    ])
  })

  test('reads a minimal file with its defaults', () => {
    const { config, problems } = readProxyConfig(minimal, '/opt/proxy/conf/authproxy.cfg')
    assert.deepEqual(problems, [])
    assert.equal(config?.main.logDir, '/opt/proxy/log')
    const [server] = config?.servers ?? []
    assert.equal(server?.port, 1812)
    assert.equal(server?.failmode, 'safe')
    assert.equal(server?.apiPort, 443)
    assert.equal(server?.client.name, 'duo_only_client')
    assert.equal(server?.clientIpAttr, 'Calling-Station-Id')
    assert.equal(server?.skey.reveal(), skey)
    assert.equal(server?.radiusClients[0]?.messageAuthenticator, 'auto')
  })

  test('a file without a client section reads as if it had [duo_only_client]', () => {
    for (const more of ['', 'client=duo_only_client\n']) {
      const text = `${minimal.replace('[duo_only_client]\n', '')}${more}`
      const { config, problems } = readProxyConfig(text, '/nowhere/authproxy.cfg')
      assert.deepEqual(problems, [])
      assert.equal(config?.servers[0]?.client.name, 'duo_only_client')
    }
  })

  test('reads a byte order mark, CRLF, capital letters, %, numbered sections and inherited options', () => {
    const text =
      `\uFEFF[main]\ndebug=True\ninterface=127.0.0.1\n${minimal.replace('skey=', 'SKEY = ')}failmode=secure
[radius_server_duo_only2]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${'%'.repeat(40)}
api_host=10.0.0.1
port=18120
radius_ip_1=10.0.0.0/8
radius_secret_1=${secret}
radius_ip_3=192.0.2.1-192.0.2.9
radius_secret_3=x%(y)s${secret}
message_authenticator_3=off
pw_codec=latin-1
client_ip_attr=paloalto
factor_aliases=1=push, P=push2, call=phone
exempt_username_1=breakglass
`.replaceAll('\n', '\r\n')
    const { config, problems } = readProxyConfig(text, '/nowhere/authproxy.cfg')
    assert.deepEqual(problems, [])
    const [first, second] = config?.servers ?? []
    assert.equal(first?.failmode, 'secure')
    assert.equal(second?.debug, true)
    assert.equal(second?.interfaceAddress, '127.0.0.1')
    assert.equal(second?.skey.reveal(), '%'.repeat(40))
    assert.equal(second?.radiusClients[1]?.secret.reveal(), `x%(y)s${secret}`)
    assert.deepEqual(
      second?.radiusClients.map((client) => client.messageAuthenticator),
      ['auto', 'off'],
    )
    assert.equal(second?.pwCodec, 'windows-1252')
    assert.equal(second?.clientIpAttr, 'PaloAlto-Client-Source-IP')
    assert.deepEqual(
      [...(second?.factorAliases ?? [])],
      [
        ['1', 'push'],
        ['p', 'push2'],
        ['call', 'phone'],
      ],
    )
    assert.deepEqual(second?.exemptUsernames, ['breakglass'])
  })
})

describe('problems', () => {
  test('are reported all at once, each with its line and a remedy', () => {
    const text = `debug=true
[main]
debug=perhaps
[duo_only_client]
[radius_server_duo_only]
ikey=DI
skye=${skey}
api_host=https://api.example.com
radius_ip=10.0.0.1
radius_ip_1=10.0.0.300
radius_secret_1=short
radius_ip_2=dc1.example.com
failmode=open
port=99999
  api_timeout=5
http_ca_certs_file=/not/there.pem
`
    assert.deepEqual(listProblems(text), [
      'authproxy.cfg:1: a key is above the first [section]; move it below the section that it belongs to',
      "authproxy.cfg:3: debug is 'perhaps'; expected true or false",
      'authproxy.cfg:5: skey is missing in [radius_server_duo_only] (secret key of the application: 40 letters and digits)',
      'authproxy.cfg:6: warning: ikey does not look like an integration key: 20 capital letters and digits, usually beginning with DI',
      'authproxy.cfg:7: warning: skye is not a key of [radius_server_duo_only] and has no effect; did you mean skey?',
      "authproxy.cfg:8: api_host is 'https://api.example.com'; write the host name only: api_host=api.example.com",
      'authproxy.cfg:9: radius_ip needs a number; write radius_ip_1',
      "authproxy.cfg:10: radius_ip_1 '10.0.0.300' is not an address; expected an address (10.0.0.1), a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)",
      'authproxy.cfg:11: warning: radius_secret_1 is short; use 24 random characters or more',
      "authproxy.cfg:12: radius_ip_2 is the name 'dc1.example.com'; RADIUS clients are recognised by their address, write that",
      'authproxy.cfg:12: radius_secret_2 is missing; every radius_ip_N needs a radius_secret_N',
      "authproxy.cfg:13: failmode is 'open'; expected safe | secure",
      "authproxy.cfg:14: port is '99999'; expected an integer from 1 to 65535",
      "authproxy.cfg:15: this line is indented more than line 14, so 'api_timeout' becomes part of the value of port; remove the indentation",
      "authproxy.cfg:16: http_ca_certs_file is '/not/there.pem', which does not exist or can't be read; copy ca.pem of the service there; for Duo's cloud, remove the line",
    ])
  })

  const traps: readonly (readonly [string, string, RegExp])[] = [
    [
      'text after a value',
      minimal.replace('.com\n', '.com ; our host\n'),
      /the value of api_host includes the text after ; or #/,
    ],
    [
      'quotes',
      minimal.replace(`=${secret}`, `="${secret}"`),
      /the quotes are part of the value of radius_secret_1/,
    ],
    ['a key twice', `${minimal}radius_ip_1=10.0.0.2\n`, /radius_ip_1 is already set in line 7/],
    [
      'a section twice',
      `${minimal}[duo_only_client]\n`,
      /\[duo_only_client\] is already in line 1/,
    ],
    [
      'an unknown section',
      `${minimal}[radius_server_duoonly]\n`,
      /did you mean \[radius_server_duo_only\]\?/,
    ],
    [
      'a section that is not supported yet',
      `${minimal}[ad_client]\n`,
      /\[ad_client\] is not yet supported/,
    ],
    [
      'iframe',
      `${minimal}[radius_server_iframe]\n`,
      /is not supported: its prompt reached its end of life/,
    ],
    [
      'a client section that does not exist',
      `${minimal}client=ad_client\n`,
      /client is 'ad_client', but the file has no \[ad_client\]/,
    ],
    [
      'radius_server_auto in a file that checks no password',
      minimal.replace('radius_server_duo_only', 'radius_server_auto'),
      /:3: \[radius_server_auto\] .* so rename the section to \[radius_server_duo_only\]$/,
    ],
    [
      'radius_server_auto with a directory',
      minimal
        .replace('duo_only_client', 'ad_client')
        .replace('radius_server_duo_only', 'radius_server_auto'),
      /:1: \[ad_client\] .* remove the section and use \[radius_server_duo_only\]$/,
    ],
    ['no server section', '[main]\n', /there is no server section/],
    [
      'the same port twice',
      minimal + minimal.replace('[duo_only_client]', '').replace('only]', 'only2]'),
      /\[radius_server_duo_only2\] listens on the same port 1812 as \[radius_server_duo_only\] in line 3/,
    ],
    [
      'a port in api_host',
      minimal.replace('.com\n', '.com:8443\n'),
      /:6: api_host is .*; write the host name only: api_host=\S+\.com and api_port=8443$/,
    ],
    [
      'a link in api_host',
      minimal.replace('=api-1234abcd.duosecurity.com', '=https://mfa.test:8443/auth/v2'),
      /write the host name only: api_host=mfa\.test and api_port=8443$/,
    ],
    [
      'an address in brackets in api_host',
      minimal.replace('=api-1234abcd.duosecurity.com', '=[2001:db8::7]:8443'),
      /write the host name only: api_host=2001:db8::7 and api_port=8443$/,
    ],
    [
      'a port in http_proxy_host',
      `${minimal}http_proxy_host=http://squid:3128\n`,
      /write the host name only: http_proxy_host=squid and http_proxy_port=3128$/,
    ],
    [
      'ikey and skey swapped',
      minimal.replace(/^ikey=.*\nskey=.*$/m, `ikey=${skey}\nskey=DIWJ8X6AEYOR5OMC6TQ1`),
      /:4: ikey and skey are swapped; exchange their values$/,
    ],
    [
      'an skey as ikey',
      minimal.replace(/^ikey=.*$/m, `ikey=${skey}`),
      /:4: ikey has 40 characters, like an skey/,
    ],
    [
      'the ikey of the documentation',
      minimal.replace(/^ikey=.*$/m, 'ikey=DIXXXXXXXXXXXXXXXXXX'),
      /^authproxy\.cfg:4: ikey is a placeholder; copy the integration key of your application$/,
    ],
    [
      'the skey of the documentation',
      minimal.replace(skey, 'X'.repeat(40)),
      /^authproxy\.cfg:5: skey is a placeholder/,
    ],
    [
      'the api_host of the documentation',
      minimal.replace('1234abcd', 'XXXXXXXX'),
      /^authproxy\.cfg:6: api_host is 'api-XXXXXXXX\.duosecurity\.com', a placeholder; write the/,
    ],
    [
      'a host name for examples',
      minimal.replace('api-1234abcd.duosecurity.com', 'mfa.example.com'),
      /:6: warning: api_host is 'mfa\.example\.com', a domain for examples/,
    ],
    [
      'an ikey as api_host',
      minimal.replace('api-1234abcd.duosecurity.com', 'DIWJ8X6AEYOR5OMC6TQ1'),
      /^authproxy\.cfg:6: api_host is an integration key/,
    ],
    [
      'the radius_secret of the vendor’s documentation',
      minimal.replace(secret, 'radiussecret1'),
      /^authproxy\.cfg:8: radius_secret_1 is a placeholder from the documentation/,
    ],
    [
      'the radius_secret of our documentation',
      minimal.replace(secret, '24-random-characters-or-more'),
      /^authproxy\.cfg:8: radius_secret_1 is a placeholder from the documentation/,
    ],
    [
      'a secret without its address',
      `${minimal}radius_secret_2=${secret}\n`,
      /radius_ip_2 is missing/,
    ],
    ['an empty secret', minimal.replace(`=${secret}`, '='), /radius_secret_1 is empty/],
    [
      'a wrong alias',
      `${minimal}factor_aliases=1=carrier pigeon\n`,
      /has 'carrier pigeon' as the factor of '1'/,
    ],
    [
      'a wrong alias on a further line, in a message of one line',
      `${minimal}factor_aliases=1=push\n  2\n`,
      /:9: factor_aliases has 'push 2' as the factor of '1'; expected push, .* number$/,
    ],
    [
      'an unknown attribute',
      `${minimal}client_ip_attr=Client-Adress\n`,
      /is not a known RADIUS attribute/,
    ],
  ]
  for (const [name, text, expected] of traps) {
    test(name, () => {
      const problems = listProblems(text)
      assert(
        problems.some((problem) => expected.test(problem)),
        problems.join('\n'),
      )
      assert(!problems.some((problem) => problem.includes(skey) || problem.includes(secret)))
    })
  }
})

describe('protected values', () => {
  test('are decrypted with the key file; a key that is wrong or readable by others is reported', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'authproxy.cfg')
    const key = readOrMakeKey(keyFileFor(file))
    const text = minimal
      .replace(`skey=${skey}`, `skey_protected=${protect(skey, key)}`)
      .replace(`radius_secret_1=${secret}`, `radius_secret_protected_1=${protect(secret, key)}`)
    const [server] = readProxyConfig(text, file).config?.servers ?? []
    assert.equal(server?.skey.reveal(), skey)
    assert.equal(server?.radiusClients[0]?.secret.reveal(), secret)
    assert.match(listProblems(`${text}skey=${skey}\n`, file).join(), /both set; remove one of them/)
    chmodSync(keyFileFor(file), 0o644)
    assert.match(
      listProblems(text, file).join(),
      /could not be decrypted and therefore cannot be used\. This may happen .* again\. \(.* can be read by others/,
    )
    chmodSync(keyFileFor(file), 0o600)
    writeFileSync(keyFileFor(file), Buffer.alloc(32).toString('base64'))
    assert.match(listProblems(text, file).join(), /encrypted with another key/)
  })
})
