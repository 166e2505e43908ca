import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { ServiceAddress } from '../../src/service/compose/service_address.ts'
import { Outbox } from '../../src/service/messaging/outbox/outbox.ts'
import { Store } from '../../src/service/store/store.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'

describe('countersign user import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'user-import-'))
  const file = join(folder, 'users.csv')
  after(() => rmSync(folder, { recursive: true }))
  before(async () => {
    const store = await Store.open({ folder, migrate: true })
    await new ServiceAddress(store).keep('https://mfa.example')
    await store.close()
    writeFileSync(join(folder, 'countersign.cfg'), '[mail]\nprovider=outbox\n')
    const lines = ['username,email,group1', 'alice,alice@example.com,Staff', 'bob,bob,Staff']
    writeFileSync(file, `${lines.join('\n')}\n`)
  })
  const run = (...words: string[]) => countersignVerb([...words, '--data', folder])

  test('--dry-run prints each bad line, and changes nothing', () => {
    const { stdout, stderr, status } = run('user', 'import', file, '--dry-run', '--create-groups')
    assert.equal(
      stdout,
      'dry run: 1 created, 0 updated, 0 unchanged, 1 not imported; nothing was changed\n',
    )
    assert.match(stderr, /^users\.csv: line 3, email: /)
    assert.equal(status, 1)
    assert.match(run('user', 'list').stdout, /no users yet/)
  })

  test('refuses an unknown group without --create-groups', () => {
    assert.match(run('user', 'import', file).stderr, /line 2, group1: there is no group 'Staff'/)
  })

  test('--invite mails links, which are not printed', async () => {
    const { stdout } = run('user', 'import', file, '--create-groups', '--invite', '--json')
    assert.partialDeepStrictEqual(JSON.parse(stdout), { created: 1, invited: 1 })
    assert.doesNotMatch(stdout, /#\/enroll/)
    const [mail] = await new Outbox(folder, systemClock).list()
    assert.partialDeepStrictEqual(mail, { kind: 'mail', to: 'alice@example.com' })
    const again = run('user', 'import', file, '--invite')
    assert.match(again.stdout, /0 created, 0 updated, 1 unchanged, 0 invited/)
  })

  test('says what to do with a file that is not CSV in UTF-8', () => {
    writeFileSync(file, Buffer.from('username\nzo\xeb\n', 'latin1'))
    assert.match(run('user', 'import', file).stderr, /users\.csv: .* save it as "CSV UTF-8"/)
  })
})
