import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readKey, unprotect } from '../../../src/proxy/sections/protected_value.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

const program = join(import.meta.dirname, '../../../src/cmd/authproxy_passwd.ts')
const skey = 'a'.repeat(40)
const secret = 'p%;w#1 = x ü'.padEnd(24, 's')
const plain = `; for the office\r
[duo_only_client]\r
\r
[radius_server_duo_only]\r
ikey=DIWJ8X6AEYOR5OMC6TQ1\r
skey = ${skey}\r
# radius_secret_1=old\r
api_host=api-1234abcd.duosecurity.com\r
radius_ip_1=10.0.1.10\r
RADIUS_SECRET_1: ${secret}\r
`

function newConfig(text: string): { folder: string; config: string; keyFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  const config = join(folder, 'authproxy.cfg')
  writeFileSync(config, text)
  return { folder, config, keyFile: join(folder, 'authproxy.key') }
}

function run(words: readonly string[], input: string) {
  return spawnSync(process.execPath, [program, ...words], { input, encoding: 'utf8' })
}

describe('authproxy_passwd', () => {
  test('encrypts one line of standard input, and creates a key that only its owner can read', () => {
    const { config, keyFile } = newConfig(plain)
    const { status, stdout, stderr } = run(['--config', config], `${skey}\r\nmore\n`)
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(statSync(keyFile).mode & 0o777, 0o600)
    assert.equal(unprotect(stdout.trim(), readKey(keyFile)).reveal(), skey)
    const again = run(['--config', config], skey).stdout
    assert.notEqual(again, stdout)
    assert.equal(unprotect(again.trim(), readKey(keyFile)).reveal(), skey)
  })

  test('refuses a secret on the command line without repeating it', () => {
    const { config, keyFile } = newConfig(plain)
    const { status, stdout, stderr } = run(['--config', config, 'hunter2'], '')
    assert.equal(status, 2)
    assert.match(stderr, /every user of this machine can read/)
    assert(!(stdout + stderr).includes('hunter2'))
    assert(!existsSync(keyFile))
  })

  test('refuses an empty secret, and a key that others can read', () => {
    const { config, keyFile } = newConfig(plain)
    assert.match(run(['--config', config], '\n').stderr, /the secret is empty/)
    run(['--config', config], skey)
    chmodSync(keyFile, 0o640)
    const { status, stderr } = run(['--config', config], skey)
    assert.equal(status, 1)
    assert.match(stderr, /can be read by others; run: chmod 600/)
  })

  test('reports a folder that does not exist', () => {
    const { status, stderr } = run(['--config', '/nowhere/authproxy.cfg'], skey)
    assert.equal(status, 1)
    assert.match(stderr, /key file can't be created: there is no file or folder/)
  })
})

describe('authproxy_passwd --whole-config', () => {
  test('encrypts every secret, and keeps comments, order, line ends and mode', () => {
    const { folder, config } = newConfig(plain)
    chmodSync(config, 0o640)
    const before = readProxyConfig(plain, config).config
    const { status, stdout, stderr } = run(['--whole-config', '-y', '--config', config], '')
    assert.equal(status, 0)
    assert.equal(
      stdout,
      'line 6: skey is now skey_protected\nline 10: RADIUS_SECRET_1 is now radius_secret_protected_1\n',
    )
    assert.match(stderr, /:7: warning: radius_secret_1 in a comment stays readable/)
    const text = readFileSync(config, 'utf8')
    assert(!text.includes(skey) && !text.includes(secret))
    assert.equal(
      text.replaceAll(/sealed1:[\w+/=]+/g, 'sealed'),
      plain
        .replace(`skey = ${skey}`, 'skey_protected=sealed')
        .replace(`RADIUS_SECRET_1: ${secret}`, 'radius_secret_protected_1=sealed'),
    )
    assert.equal(statSync(config).mode & 0o777, 0o640)
    assert.deepEqual(readdirSync(folder).sort(), ['authproxy.cfg', 'authproxy.key'])
    const after = readProxyConfig(text, config)
    assert.deepEqual(after.problems, [])
    assert.equal(after.config?.servers[0]?.skey.reveal(), skey)
    assert.equal(
      after.config?.servers[0]?.radiusClients[0]?.secret.reveal(),
      before?.servers[0]?.radiusClients[0]?.secret.reveal(),
    )
  })

  test('encrypts the previous secret of a client, and names every secret in a comment', () => {
    const { config } = newConfig(
      `${plain}radius_secret_previous_1=${'q'.repeat(24)}\n;radius_secret_previous_2 = old\n; service_account_password=old\n;skey_protected=sealed1:x\n; secret to nobody\n`,
    )
    const { stdout, stderr } = run(['--whole-config', '-y', '--config', config], '')
    assert.match(stdout, /radius_secret_previous_1 is now radius_secret_previous_protected_1/)
    assert.match(stderr, /:12: warning: radius_secret_previous_2 in a comment stays readable/)
    assert.match(stderr, /:13: warning: service_account_password in a comment stays readable/)
    assert.doesNotMatch(stderr, /:1[45]: /)
    const { config: read, problems } = readProxyConfig(readFileSync(config, 'utf8'), config)
    assert.deepEqual(problems, [])
    const [client] = read?.servers[0]?.radiusClients ?? []
    assert.equal(client?.previousSecret?.reveal(), 'q'.repeat(24))
  })

  test('keeps the owner of the file', { skip: process.getuid?.() !== 0 }, () => {
    const { config, keyFile } = newConfig(plain)
    chownSync(config, 65_534, 65_534)
    assert.equal(run(['--whole-config', '-y', '--config', config], '').status, 0)
    for (const file of [config, keyFile]) {
      const { uid, gid } = statSync(file)
      assert.deepEqual([uid, gid], [65_534, 65_534], file)
    }
  })

  test('a value of another machine is refused in the words of the vendor', () => {
    const { config, keyFile } = newConfig(plain)
    run(['--whole-config', '-y', '--config', config], '')
    rmSync(keyFile)
    run(['--config', config], 'another key')
    const { problems } = readProxyConfig(readFileSync(config, 'utf8'), config)
    assert.ok(
      problems[0]?.message.startsWith(
        'The protected value for skey_protected could not be decrypted and therefore cannot be used. This may happen if the secret was encrypted on a different machine and copied to this machine. Please try protecting this value again.',
      ),
    )
  })

  test('a second run changes nothing', () => {
    const { config } = newConfig(plain)
    run(['--whole-config', '-y', '--config', config], '')
    const text = readFileSync(config, 'utf8')
    const { status, stdout } = run(['--whole-config', '-y', '--config', config], '')
    assert.equal(status, 0)
    assert.match(stdout, /has no plain secret/)
    assert.equal(readFileSync(config, 'utf8'), text)
  })

  test('replaces the target of a symbolic link, not the link', () => {
    const { folder, config } = newConfig(plain)
    const link = join(folder, 'link.cfg')
    symlinkSync('authproxy.cfg', link)
    assert.equal(run(['--whole-config', '-y', '--config', link], '').status, 0)
    assert(readFileSync(config, 'utf8').includes('skey_protected=sealed1:'))
    assert.equal(readFileSync(link, 'utf8'), readFileSync(config, 'utf8'))
  })

  test('leaves a file with errors unchanged', () => {
    const { config } = newConfig(`${plain}skey=${skey}\n`)
    const { status, stderr } = run(['--whole-config', '-y', '--config', config], '')
    assert.equal(status, 2)
    assert.match(stderr, /:11: skey is already set in line 6/)
    assert.match(stderr, /is unchanged/)
    assert.equal(readFileSync(config, 'utf8'), `${plain}skey=${skey}\n`)
  })

  test('leaves a file unchanged in which a secret continues on an indented line', () => {
    const text = `${plain}  skey=${skey}\n`
    const { config } = newConfig(text)
    const { status, stderr } = run(['--whole-config', '-y', '--config', config], '')
    assert.equal(status, 2)
    assert.match(stderr, /:11: this line is indented more than line 10, so 'skey' becomes part/)
    assert(!stderr.includes(skey))
    assert.equal(readFileSync(config, 'utf8'), text)
  })

  test('refuses to start without a terminal and without -y', () => {
    const { config, keyFile } = newConfig(plain)
    const { status, stderr } = run(['--whole-config', '--config', config], '')
    assert.equal(status, 2)
    assert.match(stderr, /add -y/)
    assert(!existsSync(keyFile))
  })
})
