import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatProblem } from '../../../src/config/problem.ts'
import { defaultConfig, readServiceConfig } from '../../../src/service/config/service_config.ts'

const file = '/etc/countersign/countersign.cfg'
const listProblems = (text: string) => readServiceConfig(text, file).problems.map(formatProblem)

describe('countersign.cfg', () => {
  test('has defaults for all options', () => {
    const config = defaultConfig('/srv')
    assert.equal(config.port, 8443)
    assert.deepEqual(config.hostNames, ['localhost'])
    assert.equal(config.dataFolder, '/srv/data')
    assert.equal(config.metrics, 'loopback')
    assert.deepEqual(config.lockout, { threshold: 10, lockMs: 1_800_000 })
  })

  test('resolves relative paths from its own folder', () => {
    const { config, problems } = readServiceConfig(
      `; ours
[Service]
Host_Names = mfa.example.com, 192.0.2.7
port: 443
data_folder=data
database_url=postgres://u:hidden@db/countersign
certificate_file=tls/cert.pem
certificate_key_file=/tls/key.pem
[lockout]
threshold=3
`,
      file,
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(config?.hostNames, ['mfa.example.com', '192.0.2.7'])
    assert.equal(config?.port, 443)
    assert.deepEqual(config?.certificateFiles, {
      certificateFile: '/etc/countersign/tls/cert.pem',
      keyFile: '/tls/key.pem',
    })
    assert.equal(config?.lockout.threshold, 3)
    assert.doesNotMatch(JSON.stringify(config), /hidden/)
  })

  test('api_port differs from port, and api_interface needs it', () => {
    const { config } = readServiceConfig('[service]\napi_port=8444\napi_interface=::1', file)
    assert.deepEqual([config?.apiInterface, config?.apiPort], ['::1', 8444])
    assert.equal(defaultConfig('/srv').apiPort, undefined)
    for (const [text, key] of [
      ['api_interface=::1', 'api_interface'],
      ['api_port=8444\napi_interface=here', 'api_interface'],
      ['port=8444\napi_port=8444', 'api_port'],
      ['api_port=x', 'api_port'],
    ]) {
      const [problem] = listProblems(`[service]\n${text}`)
      assert.match(problem ?? '', new RegExp(`cfg:\\d: .*${key}`))
    }
  })

  test('reads networks with their names', () => {
    const read = (networks: string) => readServiceConfig(`[places]\nnetworks=${networks}`, file)
    const { config } = read('203.0.113.0/24 Berlin office, 2001:db8::/32  IPv6, 192.0.2.7 kiosk')
    assert.deepEqual(config?.places.networks, [
      { network: '203.0.113.0/24', name: 'Berlin office' },
      { network: '2001:db8::/32', name: 'IPv6' },
      { network: '192.0.2.7', name: 'kiosk' },
    ])
    for (const wrong of ['203.0.113.0/24', '203.0.113.0/33 a', '10/8 b', 'office 10.0.0.0/8']) {
      const [problem] = read(wrong).problems.map(formatProblem)
      assert.match(
        problem ?? '',
        /cfg:2: networks has '.+', which is not a network with its name; write it like/,
      )
    }
  })

  test('reports all problems at once with their lines', () => {
    const lines = listProblems(`port=1
[service]
port=70000
access_log=perhaps
metrics=some
interface=eth0
host_names=a b
certificate_file=cert.pem
colour=blue
port=1
[nowhere]
[lockout]
threshold=0
`).map((line) => line.slice(file.length + 1).split(':')[0])
    assert.deepEqual(lines, ['1', '3', '4', '5', '6', '7', '8', '9', '10', '11', '13'])
  })

  test('names a key with quotes around its value', () => {
    const { problems } = readServiceConfig('[aws]\nconfiguration_set="mfa"\n', 'countersign.cfg')
    assert.deepEqual(problems.map(formatProblem), [
      'countersign.cfg:2: warning: the quotes are part of the value of configuration_set; remove them',
    ])
  })

  test('suggests the key or section that was probably meant', () => {
    const problems = listProblems(
      '[servcie]\nport=1\n[sms]\nsms_bacth=2\nlanguage=de\ncolour=red\n',
    )
    assert.deepEqual(
      problems.map((line) => line.slice(file.length + 1)),
      [
        '1: [servcie] is not a known section; did you mean [service]?',
        '4: sms_bacth is not a key of [sms]; did you mean sms_batch?',
        '5: language is not a key of [sms]; it is a key of [phone], move it there',
        '6: colour is not a key of [sms]; see docs/countersign.cfg.md',
      ],
    )
  })

  test('public_url accepts only an https:// origin with a host name', () => {
    const read = (url: string) => readServiceConfig(`[service]\npublic_url=${url}`, file)
    for (const [written, url] of [
      ['https://mfa.example.com', 'https://mfa.example.com'],
      ['https://MFA.example.com:443/', 'https://mfa.example.com'],
      ['https://mfa.example.com.:8443//', 'https://mfa.example.com:8443'],
      ['https://localhost:8443', 'https://localhost:8443'],
      ['https://mfä.example.com', 'https://xn--mf-wia.example.com'],
    ] as const) {
      assert.equal(read(written).config?.publicUrl, url, written)
    }
    for (const [written, reason] of [
      ['http://mfa.example.com', /is not an https:\/\/ address/],
      ['mfa.example.com', /is not an https:\/\/ address/],
      ['https://mfa.example.com:99999', /is not an https:\/\/ address/],
      ['https://192.0.2.7', /is an IP address/],
      ['https://192.0.2.7:8443/', /is an IP address/],
      ['https://[2001:db8::7]', /is an IP address/],
      ['https://3221225991', /is an IP address/],
      ['https://mfa.example.com/?', /has a query/],
      ['https://mfa.example.com?a=hidden', /has a query/],
      ['https://mfa.example.com/#top', /has a fragment/],
      ['https://u:hidden@mfa.example.com', /has credentials in it/],
      ['https://u@mfa.example.com', /has credentials in it/],
      ['https://mfa.example.com/mfa', /has a path/],
    ] as const) {
      const { config, problems } = read(written)
      assert.equal(config, undefined, written)
      const [problem = ''] = problems.map(formatProblem)
      assert.match(problem, /^\/etc\/countersign\/countersign\.cfg:2: public_url /)
      assert.match(problem, reason)
      assert.match(problem, /write it like https:\/\/mfa\.example\.com$/)
      assert.doesNotMatch(problem, /hidden/)
    }
  })

  test('refuses a database_url that is not percent-encoded, without repeating it', () => {
    const read = (url: string) => readServiceConfig(`[service]\ndatabase_url=${url}`, file)
    for (const url of [
      'postgres://u:p%23w@db/countersign',
      'postgresql://u@db:5433/countersign?sslmode=verify-full',
      'postgres:///countersign?host=/run/postgresql',
      'postgres://u:p@/countersign?host=/run/postgresql',
    ]) {
      assert.deepEqual(read(url).problems, [], url)
    }
    for (const url of [
      'postgresql://u:hid#den@db/countersign',
      'postgres://u:hid/den@db/countersign',
      'postgres://u:12/den@db/countersign',
      'postgres://u:hid?den@db/countersign',
      'postgres://u:hid@den@db/countersign',
      'postgres://u:hid%den@db/countersign',
      'postgres://u:hid%zzden@db/countersign',
      'postgres://u:[hidden@db/countersign#',
    ]) {
      const [problem = ''] = read(url).problems.map(formatProblem)
      assert.match(
        problem,
        /^\/etc\/countersign\/countersign\.cfg:2: database_url .*percent-encode/,
        url,
      )
      assert.doesNotMatch(problem, /hid|den/)
    }
    for (const mode of ['prefer', 'allow', 'verify_full']) {
      const [problem = ''] = read(`postgres://u@db/c?sslmode=${mode}`).problems.map(formatProblem)
      assert.match(problem, /:2: database_url has .*sslmode.*; write disable, require,/)
    }
  })

  test('the default contact for push services is the address of the service', () => {
    const contact = (text: string) => readServiceConfig(text, file).config?.webPush.contact
    assert.equal(contact('[service]\nhost_names=mfa.example.com'), 'https://mfa.example.com')
    assert.equal(contact('[service]\nhost_names=2001:db8::7'), 'https://[2001:db8::7]')
    assert.equal(
      contact('[service]\npublic_url=https://mfa.example.com/'),
      'https://mfa.example.com',
    )
    for (const wrong of [
      'mailto:a',
      'mailto:a@b@c',
      'https://',
      'https://[::1',
      'admin@example.com',
    ]) {
      const printed = listProblems(`[push]\nweb_push_contact=${wrong}`)
      assert.match(
        printed.join(),
        /cfg:2: web_push_contact is '.+', which is not a contact address/,
        wrong,
      )
    }
  })

  test('never throws, and never repeats a secret, with any content', () => {
    const secret = 'a'.repeat(20)
    const valid = `[service]
host_names=localhost
database_url=postgres://u:${secret}@db/countersign
port=8443
[sms]
provider=http
[http_gateway]
method=GET
url=https://sms.example/?key=${secret}&to={to}&text={text}
headers=X-Key: ${secret}
from=Example
[twilio]
base_url=https://api.example.com
auth_token=${secret}
[places]
networks=203.0.113.0/24 Berlin office
[mail]
provider=smtp
from=mfa@example.com
host=localhost
username=u
password=${secret}
`
    assert.deepEqual(listProblems(valid), [])
    const piece = fc.constantFrom('', '\n', ' ', '[', ']', '=', ':', ';', "'", '"', '\0', '2', 'x=')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(valid.length), fc.nat(8), piece), { maxLength: 2 }),
        (edits) => {
          const edited = edits.reduce(
            (text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length),
            valid,
          )
          const printed = listProblems(edited).join('\n')
          assert(!printed.includes(secret.slice(0, 13)), `${edited}\n${printed}`)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('messages never repeat a secret', () => {
    const problems = listProblems(
      '[service]\ndatabase_url=mysql://u:hidden@db\nhunter2hunter2hunter2hidden\n',
    )
    assert.equal(problems.length, 2)
    assert.doesNotMatch(problems.join('\n'), /hidden/)
    const joined = '[service]\nhost_names=localhostpostgres://u:hidden@db/countersign\n'
    assert.deepEqual(listProblems(joined), [
      `${file}:2: host_names has '[secret]', which is not a host name or IP address; correct or remove it`,
    ])
  })
})

describe('countersign.cfg: messages, calls and mail', () => {
  test('sends nothing by default', () => {
    const { sms, phone, mail } = defaultConfig('/srv')
    assert.deepEqual(
      [sms.provider, phone.provider, mail.provider],
      [{ kind: 'off' }, { kind: 'off' }, { kind: 'off' }],
    )
    assert.deepEqual([sms.batch, sms.validMinutes, phone.confirmKeys], [1, 10, '1#'])
  })

  test('accepts complete providers, and never prints their secrets', () => {
    const { config, problems } = readServiceConfig(
      `[service]
public_url=https://mfa.example.com/
[sms]
provider=http
sms_batch=5
allowed_prefixes=+49, +43
user_per_hour=0
[phone]
provider=twilio
caller_id=+15550100000
language=de
keypress_fraud=none
[twilio]
account_sid=AC1
auth_token=hidden1
base_url=https://voice.example.com/api/laml/
ca_file=ca.pem
[http_gateway]
url=http://127.0.0.1:13013/cgi-bin/sendsms?username=u&password=hidden2&to={to}&text={text}
method=GET
headers=X-Key: hidden3
  X-Other: two: parts
success_pattern=^0: Accepted
[mail]
provider=smtp
from=Countersign <mfa@example.com>
host=mail.example.com
username=mfa
password=hidden4
`,
      file,
    )
    assert.deepEqual(problems, [])
    assert.equal(config?.publicUrl, 'https://mfa.example.com')
    assert.deepEqual(config?.sms.limits.allowedPrefixes, ['+49', '+43'])
    assert.equal(config?.sms.limits.userPerHour, 0)
    assert(config?.sms.provider.kind === 'http')
    assert.deepEqual(
      config.sms.provider.gateway.headers.map(({ name, value }) => [name, value.reveal()]),
      [
        ['x-key', 'hidden3'],
        ['x-other', 'two: parts'],
      ],
    )
    assert(config.phone.provider.kind === 'twilio')
    assert.equal(config.phone.provider.twilio.baseUrl, 'https://voice.example.com/api/laml')
    assert.equal(config.phone.provider.twilio.caFile, '/etc/countersign/ca.pem')
    assert.deepEqual([config.phone.language, config.phone.fraudKey], ['de', undefined])
    assert(config.mail.provider.kind === 'smtp')
    assert.equal(config.mail.provider.smtp.security, 'starttls')
    assert.doesNotMatch(JSON.stringify(config), /hidden/)
  })

  test('reports a missing setting of a provider at the line that chooses it', () => {
    const printed = listProblems(`[sms]
provider=twilio
[phone]
provider=aws
keypress_confirm=19
[twilio]
base_url=http://example.com
[mail]
provider=smtp
security=none
host=mail.example.com
username=u
password=hidden
[aws]
access_key_id=A
[service]
public_url=http://mfa.example.com
`).map((line) => line.slice(file.length + 1))
    assert.deepEqual(
      printed.map((line) => line.split(':')[0]),
      ['2', '2', '2', '4', '4', '5', '7', '9', '10', '15', '17'],
    )
    assert.doesNotMatch(printed.join('\n'), /hidden/)
  })

  test('refuses unencrypted mail and invalid addresses', () => {
    const printed = listProblems(`[mail]
provider=smtp
from=Countersign
host=mail.example.com
security=none
[push]
fraud_email=a@example.com, Eve <eve@example.com>
`).map((line) => line.slice(file.length + 1))
    assert.deepEqual(
      printed.map((line) => line.split(':')[0]),
      ['3', '5', '7'],
    )
    for (const from of [
      'mfa@example.com',
      'Countersign <mfa@example.com>',
      'Zoë <zoë@exämple.com>',
    ]) {
      assert.deepEqual(
        listProblems(`[mail]\nprovider=smtp\nhost=localhost\nsecurity=none\nfrom=${from}\n`),
        [],
      )
    }
  })

  test('accepts each example of docs/messages-and-calls.md unchanged', () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../docs/messages-and-calls.md'),
      'utf8',
    )
    const sections = [...page.matchAll(/```ini\n([^`]*)```/g)].map(([, text = '']) => text)
    assert(sections.length >= 7)
    for (const text of sections) assert.deepEqual(listProblems(text), [], text)
  })

  const gatewayLines = (text: string) =>
    listProblems(`[sms]\nprovider=http\n[http_gateway]\n${text}\n`).map((line) => {
      assert.doesNotMatch(line, /hidden/)
      return line.slice(file.length + 1)
    })

  for (const [what, text, expected] of [
    ['no placeholder for the number', 'url=https://sms.example/?t={text}', ['4:']],
    ['an unknown placeholder', 'url=https://a.example/?n={to}&t={text}&x={ hidden }', ['4:']],
    ['placeholders in capital letters', 'url=https://a.example/?n={TO}&t={text}', ['4:', '4:']],
    [
      'a placeholder for a sender that is not set',
      'url=https://a.example/?n={to}&t={text}&f={from}',
      ['4:'],
    ],
    ['# in a password', 'url=https://a.example/?p=hidden#1&n={to}&t={text}', ['4:']],
    ['a password before the host', 'url=https://u:hidden@a.example/?n={to}&t={text}', ['4:']],
    ['a placeholder in the host', 'url=https://{to}.example/?t={text}', ['4:']],
    ['another protocol', 'url=ftp://a.example/?n={to}&t={text}', ['4:']],
    ['a body with GET', 'method=GET\nurl=https://a.example/\nbody={to} {text}', ['6:']],
    [
      'JSON without quotes',
      'content_type=json\nurl=https://a.example/\nbody={"n":"{to}","t":{text}}',
      ['6:'],
    ],
    [
      'reserved, repeated and non-ASCII headers',
      'url=https://a.example/?n={to}&t={text}\nheaders=Content-Length: 5\n  X-Key: hidden\n  x-key: b\n  X-Name: hiddenü',
      ['5:', '5:', '5:'],
    ],
  ] as const) {
    test(`refuses a gateway with ${what}`, () => {
      assert.deepEqual(
        gatewayLines(text).map((line) => line.slice(0, 2)),
        expected,
      )
    })
  }

  test('warns about an unencrypted gateway and uses it', () => {
    const text = (host: string) =>
      `[sms]\nprovider=http\n[http_gateway]\nurl=http://${host}/?n={to}&t={text}&p=hidden\n`
    const { config, problems } = readServiceConfig(text('sms.example'), file)
    assert.equal(config?.sms.provider.kind, 'http')
    assert.deepEqual(
      problems.map(({ severity, line }) => [severity, line]),
      [['warning', 4]],
    )
    assert.deepEqual(listProblems(text('127.0.0.1:13013')), [])
  })

  test('accepts a header with the name of a key, but no indented key', () => {
    const gateway = '[sms]\nprovider=http\n[http_gateway]\nurl=https://a.example/?n={to}&t={text}\n'
    const headers = 'headers=Accept: text/plain\n  From: ops@example.com\n'
    const { config, problems } = readServiceConfig(`${gateway}${headers}`, file)
    assert.deepEqual(problems, [])
    const provider = config?.sms.provider
    assert(provider?.kind === 'http')
    assert.deepEqual(
      provider.gateway.headers.map(({ name, value }) => [name, value.reveal()]),
      [
        ['accept', 'text/plain'],
        ['from', 'ops@example.com'],
      ],
    )
    const problem = listProblems(`${gateway}${headers}  from=Countersign\n`).at(-1)
    assert.match(problem ?? '', /:7: .* 'from' becomes part of the value of headers/)
  })

  test('accepts a number without quotes in JSON', () => {
    const body = 'body={"recipients":[{"msisdn":{to}}],"message":"{text}"}'
    const json = `content_type=json\nurl=https://a.example/\n${body}`
    assert.deepEqual(gatewayLines(`plus=false\n${json}`), [])
    assert.equal(gatewayLines(json).length, 1)
  })

  test('refuses a gateway without the text, and an invalid header, without repeating secrets', () => {
    const printed = listProblems(`[sms]
provider=http
[http_gateway]
url=https://sms.example/?key=hidden&to={to}
headers=hidden hidden
success_pattern=(
`)
    assert.equal(printed.length, 3)
    assert.doesNotMatch(printed.join('\n'), /hidden/)
  })
})
