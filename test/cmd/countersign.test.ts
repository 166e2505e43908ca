import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { TelephonyLog } from '../../src/service/audit/telephony_log.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
after(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function countersign(line: string, input = ''): Run {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const env = {
    ...process.env,
    COUNTERSIGN_DATA: join(folder, 'data'),
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  }
  return countersignVerb(words, { input, env })
}

function json(line: string): Record<string, unknown> {
  const { status, stdout, stderr } = countersign(`${line} --json`)
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

describe('countersign, in a new folder', () => {
  test('init creates the data, and empty lists say what to do', () => {
    assert.equal(countersign('init').status, 0)
    assert.match(countersign('user list').stdout, /Add one: countersign user add alice --totp/)
    assert.match(countersign('app list').stdout, /countersign app add --type radius/)
    assert.equal(statSync(join(folder, 'data')).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, 'data/sealing.key')).mode & 0o777, 0o600)
  })

  test('user add --totp shows a QR code and the URI', () => {
    const { status, stdout } = countersign('user add alice --totp --bypass 2 --alias al')
    assert.equal(status, 0)
    assert.match(stdout, /▄/)
    assert.match(stdout, /otpauth:\/\/totp\/Countersign:alice\?secret=[A-Z2-7]{32}&/)
    assert.equal(stdout.match(/^ {2}\d{9}$/gm)?.length, 2)
  })

  test('app add and app edit set the permissions of an Admin API application', () => {
    const line = 'app add --name script --type adminapi --permission read_resource read_log'
    assert.equal(countersign(line).status, 0)
    assert.match(countersign('app show script').stdout, /^permissions +read_resource read_log$/m)
    assert.equal(countersign('app edit script --permission info').status, 0)
    assert.match(countersign('app show script').stdout, /^permissions +info$/m)
    const wrong = countersign('app add --name vpn1 --type radius --permission info')
    assert.equal(wrong.status, 1)
    assert.match(wrong.stderr, /only for applications of type adminapi/)
    assert.equal(countersign('app remove script --yes').status, 0)
  })

  test('refuses a user name that another user has, in any case or as an alias', () => {
    for (const name of ['Alice', 'AL']) {
      const { status, stderr } = countersign(`user add ${name}`)
      assert.equal(status, 1)
      assert.equal(stderr, `countersign: '${name}' is the name or an alias of a user already\n`)
    }
  })

  test('list and show print what was added, as text and as JSON', () => {
    const phone = json('phone add al --number "+1 555 010 1234" --name Work')
    assert.equal(phone.number, '+15550101234')
    json('token add alice --kind hotp-8')
    countersign('group add Contractors --status bypass')
    countersign('group join Contractors alice')
    const shown = json('user show alice')
    assert.equal(shown.username, 'alice')
    assert.match(JSON.stringify(shown.tokens), /"totp-6".*"hotp-8"/)
    assert.match(JSON.stringify(shown.groups), /"Contractors","status":"bypass"/)
  })

  test('suggests the nearest name for an unknown one', () => {
    const { status, stderr } = countersign('user show alicf')
    assert.equal(status, 1)
    assert.equal(stderr, "countersign: there is no user 'alicf'; did you mean alice?\n")
  })

  test('prints a secret key only with --reveal, in text and JSON', () => {
    const added = countersign('app add --type radius --name VPN')
    assert.match(added.stdout, /skey {2}\(hidden; add --reveal to print it\)/)
    const { secret_key: skey, integration_key: ikey } = json('app show VPN --reveal')
    assert.match(String(skey), /^[A-Za-z0-9]{40}$/)
    assert.equal(countersign('app show vpn --reveal').stdout.match(/skey +(\w+)/)?.[1], skey)
    assert.equal(json('app show VPN').secret_key, null)
    for (const verb of ['app show VPN', 'app show VPN --cfg', 'app show VPN --cfg --json']) {
      const { stdout } = countersign(verb)
      assert(stdout.includes(String(ikey)), verb)
      assert(!stdout.includes(String(skey)), verb)
    }
    assert.match(
      countersign('app show VPN --cfg --reveal').stdout,
      new RegExp(`ikey=${ikey}\nskey=${skey}\n`),
    )
    const rotated = json('app rotate VPN --yes --reveal')
    assert.notEqual(rotated.secret_key, skey)
    assert.equal(
      json('app add --type authapi --name Web --reveal').secret_key?.toString().length,
      40,
    )
    assert(!readFileSync(join(folder, 'data/countersign.db')).includes(String(skey)))
  })

  test('refuses the name of another application, in any case', () => {
    const { status, stderr } = countersign('app add --type radius --name vpn')
    assert.equal(status, 1)
    assert.equal(
      stderr,
      "countersign: there is an application 'vpn' already; choose another name (case makes no difference)\n",
    )
  })

  test('app show --cfg prints a configuration of Duo Unix for an application of type unix', () => {
    const added = json('app add --type unix --name SSH --reveal')
    const { secret_key: skey, integration_key: ikey } = added
    assert.equal(added.signature_v1, true)
    assert.match(countersign('app show SSH').stdout, /^signature version 1 +on$/m)
    assert.equal(countersign('app edit SSH --signature-v1 off').status, 0)
    assert.match(countersign('app show SSH').stdout, /^signature version 1 +off$/m)
    assert.match(countersign('app edit SSH --signature-v1 maybe').stderr, /expected on or off/)
    assert.match(countersign('app add --type websdk --name X').stderr, /Allowed choices are radius/)
    assert.equal(
      countersign('app show SSH --cfg --reveal --api-host mfa.example.com').stdout,
      `; SSH. docs/duo-unix.md explains every key.
[duo]
ikey = ${ikey}
skey = ${skey}
host = mfa.example.com:8443
; EDIT: on another machine, the path of a copy of this file
cafile = ${join(folder, 'data/ca.pem')}
failmode = secure
`,
    )
    assert.match(countersign('app show SSH --cfg --api-port 443').stdout, /^host = localhost$/m)
  })

  test('app show --cfg uses public_url and api_port of countersign.cfg', () => {
    const file = join(folder, 'data/countersign.cfg')
    const before = readFileSync(file, 'utf8')
    const settings = '[service]\ndata_folder=.\nhost_names=node1.example.com\n'
    writeFileSync(file, `${settings}public_url=https://mfa.example.com\n`)
    const proxied = countersign('app show VPN --cfg').stdout
    assert.match(proxied, /^api_host=mfa\.example\.com\napi_port=443\n/m)
    // a reverse proxy does not show our certificate
    assert.match(proxied, /^;http_ca_certs_file=$/m)
    writeFileSync(file, `${settings}public_url=https://mfa.example.com\napi_port=9443\n`)
    assert.match(
      countersign('app show VPN --cfg').stdout,
      /^api_host=node1\.example\.com\napi_port=9443\n(;.*\n)*http_ca_certs_file=\S+ca\.pem$/m,
    )
    writeFileSync(file, before)
  })

  test('a usage error names the help of its verb', () => {
    for (const [line, help] of [
      ['user add', 'countersign user add --help'],
      ['app add --type radius', 'countersign app add --help'],
      ['token list --colour', 'countersign token list --help'],
      ['nonsense', 'countersign --help'],
    ] as const) {
      const { status, stderr } = countersign(line)
      assert.equal(status, 1)
      assert(stderr.includes(`(see '${help}')`), stderr)
    }
  })

  test('reads a token secret from standard input, never from the arguments', () => {
    const { status, stdout } = countersign(
      'token add alice --hotp --secret-file - --json',
      'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    )
    assert.equal(status, 0)
    assert.match(stdout, /secret=GEZDGNBVGY3TQOJQ/)
    assert.match(
      countersign('token add alice --secret-file -', '!').stderr,
      /the secret must be base32/,
    )
  })

  test('asks before removing something', () => {
    assert.match(countersign('user remove alice').stderr, /Add --yes to confirm/)
    assert.equal(countersign('user add bob').status, 0)
    assert.match(countersign('user remove bob --yes').stdout, /^bob removed; .* 7 days: /)
    assert.match(countersign('user list --trash').stdout, /^bob +- +in the trash since /m)
    assert.match(countersign('user restore bob').stdout, /^bob restored, active$/m)
    assert.equal(countersign('user remove bob --now --yes').stdout, 'bob deleted\n')
    assert.match(countersign('user remove bob --yes').stderr, /there is no user 'bob'/)
  })

  test('logs every change in the administrator log', () => {
    const { stdout } = countersign('log administrator')
    for (const action of [
      'user_create',
      'phone_create',
      'hardtoken_create',
      'group_member_add',
      'user_delete',
    ]) {
      assert.match(stdout, new RegExp(action))
    }
  })

  test('prints times with the offset of the time zone', () => {
    for (const [TZ, offset] of [
      ['Asia/Kolkata', '+05:30'],
      ['Etc/GMT+3', '-03:00'],
      ['UTC', '+00:00'],
    ]) {
      const env = { ...process.env, COUNTERSIGN_DATA: join(folder, 'data'), NO_COLOR: '1', TZ }
      const { stdout } = countersignVerb(['log', 'administrator'], { env })
      const [, printed] = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S+) /m.exec(stdout) ?? []
      assert.equal(printed, offset)
    }
  })

  test('logs messages and calls in the telephony log', async () => {
    assert.match(countersign('log telephony').stdout, /No message has been sent yet/)
    const store = await Store.open({ folder: join(folder, 'data'), migrate: false })
    const alice = await new Users().byName('alice', store.db)
    for (const [userId, detail] of [
      [alice?.userId ?? null, 'SM1'],
      ['new:eve', 'SM2'],
    ] as const) {
      await store.transaction((db) =>
        new TelephonyLog(store).append(
          {
            timestamp: Date.now(),
            type: 'sms',
            context: 'authentication',
            number: '+15550101234',
            userId,
            txid: null,
            provider: 'twilio',
            result: 'sent',
            detail,
          },
          db,
        ),
      )
    }
    await store.close()
    const { stdout } = countersign('log telephony --user alice')
    assert.match(stdout, /sms +\+15550101234 +authentication +twilio +sent +SM1\n$/)
    assert.doesNotMatch(stdout, /SM2/)
    const lines: unknown = JSON.parse(countersign('log telephony --json').stdout)
    assert(Array.isArray(lines))
    assert.deepEqual([lines.length, lines[0].user_id, lines[0].detail], [2, 'new:eve', 'SM2'])
  })

  test('refuses an option value that is not a mail address', () => {
    const { status, stderr } = countersign(
      'user edit alice --email "a@b.example, eve@evil.example"',
    )
    assert.equal(status, 1)
    assert.match(stderr, /expected one mail address/)
    assert.equal(countersign('user edit alice --email alice@example.com').status, 0)
    assert.equal(json('user show alice').email, 'alice@example.com')
  })

  test('restores a backup from before the sealing key was rotated', () => {
    const file = join(folder, 'backup.db')
    assert.equal(countersign(`backup ${file}`).status, 0)
    assert.match(
      countersign('migrate --rotate-sealing-key').stdout,
      /\d+ secrets encrypted with a new key/,
    )
    assert.equal(countersign('check').status, 0)
    assert.match(countersign(`restore ${file}`).stderr, /add --force to replace it/)
    assert.equal(countersign('user add carol').status, 0)
    assert.equal(countersign(`restore ${file} --force`).status, 0)
    assert.equal(countersign('user show carol').status, 1)
    assert.equal(countersign('user show alice').status, 0)
    writeFileSync(file, 'not a database')
    assert.match(countersign(`restore ${file} --force`).stderr, /its checksum differs/)
  })

  test('reports a wrong sealing key in one line', () => {
    writeFileSync(join(folder, 'data/sealing.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, {
      mode: 0o600,
    })
    const { status, stderr } = countersign('user list')
    assert.equal(status, 1)
    assert.match(
      stderr,
      /^countersign: the data was sealed with key [0-9a-f]{8}, which is not in the key file; put the right sealing\.key back\n$/,
    )
    rmSync(join(folder, 'data/sealing.key'))
    assert.match(countersign('user list').stderr, /sealing\.key is missing/)
    assert(!existsSync(join(folder, 'data/sealing.key')))
  })
})
