import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../src/service/audit/authentication_log.ts'
import { ServiceAddress } from '../../src/service/compose/service_address.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'

describe('user names at the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usernames-'))
  after(() => rmSync(folder, { recursive: true }))

  const withData = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await Store.open({ folder, migrate: true })
    await work(store).finally(() => store.close())
  }
  const countersign = (...words: string[]) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
    return countersignVerb([...words, '--data', folder], { env })
  }

  before(() =>
    withData(async (store) => {
      const users = new Users()
      await store.transaction((db) => users.create({ username: 'muller' }, 0, db))
      await new ServiceAddress(store).keep('https://mfa.example')
    }),
  )

  test('refuse a look-alike of another user, and name that user', () => {
    for (const words of [
      ['user', 'add', 'müller'],
      ['user', 'add', 'carol', '--alias', 'müller'],
      ['user', 'invite', 'müller', '--new', '--print-link'],
    ]) {
      const { status, stdout, stderr } = countersign(...words)
      assert.deepEqual([status, stdout], [1, ''])
      assert.match(stderr, /'müller' looks like 'muller': .*add it as an alias of 'muller'/)
    }
    assert.equal(countersign('user', 'show', 'carol').status, 1)
  })

  test('refuse mixed scripts and invisible characters, and say where', () => {
    const mixed = countersign('user', 'add', 'b\u043eb')
    assert.equal(mixed.status, 1)
    assert.match(mixed.stderr, /character 2 'о' \(U\+043E\) is Cyrillic and .* is Latin/)
    const hidden = countersign('user', 'invite', 'bo\u200bb', '--new', '--print-link')
    assert.match(hidden.stderr, /character 3 \(U\+200B\) is a control, format/)
    assert.equal(countersign('user', 'add', 'иван').status, 0)
  })

  test('let one user have several spellings', () => {
    assert.equal(countersign('user', 'alias', 'muller', 'müller', 'mueller').status, 0)
    assert.match(countersign('user', 'show', 'müller').stdout, /^muller /)
    assert.equal(countersign('check').stdout, 'Data OK; sealing key matches\n')
  })

  test('check and log show collisions and denied look-alikes', async () => {
    await withData(async (store) => {
      const users = new Users()
      const { userId } = await store.transaction((db) => users.create({ username: 'twin' }, 1, db))
      // as data from before the check has it
      await store.db
        .updateTable('user_names')
        .set({ name: 'mûller', written: 'mûller', folded: 'muller', claims: 0 })
        .where('user_id', '=', userId)
        .execute()
      const event = {
        timestamp: Date.now(),
        txid: null,
        userId: null,
        username: 'mull\u0435r',
        ikey: 'DI',
        application: 'VPN',
        factor: '',
        result: 'denied',
        reason: 'look_alike_username',
        ipaddr: '192.0.2.7',
        hostname: '',
        device: '',
        repeatOf: null,
      } as const
      const log = new AuthenticationLog()
      await log.append(event, store.db)
      await log.append(event, store.db)
      await log.append({ ...event, username: 'other', reason: 'user_disabled' }, store.db)
    })
    const { status, stdout } = countersign('check')
    assert.equal(status, 0)
    assert.match(
      stdout,
      /'muller' \(user muller\) and .*'m\\u\{fb\}ller' \(user twin\).* look alike/,
    )
    assert.match(stdout, /countersign user remove twin/)
    assert.match(stdout, /mull\\u\{435\}r +muller +2 +20\S+ \S+ \S+ +VPN +192\.0\.2\.7/)
    const report = JSON.parse(countersign('check', '--json').stdout)
    assert.equal(report.collisions.length, 1)
    assert.equal(report.denied_look_alikes[0].count, 2)
    const listed = JSON.parse(
      countersign('log', 'authentication', '--reason', 'look_alike_username', '--json').stdout,
    )
    assert.equal(listed.length, 2)
  })
})
