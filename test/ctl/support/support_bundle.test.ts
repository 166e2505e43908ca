import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { keyFileFor, protect, readOrMakeKey } from '../../../src/proxy/sections/protected_value.ts'

const program = resolve(import.meta.dirname, '../../../bin/authproxy_support')

/** Planted in every place that a bundle is made from. */
const planted = {
  skey: 'Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep',
  radiusSecret: 'r4dius/secret+with=signs',
  previousSecret: 'the previous one 77',
  protectedSecret: 'pr0tected-and-sealed',
  commented: 'old5ecretInAComment',
  looseComment: 'looseSecret0fTheComment',
  broken: 'br0kenLineSecret99',
  misspelt: 'missp3ltKeySecret',
  joined: 'joinedByAccident42',
  continued: 'c0ntinuedSecretLine',
  url: 'url-pa55word',
  file: 'from-a-file-81',
  variable: 'from-a-variable-82',
  environment: 'env1ronmentToken',
  environmentUrl: 'proxy-pa55word',
  swapped: 'Qh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Eq',
  logged: 'l0ggedPassword',
} as const

describe('authproxy_support', () => {
  const folder = mkdtempSync(join(tmpdir(), 'support-'))
  const unpacked = join(folder, 'unpacked')
  let archive: string
  let stdout: string
  before(() => {
    mkdirSync(join(folder, 'conf'))
    mkdirSync(join(folder, 'log'))
    mkdirSync(unpacked)
    const file = join(folder, 'conf/authproxy.cfg')
    const secretFile = join(folder, 'secret')
    writeFileSync(secretFile, `${planted.file}\n`)
    const sealed = protect(planted.protectedSecret, readOrMakeKey(keyFileFor(file)))
    const config = `; skey=${planted.commented}
# a note: the password was ${planted.looseComment}
[main]
log_auth_events=true
; debug=true
http_proxy_host=http://user:${planted.url}@proxy.test
[duo_only_client]
${planted.broken}
[radius_server_duo_only]
ikey=${planted.swapped}
skey=${planted.skey}
skye=${planted.misspelt}
api_host=localhost skey=${planted.joined}
api_port=1
failmode=secure
 ${planted.continued}
radius_ip_1=192.0.2.7
radius_secret_1=${planted.radiusSecret}
radius_ip_2=192.0.2.8
radius_secret_protected_2=${sealed}
radius_ip_3=192.0.2.9
radius_secret_3=file:${secretFile}
radius_ip_4=192.0.2.10
radius_secret_4=env:PLANTED_RADIUS
radius_secret_previous_1=${planted.previousSecret}
[unknown_section]
anything=${planted.misspelt}
`
    writeFileSync(file, config, { mode: 0o600 })
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    // nothing but its key tells that this one is a secret
    const { logged, ...known } = planted
    const log = Object.values(known).flatMap((secret) => [
      `plain ${secret} end`,
      `url ${encodeURIComponent(secret)} form ${encodeURIComponent(secret).replaceAll('%20', '+')}`,
      `base64 ${base64(secret)} ${base64(`u:${secret}`)} ${base64(`us:${secret}:`)}`,
      `base64url ${Buffer.from(secret).toString('base64url')}`,
      `hex ${Buffer.from(secret).toString('hex')}`,
      JSON.stringify({ message: secret }),
    ])
    const alone = [
      `password=${logged}`,
      'Authorization: Basic c29tZXRoaW5nOmVsc2U=',
      `login attempt for username 'narroway'`,
    ]
    writeFileSync(join(folder, 'log/authproxy.log'), `${[...log, ...alone].join('\n')}\n`)
    writeFileSync(join(folder, 'log/authproxy.log.1'), `${log.join('\n')}\n`)
    writeFileSync(join(folder, 'log/private.pem'), planted.skey)
    // the user of the proxy could make root collect any file
    symlinkSync('/etc/passwd', join(folder, 'log/authproxy.log.2'))
    const made = spawnSync(program, ['--config', file, '--no-explicit-connectivity-check'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PLANTED_RADIUS: planted.variable,
        API_TOKEN: planted.environment,
        HTTPS_PROXY: `http://user:${planted.environmentUrl}@proxy.test:3128`,
      },
    })
    assert.equal(made.status, 0, made.stderr)
    ;({ stdout } = made)
    const found = readdirSync(folder).find((name) => name.startsWith('countersign-support-'))
    assert(found !== undefined)
    archive = join(folder, found)
    execFileSync('tar', ['-xzf', archive, '-C', unpacked])
  })
  after(() => rmSync(folder, { recursive: true }))

  function read(name: string): string {
    return readFileSync(join(unpacked, name), 'utf8')
  }

  test('writes an archive that only its owner can read, and lists what is in it', () => {
    assert.match(archive, /countersign-support-\d{8}T\d{6}Z\.tar\.gz$/)
    if (process.platform !== 'win32') assert.equal(statSync(archive).mode & 0o777, 0o600)
    for (const name of [
      'README.txt',
      'authproxy.cfg',
      'status.json',
      'connectivity.txt',
      'system.txt',
      'environment.txt',
      'log/authproxy.log',
      'log/authproxy.log.1',
    ]) {
      assert.match(stdout, new RegExp(`^ +\\d+ {2}${name.replaceAll('.', '\\.')}$`, 'm'))
      assert.ok(read(name).length > 0)
    }
    assert.ok(!stdout.includes('private.pem'))
    assert.match(read('log/authproxy.log.2'), /can't be read: ELOOP/)
  })

  test('has no planted secret, in any encoding', () => {
    const everything = readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n')
    for (const [place, secret] of Object.entries(planted)) {
      const octets = Buffer.from(secret)
      const forms = {
        plain: secret,
        url: encodeURIComponent(secret),
        form: encodeURIComponent(secret).replaceAll('%20', '+'),
        base64: octets.toString('base64').replace(/=+$/, ''),
        base64url: octets.toString('base64url'),
        hex: octets.toString('hex'),
        json: JSON.stringify(secret).slice(1, -1),
        // what the secret alone determines of `u:SECRET` and `us:SECRET:`
        shifted1: Buffer.from(`u:${secret}`).toString('base64').slice(3, -4),
        shifted2: Buffer.from(`us:${secret}:`).toString('base64').slice(4, -4),
      }
      for (const [encoding, form] of Object.entries(forms)) {
        assert.ok(!everything.includes(form), `${place} as ${encoding}`)
      }
    }
    assert.ok(!everything.includes('c29tZXRoaW5nOmVsc2U'), 'an Authorization header')
  })

  test('keeps what explains a problem', () => {
    const config = read('authproxy.cfg').split('\n')
    assert.equal(config[3], 'log_auth_events=true')
    assert.equal(config[4], '; debug=true')
    assert.equal(config[7], '; (line left out)')
    assert.equal(config[10], 'skey=*****[40]')
    assert.equal(config[16], 'radius_ip_1=192.0.2.7')
    assert.equal(config[17], 'radius_secret_1=*****')
    assert.match(read('log/authproxy.log'), /login attempt for username 'narroway'/)
    assert.match(read('status.json'), /the proxy is not running/)
    assert.match(read('connectivity.txt'), /Testing section 'radius_server_duo_only'/)
    assert.match(read('system.txt'), /== clock\n\d{4}-/)
    assert.match(read('environment.txt'), /^API_TOKEN \(not shown\)$/m)
    assert.match(read('environment.txt'), /^HTTPS_PROXY=http:\/\/\[removed\]@proxy\.test:3128$/m)
  })
})
