import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { ServiceAddress } from '../../src/service/compose/service_address.ts'
import { Outbox } from '../../src/service/messaging/outbox/outbox.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'

const folder = mkdtempSync(join(tmpdir(), 'verbs-'))
after(() => rmSync(folder, { recursive: true }))

function countersign(...words: string[]) {
  return countersignVerb(words, {
    env: { ...process.env, COUNTERSIGN_DATA: folder, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
}

function output(...words: string[]): string {
  const { status, stdout, stderr } = countersign(...words)
  assert.equal(status, 0, stderr)
  return stdout
}

function failure(...words: string[]): string {
  const { status, stderr } = countersign(...words)
  assert.equal(status, 1)
  return stderr
}

function json(...words: string[]) {
  return JSON.parse(output(...words, '--json'))
}

describe('the verbs of countersign', () => {
  test('each is in a test', () => {
    const tests = globSync(['test/cmd/*.test.ts', 'test/journey/*.test.ts'], {
      cwd: resolve(import.meta.dirname, '../..'),
    })
    const texts = tests.map((file) =>
      // words of a command line, in one string or in several
      readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8').replaceAll("', '", ' '),
    )
    const verbs = listVerbs().flatMap((verb) => {
      const inner = listVerbs(verb).map((name) => `${verb} ${name}`)
      return inner.length > 0 ? inner : [verb]
    })
    assert.ok(verbs.length > 40, verbs.join(', '))
    const untested = verbs.filter(
      (verb) => !texts.some((text) => new RegExp(`['\`]${verb}\\b`).test(text)),
    )
    assert.deepEqual(untested, [])
  })

  /** The verbs that the help of a program or verb lists. */
  function listVerbs(...words: string[]): string[] {
    const [, commands = ''] = output(...words, '--help').split('Commands:')
    return [...commands.matchAll(/^ {2}([a-z]+)/gm)]
      .map(([, verb = '']) => verb)
      .filter((verb) => verb !== 'help')
  }
})

describe('verbs on data', () => {
  let store: Store
  before(async () => {
    output('init')
    store = await Store.open({ folder, migrate: false })
    await new ServiceAddress(store).keep('https://mfa.example.com')
    output('user', 'add', 'alice', '--realname', 'Alice Adams', '--email', 'a@example.com')
  })
  after(() => store.close())

  test('phone reorder takes each phone of a user once', () => {
    const [first, second] = ['+12025550143', '+12025550144'].map(
      (number) => json('phone', 'add', 'alice', '--number', number).phone_id,
    )
    assert.equal(
      failure('phone', 'reorder', 'alice', first),
      `countersign: list each of alice's phones once: ${first} ${second}\n`,
    )
    assert.match(failure('phone', 'reorder', 'alice', first, first), /list each of alice's phones/)
    assert.deepEqual(json('phone', 'reorder', 'alice', second, first).phone_ids, [second, first])
    const listed = json('phone', 'list', 'alice')
    assert.deepEqual(
      listed.map(({ phone_id }: { phone_id: string }) => phone_id),
      [second, first],
    )
  })

  test('phone activate prints a link that works once', () => {
    const [{ phone_id: phoneId }] = json('phone', 'list', 'alice')
    const { activation_url: url, expiration } = json('phone', 'activate', phoneId)
    assert.match(url, /^https:\/\/mfa\.example\.com\/activate\/[\w-]{20,}$/)
    assert.match(expiration, /Z$/)
    assert.match(output('phone', 'activate', phoneId), /\nhttps:\/\/mfa\.example\.com\/activate\//)
    assert.match(failure('phone', 'activate', 'DPNONE'), /there is no phone DPNONE/)
    assert.ok(!output('log', 'administrator').includes(url.split('/').at(-1)))
  })

  test('bypass list shows the codes that are left, without the codes', () => {
    const { codes } = json('bypass', 'create', 'alice', '--count', '2', '--reuse-count', '0')
    const listed = json('bypass', 'list', 'alice')
    assert.equal(listed.length, 2)
    assert.deepEqual(
      [listed[0].reuse_count, listed[0].created_by],
      [null, `cli:${userInfo().username}`],
    )
    const text = output('bypass', 'list', 'alice')
    assert.match(text, /unlimited/)
    for (const code of codes) assert.ok(!text.includes(code))
    output('bypass', 'remove', 'alice')
    assert.match(output('bypass', 'list', 'alice'), /alice has no bypass codes/)
  })

  test('user lock locks until user unlock', () => {
    output('user', 'lock', 'alice')
    assert.equal(json('user', 'show', 'alice').status, 'locked out')
    output('user', 'unlock', 'alice')
    assert.equal(json('user', 'show', 'alice').status, 'active')
  })

  test('admin create prints an activation link, which no log has; admin list shows the account', () => {
    const created = json('admin', 'create', 'ada@example.com', '--role', 'Help Desk')
    assert.match(created.activation_url, /^https:\/\/mfa\.example\.com\/admin\/.+/)
    assert.deepEqual([created.role, created.status], ['Help Desk', 'pending_activation'])
    assert.match(output('admin', 'list'), /ada@example\.com .*Help Desk/)
    const code = created.activation_url.split(/[/#]/).at(-1)
    assert.ok(!output('log', 'administrator').includes(code))
    assert.match(failure('admin', 'create', 'ada@example.com'), /ada@example\.com/)
  })

  test('log verify reports each log as intact', () => {
    const results = json('log', 'verify')
    assert.deepEqual(
      results.map(({ log, intact }: { log: string; intact: boolean }) => [log, intact]),
      [
        ['authentication_log', true],
        ['administrator_log', true],
        ['telephony_log', true],
      ],
    )
  })

  test('group list and app list print what there is, by name', () => {
    for (const name of ['Zebra', 'apes']) {
      output('group', 'add', name)
      output('app', 'add', '--type', 'radius', '--name', name)
    }
    for (const list of ['group', 'app']) {
      const names = json(list, 'list').map(({ name }: { name: string }) => name)
      assert.deepEqual(names, ['apes', 'Zebra'])
      assert.match(output(list, 'list'), /apes[\s\S]*Zebra/)
    }
    assert.match(failure('group', 'edit', 'ape', '--status', 'active'), /did you mean apes\?/)
    assert.match(failure('app', 'show', 'zebr'), /did you mean Zebra\?/)
  })

  test('log authentication is the default log', () => {
    assert.equal(output('log', 'authentication'), 'No sign-ins yet.\n')
    assert.equal(output('log'), 'No sign-ins yet.\n')
    assert.deepEqual(json('log', 'authentication'), [])
  })

  test('log names the account that ran a verb', () => {
    for (const { actor } of json('log', 'administrator')) {
      assert.equal(actor, `cli:${userInfo().username}`)
    }
  })

  test('outbox list and show print what was kept, and answer needs a call', async () => {
    assert.match(output('outbox', 'list'), /The outbox is empty\./)
    assert.match(failure('outbox', 'answer', '--key', '1'), /there is no call in the outbox/)
    const outbox = new Outbox(folder, systemClock)
    const to = '+12025550143'
    const id = await outbox.add({ kind: 'sms', to, text: 'Your VPN passcode: 123456' })
    assert.match(output('outbox', 'list'), /sms +\+12025550143 +Your VPN passcode: 123456/)
    assert.match(output('outbox', 'show', id), /Your VPN passcode: 123456\n$/)
    assert.equal(json('outbox', 'show', id).to, to)
    assert.match(failure('outbox', 'answer', id, '--key', '1'), /is not a call/)
    assert.match(failure('outbox', 'show', 'none'), /there is no none in the outbox/)
    assert.match(failure('outbox', 'answer'), /give either --key KEY or --hang-up/)
  })

  test('migrate --rotate-sealing-key is in the log', () => {
    output('migrate', '--rotate-sealing-key')
    const [line] = json('log', 'administrator', '--limit', '1')
    assert.equal(line.action, 'sealing_key_rotate')
    assert.match(line.description, /^secrets=\d+$/)
  })

  test('check reports that the data is OK', () => {
    assert.match(output('check'), /^Data OK; sealing key matches\n/)
  })

  test('user list --search finds users by the beginning of a word', () => {
    output('user', 'add', 'bob', '--alias', 'bobby')
    const found = (text: string) =>
      json('user', 'list', '--search', text).map(({ username }: { username: string }) => username)
    assert.deepEqual([found('ADA'), found('bobb'), found('dams')], [['alice'], ['bob'], []])
    assert.equal(output('user', 'list', '--search', 'dams'), "No user matches 'dams'.\n")
  })

  test('user list prints more users than a page has, each once, and valid JSON', async () => {
    const users = new Users()
    await store.transaction(async (db) => {
      for (let index = 0; index < 1100; index++) {
        await users.create({ username: `user${String(index).padStart(4, '0')}` }, index, db)
      }
    })
    const names = json('user', 'list').map(({ username }: { username: string }) => username)
    assert.equal(new Set(names).size, 1102)
    assert.deepEqual(names, names.toSorted())
    const lines = output('user', 'list').trimEnd().split('\n')
    assert.equal(lines.length, 1103)
    const column = lines[0]?.indexOf('STATUS') ?? -1
    assert.ok(lines.slice(1).every((line) => line.slice(column).startsWith('active')))
  })
})
