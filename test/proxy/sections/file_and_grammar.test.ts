import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatProblem } from '../../../src/config/problem.ts'
import type { RadiusServerDuoOnly } from '../../../src/proxy/sections/proxy_config.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

const skey = 'a'.repeat(40)
const secret = 's'.repeat(24)
const file = '/nowhere/authproxy.cfg'
const minimal = `[duo_only_client]
[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${skey}
api_host=api-1234abcd.duosecurity.com
radius_ip_1=10.0.1.10
radius_secret_1=${secret}
`

function listProblems(text: string): string[] {
  return readProxyConfig(text, file).problems.map(formatProblem)
}

/** The first server of a configuration that must have no problem. */
function findServer(text: string): RadiusServerDuoOnly {
  const { config, problems } = readProxyConfig(text, file)
  assert.deepEqual(problems.map(formatProblem), [])
  const server = config?.servers[0]
  assert(server !== undefined)
  return server
}

describe('§2.2, lexical rules', () => {
  test('skips comment lines that begin with ; or #', () => {
    findServer(`; a\n# b\n  ; c\n${minimal}#skey=old\n`)
  })

  test('warns that text after the value is part of it', () => {
    assert.deepEqual(listProblems(minimal.replace(`=${secret}`, `=${secret} ; ours`)), [
      'authproxy.cfg:7: warning: the value of radius_secret_1 includes the text after ; or #; move a comment to its own line',
    ])
  })

  test('accepts blanks around =, and : as the separator', () => {
    assert.equal(findServer(minimal.replace('skey=', 'skey   = ')).skey.reveal(), skey)
    assert.equal(findServer(minimal.replace('skey=', 'skey: ')).skey.reveal(), skey)
  })

  test('trims values and keeps blanks inside them', () => {
    const text = minimal.replace(`=${secret}`, `= two  words ${secret} \t`)
    assert.equal(findServer(text).radiusClients[0]?.secret.reveal(), `two  words ${secret}`)
  })

  test('keeps quotes as part of the value', () => {
    const text = minimal.replace(`=${secret}`, `="${secret}"`)
    const { config } = readProxyConfig(text, file)
    assert.equal(config?.servers[0]?.radiusClients[0]?.secret.reveal(), `"${secret}"`)
  })

  test('does not expand escapes, % or environment variables', () => {
    const odd = '\\n%(ikey)s%%$HOME`x`;#'.padEnd(24, 'x')
    const text = minimal.replace(secret, odd)
    assert.equal(findServer(text).radiusClients[0]?.secret.reveal(), odd)
  })

  test('ignores the case of keys', () => {
    assert.equal(findServer(`${minimal}FailMode=SECURE\n`).failmode, 'secure')
  })

  test('ignores the case of section names, with a warning', () => {
    const { config, problems } = readProxyConfig(
      minimal.replace('[duo_only_client]', '[Duo_Only_Client]'),
      file,
    )
    assert.equal(config?.servers[0]?.client.name, 'duo_only_client')
    assert.deepEqual(problems.map(formatProblem), [
      'authproxy.cfg:1: warning: [Duo_Only_Client] is read as [duo_only_client]; write it in lower case',
    ])
  })

  test('reports an indented key=value line that becomes part of a value', () => {
    assert.deepEqual(listProblems(`${minimal}port=1812\n   failmode=secure\n`), [
      "authproxy.cfg:9: this line is indented more than line 8, so 'failmode' becomes part of the value of port; remove the indentation",
    ])
  })

  test('reports a secret on the line below its key without repeating it', () => {
    const problems = listProblems(
      minimal.replace(`skey=${skey}`, `port=1812\n  ${skey}\nskey=\n ${skey}`),
    )
    assert.equal(problems.length, 2)
    assert.match(
      problems.join(),
      /:5: this line is indented more than line 4, .* port, which must fit on one line/,
    )
    assert.match(
      problems.join(),
      /:7: this line is indented more than line 6, .* skey, which must fit on one line/,
    )
    assert(!problems.join().includes(skey))
  })

  test('reports an indented section that becomes part of a value', () => {
    assert.match(
      listProblems(`${minimal}\n  [main]\n`).join(),
      /:9: this line is indented more than line 7, so the section becomes part of the value of radius_sec/,
    )
  })

  test('accepts a file that is indented as a whole or inside its sections, like AWS’s quick start', () => {
    for (const indented of [
      minimal.replaceAll(/^(?=.)/gm, '    '),
      minimal.replaceAll(/^(?=[a-z])/gm, '  '),
      minimal.replaceAll(/^(?=[a-z])/gm, '\t').replaceAll(/^(?=\[)/gm, '  '),
    ]) {
      assert.deepEqual(findServer(indented), findServer(minimal), indented)
    }
  })

  test('reports the line of a NUL character', () => {
    assert.deepEqual(listProblems(minimal.replace('10.0.1.10', '10.0.1.10\0')).slice(0, 1), [
      'authproxy.cfg:6: the line has a NUL character; remove it',
    ])
    assert.deepEqual(listProblems(`${minimal}\0`), [
      'authproxy.cfg:8: the line has a NUL character; remove it',
      'authproxy.cfg:8: the line is neither [section] nor key=value; begin a comment with ;',
    ])
  })

  test('reports an empty value', () => {
    assert.deepEqual(listProblems(`${minimal}failmode=\n`), [
      'authproxy.cfg:8: failmode is empty; add a value or remove the line',
    ])
  })

  test('says where to get an empty required value, instead of how to remove it', () => {
    const empty = minimal.replace(/^(ikey|skey|api_host|radius_ip_1|radius_secret_1)=.*$/gm, '$1=')
    const emptyLines = listProblems(empty).filter((line) => line.includes('is empty'))
    assert.deepEqual(
      emptyLines.map((line) => line.replace(/^authproxy\.cfg:\d+: /, '')),
      [
        "ikey is empty; copy it from the application: run 'countersign app list'",
        "skey is empty; copy it from the application: run 'countersign app show NAME --reveal'",
        'api_host is empty; add a value (host name of the API, without a port)',
        'radius_ip_1 is empty; add a value (RADIUS client: an address, a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9))',
        'radius_secret_1 is empty; add a value (secret shared with the client of the same number)',
      ],
    )
  })

  test('reports duplicate sections and keys', () => {
    assert.match(
      listProblems(`${minimal}[duo_only_client]\n`).join(),
      /\[duo_only_client\] is already in line 1; merge the two sections/,
    )
    assert.match(listProblems(`${minimal}IKEY=x\n`).join(), /:8: ikey is already set in line 3/)
  })

  test('accepts a byte order mark, CRLF, CR, and a missing line end', () => {
    for (const end of ['\r\n', '\n', '\r']) {
      findServer(`\uFEFF${minimal.replaceAll('\n', end).trimEnd()}`)
    }
  })

  test('accepts 1/yes/true/on and 0/no/false/off in any case', () => {
    for (const word of ['1', 'yes', 'True', 'ON']) {
      assert.equal(findServer(`${minimal}debug=${word}\n`).debug, true)
    }
    for (const word of ['0', 'NO', 'False', 'off']) {
      assert.equal(findServer(`${minimal}debug=${word}\n`).debug, false)
    }
    assert.match(listProblems(`${minimal}debug=2\n`).join(), /expected true or false/)
  })

  test('accepts only decimal integers in their range', () => {
    for (const port of ['0', '65536', '-1', '0x50', '1e3', '18 12', '٣']) {
      assert.match(listProblems(`${minimal}port=${port}\n`).join(), /from 1 to 65535/)
    }
  })
})

describe('§2.3, section naming', () => {
  const second = minimal
    .replace('[duo_only_client]\n', '')
    .replace('duo_only]', 'duo_only7]')
    .concat('port=18120\n')

  test('accepts numbers after the name in any order and with gaps', () => {
    const { config } = readProxyConfig(minimal + second, file)
    assert.deepEqual(
      config?.servers.map(({ name, port }) => [name, port]),
      [
        ['radius_server_duo_only', 1812],
        ['radius_server_duo_only7', 18120],
      ],
    )
  })

  test('refuses a number after [main]', () => {
    assert.match(
      listProblems(`${minimal}[main2]\n`).join(),
      /\[main2\] has a number, but a file has only one \[main\]/,
    )
  })

  test('client is optional with one client section, and must name one of several', () => {
    assert.equal(findServer(minimal).client.name, 'duo_only_client')
    assert.equal(findServer(`${minimal}client=duo_only_client\n`).client.name, 'duo_only_client')
    assert.match(
      listProblems(`${minimal}client=duo_only_client2\n`).join(),
      /:8: client is 'duo_only_client2', but the file has no \[duo_only_client2\]; did you mean/,
    )
    assert.match(
      listProblems(`${minimal}[ad_client]\n`).join(),
      /there are several client sections; add client=duo_only_client/,
    )
  })

  test('a section that checks no password names [duo_only_client], whatever else is there', () => {
    const others = '[ad_client]\nhost=dc.corp.test\n[radius_client]\nhost=10.0.0.2\nsecret=s\n'
    const without = minimal.replace('[duo_only_client]', '')
    const found = (text: string) => listProblems(text).filter((line) => /client=/.test(line))
    assert.match(found(`${without}${others}`).join(), /add \[duo_only_client\] and client=duo_only/)
    assert.match(
      found(`${without}client=ad_client\n${others}`).join(),
      /client is 'ad_client', but .* checks no password; add \[duo_only_client\] and write client=/,
    )
  })

  test('refuses paths of Windows elsewhere', { skip: process.platform === 'win32' }, () => {
    const text = minimal.replace('[duo_only_client]', '[duo_only_client]\n[main]\nlog_dir=C:\\log')
    assert.match(
      listProblems(text).join(),
      /:3: log_dir is 'C:\\log', a Windows path; write a path/,
    )
  })

  test('suggests the section that client probably means', () => {
    assert.deepEqual(listProblems(`${minimal}client=duo_only_clinet\n`), [
      "authproxy.cfg:8: client is 'duo_only_clinet', but the file has no [duo_only_clinet]; did you mean duo_only_client?",
    ])
    assert.deepEqual(listProblems(minimal.replace('[duo_only_client]', '[duo_only_clinet]')), [
      'authproxy.cfg:1: [duo_only_clinet] is not a known section; did you mean [duo_only_client]?',
    ])
  })

  test('refuses one port for two sections, also if one listens on every address', () => {
    const same = (first: string, other: string) =>
      listProblems(`${minimal}${first}${second.replace('18120', '1812')}${other}`).filter(
        (problem) => problem.includes('same port'),
      ).length
    assert.equal(same('', ''), 1)
    assert.equal(same('', 'interface=127.0.0.1\n'), 1)
    assert.equal(same('interface=127.0.0.1\n', 'interface=127.0.0.1\n'), 1)
    assert.equal(same('interface=127.0.0.2\n', 'interface=127.0.0.1\n'), 0)
    assert.equal(same('interface=::\n', 'interface=127.0.0.1\n'), 1)
    assert.equal(same('interface=0.0.0.0\n', 'interface=127.0.0.1\n'), 1)
    assert.equal(same('interface=::1\n', 'interface=0:0:0:0:0:0:0:1\n'), 1)
    assert.equal(same('interface=::1\n', ''), 0)
  })
})

describe('§2.4, numbered keys', () => {
  test('accepts gaps, and sorts by number', () => {
    const text = `${minimal}radius_ip_10=10.0.0.1\nradius_secret_10=${secret}\nradius_ip_9=10.0.0.2\nradius_secret_9=${secret}\n`
    assert.deepEqual(
      findServer(text).radiusClients.map(({ name }) => name),
      ['radius_ip_1', 'radius_ip_9', 'radius_ip_10'],
    )
  })

  test('radius_ip_N accepts addresses, networks and ranges', () => {
    for (const addresses of [
      '192.168.0.1',
      '172.17.0.0/16',
      '10.1.1.10-10.1.1.20',
      '10.0.0.0/255.0.0.0',
      '0.0.0.0/0',
      '2001:db8::/32',
      '::/0',
    ]) {
      findServer(`${minimal.replace('10.0.1.10', addresses)}interface=::\n`)
    }
    for (const wrong of [
      'dc1',
      '10.0.0',
      '10.0.0.0/33',
      '10.0.0.9-10.0.0.1',
      '10.0.0.1,10.0.0.2',
    ]) {
      assert.match(listProblems(minimal.replace('10.0.1.10', wrong)).join(), /:6: radius_ip_1 /)
    }
  })

  test('warns about the same addresses twice, in any notation', () => {
    const text = `${minimal}radius_ip_2=10.0.1.10/32\nradius_secret_2=${secret}\n`
    assert.deepEqual(listProblems(text), [
      'authproxy.cfg:8: warning: 10.0.1.10/32 is already radius_ip_1, which takes precedence; remove this one',
    ])
  })

  test('message_authenticator_N overrides the setting for all clients', () => {
    const second = `radius_ip_2=10.0.1.11\nradius_secret_2=${secret}\n`
    const policies = (more: string) =>
      findServer(minimal + second + more).radiusClients.map((client) => client.messageAuthenticator)
    assert.deepEqual(policies(''), ['auto', 'auto'])
    assert.deepEqual(policies('force_message_authenticator=true\n'), ['required', 'required'])
    assert.deepEqual(policies('force_message_authenticator=true\nmessage_authenticator_2=off\n'), [
      'required',
      'off',
    ])
    assert.deepEqual(policies('message_authenticator=off\nmessage_authenticator_1=required\n'), [
      'required',
      'off',
    ])
    assert.match(
      listProblems(
        `${minimal}force_message_authenticator=true\nmessage_authenticator=off\n`,
      ).join(),
      /:9: .* contradict each other/,
    )
    assert.match(
      listProblems(`${minimal}message_authenticator_3=off\n`).join(),
      /:8: warning: message_authenticator_3 has no effect, because radius_ip_3 is missing/,
    )
  })

  test('message_authenticator_in_replies_N overrides the setting for all clients', () => {
    const replies = (more: string) =>
      findServer(minimal + more).radiusClients[0]?.messageAuthenticatorInReplies
    assert.equal(replies(''), true)
    assert.equal(replies('message_authenticator_in_replies=off\n'), false)
    assert.equal(replies('message_authenticator_in_replies_1=off\n'), false)
  })
})

describe('a misspelt numbered key', () => {
  test('is suggested with its number', () => {
    const text = `${minimal}radius_ip_2=10.0.1.11\nraduis_secret_2=${secret}\n`
    assert.deepEqual(listProblems(text), [
      'authproxy.cfg:8: radius_secret_2 is missing; every radius_ip_N needs a radius_secret_N',
      'authproxy.cfg:9: warning: raduis_secret_2 is not a key of [radius_server_duo_only] and has no effect; did you mean radius_secret_2?',
    ])
  })
})

describe('addresses with a port, brackets or other text', () => {
  const clients: readonly (readonly [string, string])[] = [
    ['10.0.1.10:1812', "is '10.0.1.10:1812' and has a port; .*, write 10.0.1.10$"],
    ['[2001:db8::1]', "is '\\[2001:db8::1\\]' and is in brackets; .*, write 2001:db8::1$"],
    ['[2001:db8::1]:1812', '.* has a port; .*, write 2001:db8::1$'],
    ['10.0.1.10, 10.0.1.11', 'has several addresses; give each one its own radius_ip_N'],
    ['10.0.1.10 2001:db8::1', 'has several addresses'],
  ]
  for (const [written, expected] of clients) {
    test(`radius_ip_1=${written}`, () => {
      const [problem = ''] = listProblems(minimal.replace('10.0.1.10', written))
      assert.match(problem, new RegExp(`^authproxy.cfg:6: radius_ip_1 ${expected}`))
    })
  }

  const interfaces: readonly (readonly [string, string])[] = [
    ['[::]', "is '\\[::\\]'; write the address only: interface=::$"],
    ['10.0.0.1:1812', 'write the address only: interface=10.0.0.1 and port=1812$'],
    ['*', 'remove interface to listen on every IPv4 address, or write :: for IPv6 too$'],
    ['::ffff:10.0.0.1', 'write it as IPv4: 10.0.0.1$'],
  ]
  for (const [written, expected] of interfaces) {
    test(`interface=${written}`, () => {
      assert.match(listProblems(`${minimal}interface=${written}\n`).join(), new RegExp(expected))
    })
  }
})

describe('a client of an address family that its section does not listen on', () => {
  const unheard = (address: string, more: string) =>
    listProblems(`${minimal.replace('10.0.1.10', address)}${more}`)

  test('is an error with a remedy', () => {
    assert.deepEqual(unheard('2001:db8::1', ''), [
      'authproxy.cfg:6: radius_ip_1 is IPv6, but [radius_server_duo_only] listens on IPv4 only; set interface=:: to listen on both',
    ])
    assert.match(unheard('fd00::/8', 'interface=10.0.0.1\n').join(), /listens on IPv4 only/)
    assert.match(unheard('10.0.1.10', 'interface=::1\n').join(), /listens on IPv6 only/)
  })

  test('is not an error if the section listens on both families, or the range has both', () => {
    assert.deepEqual(unheard('2001:db8::1', 'interface=::\n'), [])
    assert.deepEqual(unheard('10.0.1.10', 'interface=::\n'), [])
    assert.deepEqual(unheard('::/0', ''), [])
    assert.deepEqual(unheard('::ffff:10.0.1.10', ''), [])
  })
})

describe('§2.7, inheritance from [main]', () => {
  test('a section inherits the options that it does not set', () => {
    const main =
      '[main]\ninterface=127.0.0.1\nhttp_proxy_host=proxy\nhttp_proxy_port=3128\ndebug=on\n'
    const inherited = findServer(main + minimal)
    assert.equal(inherited.interfaceAddress, '127.0.0.1')
    assert.equal(inherited.httpProxyHost, 'proxy')
    assert.equal(inherited.httpProxyPort, 3128)
    assert.equal(inherited.debug, true)
    const own = findServer(
      `${main}${minimal}interface=127.0.0.2\nhttp_proxy_host=other\ndebug=no\n`,
    )
    assert.equal(own.interfaceAddress, '127.0.0.2')
    assert.equal(own.httpProxyHost, 'other')
    assert.equal(own.debug, false)
  })
})

describe('options that are not supported yet', () => {
  test('warns about a key without effect, unless it is off', () => {
    assert.deepEqual(listProblems(`${minimal}pass_through_all=true\n`), [
      'authproxy.cfg:8: warning: pass_through_all is not yet supported and has no effect',
    ])
    findServer(`${minimal}pass_through_all=false\n`)
  })
})

describe('any content', () => {
  const shown = [skey, secret]

  test('never throws, and never repeats a secret', () => {
    const piece = fc.constantFrom('', '\n', ' ', '[', ']', '=', ':', ';', "'", '"', '\0', '2', 'x=')
    const place = fc.nat(minimal.length)
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(8), piece), { maxLength: 2 }), (edits) => {
        const text = edits.reduce(
          (result, [at, length, put]) => result.slice(0, at) + put + result.slice(at + length),
          minimal,
        )
        const printed = listProblems(text).join('\n')
        // half of a secret must not appear either
        assert(!shown.some((value) => printed.includes(value.slice(0, 14))), `${text}\n${printed}`)
      }),
      { numRuns: 3000 },
    )
  })

  test('reports a file in another encoding', () => {
    const utf16 = Buffer.from(`\uFEFF${minimal}`, 'utf16le').toString('utf8')
    assert.deepEqual(listProblems(utf16), [
      'authproxy.cfg:1: the file is not UTF-8 but probably UTF-16; save it as UTF-8',
    ])
    const latin1 = Buffer.from(minimal.replace('ssss', 'süß'), 'latin1').toString('utf8')
    assert.deepEqual(listProblems(latin1), [
      'authproxy.cfg:7: the value of radius_secret_1 is not UTF-8; save the file as UTF-8',
    ])
  })
})
