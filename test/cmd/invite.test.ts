import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { AdministratorLog } from '../../src/service/audit/administrator_log.ts'
import { ServiceAddress } from '../../src/service/compose/service_address.ts'
import { Outbox } from '../../src/service/messaging/outbox/outbox.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { freePort } from '../rig/running.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const link = /https:\/\/mfa\.example\/portal#\/enroll\/\w{22}/

describe('countersign user invite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'invite-'))
  after(() => rmSync(folder, { recursive: true }))

  const withData = async <Result>(work: (store: Store) => Promise<Result>): Promise<Result> => {
    const store = await Store.open({ folder, migrate: true })
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  const invite = (...words: string[]) =>
    spawnSync(program, ['user', 'invite', ...words, '--data', folder], { encoding: 'utf8' })

  before(() =>
    withData(async (store) => {
      const user = { username: 'alice', email: 'alice@example.com' }
      await store.transaction((db) => new Users().create(user, 0, db))
    }),
  )

  test('fails if the address of the service is unknown', async () => {
    assert.match(invite('alice', '--print-link').stderr, /start the service once/)
    await withData((store) => new ServiceAddress(store).keep('https://mfa.example'))
  })

  test('--print-link prints the link, which is in no log', async () => {
    const { stdout, stderr } = invite('alice', '--print-link')
    assert.match(stdout, link, stderr)
    const lines = await withData((store) => new AdministratorLog().list(10, store.db))
    assert.equal(lines[0]?.action, 'user_invite')
    assert(!JSON.stringify(lines).includes(link.exec(stdout)?.[0].slice(-22) ?? 'none'))
  })

  test('says what to do if no mail is configured or the user has no address', () => {
    assert.match(invite('alice').stderr, /mail is not configured; set up \[mail\]/)
    assert.match(invite('stranger', '--new').stderr, /give one with --email/)
  })

  test('mails the link without printing it', async () => {
    writeFileSync(join(folder, 'countersign.cfg'), '[mail]\nprovider=outbox\n')
    const { stdout, stderr } = invite('alice', '--valid-hours', '48')
    assert.match(stdout, /^Invitation sent to alice@example\.com; expires /, stderr)
    assert.doesNotMatch(stdout, link)
    const [mail] = await new Outbox(folder, systemClock).list()
    assert(mail?.kind === 'mail')
    assert.equal(mail.to, 'alice@example.com')
    assert.match(mail.text, link)
    assert.match(mail.text, /2 days/)
    assert.match(mail.html ?? '', link)
  })

  test('reports a failing mail server in one line, and prints no link', async () => {
    const config = join(folder, 'smtp.cfg')
    const section = '[mail]\nprovider=smtp\nfrom=mfa@example.com\nhost=127.0.0.1\n'
    const port = `port=${await freePort()}\n`
    for (const [more, expected] of [
      ['ca_file=none.pem', /^countersign: can't read ca_file \S+none\.pem \(ENOENT\).*\n$/],
      ['ca_file=smtp.cfg', /^countersign: ca_file \S+smtp\.cfg contains no certificate.*\n$/],
      ['', /^countersign: the mail was not sent: .*ECONNREFUSED.*--print-link shows the link.*\n$/],
    ] as const) {
      writeFileSync(config, `${section}${port}${more}\n`)
      const { status, stdout, stderr } = invite('alice', '--config', config)
      assert.equal(status, 1)
      assert.match(stderr, expected)
      assert.equal(stdout, '')
    }
  })

  test('refuses an unknown user, and says how to add one', async () => {
    const { status, stdout, stderr } = invite('alicf', '--print-link')
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(
      stderr,
      /^countersign: there is no user 'alicf'; did you mean alice\? \(to add one: countersign user add alicf; with --new, adding the first device/,
    )
  })

  test('--new invites an unknown name without creating the user', async () => {
    const words = ['newcomer', '--new', '--email', 'new@example.com']
    assert.match(invite(...words).stdout, /Adding the first device creates the user/)
    assert.equal(await withData((store) => new Users().byName('newcomer', store.db)), undefined)
  })
})
