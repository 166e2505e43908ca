import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { collectConfigSecrets } from '../../../src/ctl/support/config_secrets.ts'
import {
  collectEnvironmentSecrets,
  describeEnvironment,
} from '../../../src/ctl/support/environment.ts'
import { redactConfig } from '../../../src/ctl/support/redacted_config.ts'
import { Redactor } from '../../../src/ctl/support/redactor.ts'

const unknown = new Redactor([])

describe('a known secret', () => {
  const secret = 'geh"eim& Ä/9'
  const redactor = new Redactor([secret])
  const octets = Buffer.from(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const hex = octets.toString('hex')
  const percent = (text: string) => text.replace(/[^a-z]/g, (one) => encodeURIComponent(one))
  const forms = {
    'JSON in JSON': JSON.stringify(json).slice(1, -1),
    'JSON three times': JSON.stringify(JSON.stringify(json).slice(1, -1)).slice(1, -1),
    'JSON in ASCII': json.replace('Ä', '\\u00c4'),
    HTML: 'geh&quot;eim&amp; &#196;/9',
    'HTML, hexadecimal': 'geh&#x22;eim&#38; &#xC4;/9',
    'octets in octal': 'geh"eim& \\303\\204/9',
    'octets in hexadecimal': 'geh"eim& \\xc3\\x84/9',
    'hexadecimal with colons': hex.replace(/..(?=.)/g, '$&:'),
    'hexadecimal with blanks': hex.replace(/..(?=.)/g, '$& ').toUpperCase(),
    'hexadecimal in mixed case': hex.replace(/[a-f]/, (letter) => letter.toUpperCase()),
    'an array': [...octets].join(','),
    'an array in hexadecimal': [...octets].map((octet) => `0x${octet.toString(16)}`).join(', '),
    'partly percent-encoded': 'g%65h%22eim& Ä/9',
    'percent-encoded twice': encodeURIComponent(encodeURIComponent(secret)),
    'a form': percent(secret).replace('%20', '+'),
    'JSON in a URL': encodeURIComponent(json),
  }
  for (const [name, form] of Object.entries(forms)) {
    test(`is removed as ${name}`, () => {
      const text = `before\nmessage ${form} end\nafter`
      assert.equal(redactor.finds(text), true)
      const redacted = redactor.redact(text)
      assert.match(
        redacted,
        /^before\nmessage \[removed\] end\nafter$|^before\n\[removed line\]\nafter$/,
      )
      assert.equal(redactor.finds(redacted), false)
    })
  }

  test('does not stop a bundle because it is part of the word that stands for it', () => {
    const short = new Redactor(['move'])
    const redacted = short.redact('move it')
    assert.equal(redacted, '[removed] it')
    assert.equal(short.finds(redacted), false)
  })
})

describe('an unknown secret', () => {
  const lines = [
    'via http://u:pa/s3cretss@proxy.test:3128',
    'via http://u:pa@s3cretss@proxy.test',
    'via user:s3cretss@proxy.test:3128',
    'pwd=s3cretss',
    'bind_pw: s3cretss',
    'password=my s3cretss phrase s3cretss',
    'the password was s3cretss',
    `the passcode 's3cretss'`,
    '"{\\"password\\":\\"s3cretss\\"}"',
    '{"password":"a\\"s3cretss"}',
    'Bearer s3cretss',
    'State = 0xs3cretss',
    'Cookie: a=1; b=s3cretss',
    '"set-cookie": "a=1; b=s3cretss"',
    "failmode is 'safe s3cretss'; expected safe | secure",
    "radius_ip_1 is '10.0.0.4 s3cretss…'",
    '<Buffer 73 33 s3cretss>'.replace('s3cretss', '63 72'),
  ]
  for (const line of lines) {
    test(`is removed from ${line}`, () => {
      const redacted = unknown.redact(line)
      assert.match(redacted, /\[removed\]/)
      assert.doesNotMatch(redacted, /s3cretss|63 72/)
    })
  }

  test('may be a passcode that was typed as a username', () => {
    for (const line of [`for username '123456'`, '"username":"12345678"', 'user=1234567']) {
      assert.doesNotMatch(unknown.redact(line), /\d/)
    }
  })

  test('is not seen in what explains a problem', () => {
    for (const line of [
      '2026-11-29T12:00:00.123Z INFO [radius_server_auto] 10.0.0.4: listening on 0.0.0.0:1812',
      '{"timestamp":"2026-11-29T12:00:00.123Z","username":"alice@example.com","state":"running"}',
      `login attempt for username 'narroway'`,
      'ActiveState=active',
      'radius_secret_1=*****',
      'skey=*****[40]',
    ]) {
      assert.equal(unknown.redact(line), line)
    }
  })
})

describe('a configuration', () => {
  const text = `[main]
interface=IfaceSecretValue1
[hunter2pw]
[radius_server_auto]
port=Sh0rtSecretVal
failmode=safe secretafter12345
radius_ip_1=10.0.0.4
radius_secret_1=abc
`
  const secrets = collectConfigSecrets(text, '/nowhere/authproxy.cfg', {})

  test('gives every value that is masked to the search', () => {
    for (const hidden of [
      'IfaceSecretValue1',
      'hunter2pw',
      'Sh0rtSecretVal',
      'secretafter12345',
      'abc',
    ]) {
      assert.ok(secrets.has(hidden), hidden)
    }
    for (const common of ['safe', '10.0.0.4']) assert.ok(!secrets.has(common), common)
  })

  test('is shown without values that do not suit their keys', () => {
    assert.deepEqual(redactConfig(text).split('\n'), [
      '[main]',
      'interface=*****',
      '; (unknown section)',
      '[radius_server_auto]',
      'port=*****',
      'failmode=*****',
      'radius_ip_1=10.0.0.4',
      'radius_secret_1=*****',
      '',
    ])
  })
})

describe('the environment', () => {
  const env = {
    HTTPS_PROXY: 'user:s3cretss@proxy.test:3128',
    HTTP_PROXY: 'http://user:pa/ss@w0rd@proxy.test',
    NODE_PGPW: 'n0de-secret',
    NODE_ENV: 'production',
  }

  test('is shown without what may be a password', () => {
    assert.equal(
      describeEnvironment(env),
      `HTTPS_PROXY=[removed]@proxy.test:3128
HTTP_PROXY=http://[removed]@proxy.test
NODE_ENV=production
NODE_PGPW (not shown)`,
    )
  })

  test('gives passwords to the search', () => {
    const secrets = collectEnvironmentSecrets(env)
    for (const secret of ['s3cretss', 'pa/ss@w0rd', 'n0de-secret']) {
      assert.ok(secrets.includes(secret), secret)
    }
  })
})
