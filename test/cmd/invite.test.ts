import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/host/clock.ts'
import { AdministratorLog } from '../../src/service/audit/administrator_log.ts'
import { ServiceAddress } from '../../src/service/compose/service_address.ts'
import { Outbox } from '../../src/service/messaging/outbox/outbox.ts'
import { Invitations, invitationState } from '../../src/service/people/enrolment/invitations.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { freePort } from '../rig/running.ts'

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
    countersignVerb(['user', 'invite', ...words, '--data', folder])

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
      /^countersign: there is no user 'alicf'; did you mean alice\? \(to create the user and invite them: countersign user invite alicf --email ADDRESS --new\)/,
    )
  })

  test('creates an unknown user with the address of the invitation', async () => {
    assert.match(
      invite('newcomer', '--email', 'new@example.com').stdout,
      /The user newcomer was created/,
    )
    const user = await withData((store) => new Users().byName('newcomer', store.db))
    assert.equal(user?.email, 'new@example.com')
  })

  test('--new creates a user whose name is similar to a known one', async () => {
    assert.match(invite('alicf', '--email', 'a@example.com').stderr, /did you mean alice/)
    const words = ['alicf', '--new', '--email', 'alicf@example.com']
    assert.match(invite(...words).stdout, /The user alicf was created/)
  })

  test('a new invitation replaces the open one', async () => {
    const states = async () =>
      await withData(async (store) => {
        const { items } = await new Invitations().page({ limit: 9 }, Date.now(), store.db)
        return items
          .filter(({ username }) => username === 'newcomer')
          .map((invitation) => invitationState(invitation, Date.now()))
      })
    assert.deepEqual(await states(), ['sent'])
    invite('newcomer', '--print-link')
    assert.deepEqual(await states(), ['created', 'replaced'])
  })
})
