import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  type AuthenticationEvent,
  AuthenticationLog,
} from '../../src/service/audit/authentication_log.ts'
import { BypassCodes } from '../../src/service/authenticators/bypass/bypass_codes.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { Invitations } from '../../src/service/people/enrolment/invitations.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { activatePush } from '../rig/activate_push.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { Running } from '../rig/running.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const folder = mkdtempSync(join(tmpdir(), 'help-desk-'))
const hourMs = 3_600_000
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function countersign(line: string) {
  return countersignVerb([...line.split(' '), '--data', folder], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
}

function json(line: string) {
  const { status, stdout, stderr } = countersign(`${line} --json`)
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

describe('the verbs of a help desk', () => {
  let store: Store
  before(async () => {
    assert.equal(countersign('init').status, 0)
    store = await Store.open({ folder, migrate: false })
    const now = Date.now()
    await store.transaction(async (db) => {
      const users = new Users()
      for (const username of ['nell', 'una']) await users.create({ username }, now, db)
      const { userId } = await users.create({ username: 'bob' }, now, db)
      const phones = new Phones()
      const { phoneId } = await phones.add(userId, { number: '+15550101234' }, now, db)
      await activatePush(phoneId, now, db)
      await phones.add(userId, { number: '+15550101235' }, now, db)
    })
  })
  after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  test('bypass create creates one code for 24 hours', async () => {
    const { stdout, status } = countersign('bypass create nell')
    assert.equal(status, 0)
    assert.match(
      stdout,
      /^\d{9}\n\nthe code works once, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\n$/,
    )
    const nell = await new Users().byName('nell', store.db)
    const [code, ...others] = await new BypassCodes(store).ofUser(nell?.userId ?? '', store.db)
    assert.deepEqual([others.length, code?.reuseCount], [0, 1])
    const hours = ((code?.expires ?? 0) - Date.now()) / hourMs
    assert(hours > 23.9 && hours <= 24, String(hours))
  })

  test('bypass create names the codes that it replaces', () => {
    assert.match(
      countersign('bypass create nell --count 3 --valid-for 3d').stdout,
      /each code works once, until .*\nthe code that nell had no longer works/,
    )
    const kept = json('bypass create nell --preserve-existing --reuse-count 2')
    assert.deepEqual([kept.codes.length, kept.uses, kept.replaced], [1, 2, 0])
    assert.match(kept.expiration, isoTime)
    const { replaced, expiration } = json('bypass create nell --valid-for 0')
    assert.deepEqual([replaced, expiration], [4, null])
    const { status, stderr } = countersign('bypass create nell --valid-for tomorrow')
    assert.equal(status, 1)
    assert.match(stderr, /expected a duration like .*\n\(see 'countersign bypass create --help'\)/)
  })

  test('user list shows devices, enrolled state, invitation and lock', async () => {
    const now = Date.now()
    await store.transaction(async (db) => {
      const user = await new Users().byName('nell', db)
      const userId = user?.userId ?? ''
      await new Invitations().create(
        { username: 'nell', userId, ikey: null, validSecs: 3600, createdBy: 'test' },
        now,
        db,
      )
      const row = { consecutive: 50, last_wrong: '', locks: 1, updated: now }
      const lock = { user_id: userId, ...row, locked_until: now + hourMs }
      await db
        .insertInto('failed_attempts')
        .values([
          { ...lock, ikey: '', source: '' },
          { ...lock, ikey: 'DI1', source: '192.0.2.1' },
        ])
        .execute()
    })
    json('token add bob --hotp')
    const users = Map.groupBy(
      json('user list') as Record<string, unknown>[],
      ({ username }) => username,
    )
    const [bob] = users.get('bob') ?? []
    assert.deepEqual(
      [bob?.enrolled, bob?.phones, bob?.activated_phones, bob?.tokens, bob?.invited_until],
      [true, 2, 1, 1, null],
    )
    const [nell] = users.get('nell') ?? []
    assert.deepEqual([nell?.enrolled, nell?.phones, nell?.locked_sources], [false, 0, 1])
    assert.match(String(nell?.invited_until), isoTime)
    assert.match(String(nell?.locked_until), isoTime)
    assert.match(String(nell?.created), isoTime)
    const { stdout } = countersign('user list')
    assert.match(stdout, /^bob +- +active +yes +2 phones \(1 with push\), 1 token +- +- +-$/m)
    assert.match(stdout, /^nell +- +active +no +- +until \S+ \S+ \S+ +until \S+ \S+ \S+ +-$/m)
    await store.transaction((db) =>
      db
        .updateTable('failed_attempts')
        .set({ ikey: 'portal' })
        .where('ikey', '=', '')
        .where('source', '=', '')
        .execute(),
    )
    assert.match(
      countersign('user list').stdout,
      /^nell .* portal until \S+ \S+ \S+, from 1 address +-$/m,
    )
    json('user unlock nell')
    assert.match(
      countersign('user list').stdout,
      /^nell +- +active +no +- +until \S+ \S+ \S+ +- +-$/m,
    )
  })

  test('user list --not-enrolled shows users without a device', () => {
    const names = json('user list --not-enrolled').map(
      ({ username }: { username: string }) => username,
    )
    assert.deepEqual(names, ['nell', 'una'])
  })

  test('every verb that changes something prints the result as JSON', () => {
    const [phone] = json('phone list bob')
    const [token] = json('user show bob').tokens
    assert.equal(token.kind, 'hotp-6')
    for (const [line, expected] of [
      ['user edit bob --realname Bob', { username: 'bob', realname: 'Bob' }],
      ['user alias bob bobby', { aliases: ['bobby'] }],
      ['group add Staff', { name: 'Staff' }],
      ['group edit Staff --status bypass', { status: 'bypass' }],
      ['group join Staff bob', { member: true, username: 'bob' }],
      ['group leave Staff bob', { member: false }],
      ['group remove Staff --yes', { removed: true, policies_in: [], permitted_in: [] }],
      [`token unassign ${token.serial}`, { kind: 'hotp-6', user_id: null }],
      [`token assign ${token.serial} nell`, { kind: 'hotp-6' }],
      [`token remove ${token.serial} --yes`, { removed: true }],
      [`phone remove ${phone.phone_id} --yes`, { removed: true }],
      ['bypass remove nell', { bypass_codes: 0 }],
      ['app add --type radius --name VPN', { name: 'VPN', secret_key: null }],
      ['app edit VPN --name Mail', { name: 'Mail' }],
      ['app remove Mail --yes', { removed: true }],
      ['user remove una --yes', { removed: true }],
      ['migrate', { migrated: true }],
      ['check', { whole: true }],
    ] as const) {
      const said = json(line)
      const same = Object.entries(expected).map(([key]) => [key, said[key]])
      assert.deepEqual(Object.fromEntries(same), expected, line)
    }
  })
})

describe('countersign log', () => {
  const followed = mkdtempSync(join(tmpdir(), 'log-'))
  let store: Store
  const words = (...more: string[]) => ['log', ...more, '--data', followed]
  const run = (...more: string[]) => {
    const { stdout, stderr, status } = countersignVerb(words(...more))
    assert.equal(status, 0, stderr)
    return stdout
  }
  const usersIn = (stdout: string) =>
    JSON.parse(stdout).map(({ username }: { username: string }) => username)

  async function signIn(username: string, timestamp: number, more: object = {}): Promise<void> {
    const event: AuthenticationEvent = {
      timestamp,
      txid: null,
      userId: null,
      username,
      ikey: 'DI1',
      application: 'VPN',
      factor: 'passcode',
      result: 'success',
      reason: 'valid_passcode',
      ipaddr: '192.0.2.1',
      hostname: '',
      device: '',
      repeatOf: null,
      decidedBy: '',
      policyKey: '',
      ...more,
    }
    await store.transaction((db) => new AuthenticationLog().append(event, db))
  }

  before(async () => {
    store = await Store.open({ folder: followed, migrate: true })
    await signIn('long-ago', Date.UTC(2026, 0, 2, 12))
    await signIn('yesterday', Date.now() - 20 * hourMs)
    await signIn('just-now', Date.now() - 60_000)
  })
  after(async () => {
    await store.close()
    rmSync(followed, { recursive: true })
  })

  test('--since takes durations and times', () => {
    assert.deepEqual(usersIn(run('--json')), ['just-now', 'yesterday', 'long-ago'])
    assert.deepEqual(usersIn(run('--since', '2h', '--json')), ['just-now'])
    assert.deepEqual(usersIn(run('--since', '1d', '--json')), ['just-now', 'yesterday'])
    assert.equal(usersIn(run('--since', '2026-01-02T12:00Z', '--json')).length, 3)
    assert.equal(usersIn(run('--since', '2026-01-02T13:01+01:00', '--json')).length, 2)
    const wrong = countersignVerb(words('--since', 'noon'))
    assert.equal(wrong.status, 1)
    assert.match(wrong.stderr, /expected a duration like 2h or 3d, or a time like/)
  })

  test('prints times as ISO 8601 with their zone', () => {
    for (const { timestamp } of JSON.parse(run('--json'))) assert.match(timestamp, isoTime)
  })

  test('--follow prints each new entry once, and stops on SIGTERM with exit status 0', async () => {
    const running = new Running(program, words('--follow'))
    await running.prints(/long-ago[\s\S]*yesterday[\s\S]*just-now/)
    for (const username of ['first', 'second', 'third']) {
      await signIn(username, Date.now())
      await running.prints(new RegExp(` ${username} `))
    }
    assert.equal(await running.stop(), 0)
    assert.equal(running.stdout.match(/ first /g)?.length, 1)
    assert.equal(running.stdout.match(/ just-now /g)?.length, 1)
  })

  test('--follow --json prints one matching entry per line', async () => {
    const running = new Running(
      program,
      words('authentication', '--follow', '--json', '--result', 'denied', '--limit', '1'),
    )
    await signIn('allowed', Date.now())
    await signIn('refused', Date.now(), { result: 'denied', reason: 'invalid_passcode' })
    await running.prints(/"username":"refused".*\n/)
    assert.equal(await running.stop(), 0)
    const lines = running.stdout.trim().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).username),
      ['refused'],
    )
  })
})
