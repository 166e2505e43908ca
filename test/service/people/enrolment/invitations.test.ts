import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  Invitations,
  invitationState,
} from '../../../../src/service/people/enrolment/invitations.ts'
import { PortalLinks } from '../../../../src/service/people/enrolment/portal_links.ts'
import { Users } from '../../../../src/service/people/users.ts'
import { PortalSessions } from '../../../../src/service/self_service/portal_sessions.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)

onBothDatabases('invitations', (rig) => {
  let store: Store
  let invitations: Invitations
  before(async () => {
    store = await rig().open()
    invitations = new Invitations()
  })

  const invite = (validSecs = 300) =>
    store.transaction((db) =>
      invitations.create(
        { username: 'alice', userId: null, ikey: null, validSecs, createdBy: 'cli:root' },
        now,
        db,
      ),
    )
  const read = async (code: string) => {
    const invitation = await invitations.byCode(code, store.db)
    assert(invitation !== undefined)
    return invitation
  }
  const bind = async (code: string, session: string, at = now) =>
    invitations.bind(await read(code), session, at, store.db)

  test('has a code of at least 128 bits, stored as a hash', async () => {
    const code = await invite()
    assert.match(code, /^[A-Za-z0-9]{22}$/)
    const rows = await store.db.selectFrom('portal_codes').selectAll().execute()
    assert(!JSON.stringify(rows).includes(code))
    assert.equal(await invitations.byCode(`${code.slice(1)}0`, store.db), undefined)
  })

  test('opens in one of ten concurrent browsers', async () => {
    const invitation = await read(await invite())
    const opened = await Promise.all(
      Array.from({ length: 10 }, (_, browser) =>
        invitations.bind(invitation, `session ${browser}`, now, store.db),
      ),
    )
    assert.equal(opened.filter(Boolean).length, 1)
  })

  test('is consumed once, by the session that opened it', async () => {
    const code = await invite()
    await bind(code, 'one')
    const { codeHash } = await read(code)
    assert.equal(await invitations.finish(codeHash, 'another', now, store.db), false)
    assert.equal(await invitations.finish(codeHash, 'one', now, store.db), true)
    assert.equal(await invitations.finish(codeHash, 'one', now, store.db), false)
    assert.equal(await bind(code, 'one'), false)
  })

  test('can’t be opened after it expired', async () => {
    const code = await invite(60)
    assert.equal(await bind(code, 'one', now + 60_000), false)
    assert.equal(await bind(code, 'one', now + 59_999), true)
  })

  test('can’t be opened after an administrator revoked it', async () => {
    const { userId } = await store.transaction((db) =>
      new Users().create({ username: `revoked${store.dialect}` }, now, db),
    )
    const invitation = { username: 'r', userId, ikey: null, validSecs: 300, createdBy: 'cli:root' }
    const code = await store.transaction((db) => invitations.create(invitation, now, db))
    assert.equal(await invitations.revokeOpen(userId, now, store.db), 1)
    assert.equal(await invitations.revokeOpen(userId, now, store.db), 0)
    assert.equal(await bind(code, 'one'), false)
    assert.equal(invitationState(await read(code), now), 'revoked')
  })

  test('deletes expired ones, and returns users that were created for nothing', async () => {
    const code = await invite(60)
    const { userId } = await store.transaction((db) =>
      new Users().create({ username: `made${store.dialect}` }, now, db),
    )
    await invitations.setMadeUser((await read(code)).codeHash, userId, store.db)
    assert.deepEqual(await invitations.prune(now + 60_000, store.db), [])
    assert.deepEqual(await invitations.prune(now + 4_000_000, store.db), [userId])
    assert.equal(await invitations.byCode(code, store.db), undefined)
  })
})

onBothDatabases('links that a login shows', (rig) => {
  let store: Store
  let links: PortalLinks
  let invitations: Invitations
  const clock = new ManualClock()
  const integration = { ikey: 'DIX', usernameNormalization: 'simple' } as const
  before(async () => {
    store = await rig().open()
    invitations = new Invitations()
    links = new PortalLinks(store, new Users(), invitations, () => 'https://mfa.example', clock)
  })
  const linkFor = (username: string) => links.atLogin({ username }, integration)
  const errorCode = (link: string) => link.slice(link.lastIndexOf('/') + 1)

  test('have the code behind the #, which no log contains', async () => {
    assert.match(await linkFor('nobody'), /^https:\/\/mfa\.example\/portal#\/enroll\/\w{22}$/)
  })

  test('stores one row per name, however often a link is requested', async () => {
    const count = async () =>
      (await store.db.selectFrom('portal_codes').selectAll().execute()).length
    await linkFor('impatient')
    const before = await count()
    for (let time = 0; time < 1000; time++) await linkFor('CORP\\Impatient')
    assert.equal(await count(), before)
    await linkFor('another')
    assert.equal(await count(), before + 1)
  })

  test('does not return a link that was opened', async () => {
    const first = await linkFor('opened')
    const invitation = await invitations.byCode(errorCode(first), store.db)
    assert(invitation !== undefined)
    await invitations.bind(invitation, 'session', clock.now(), store.db)
    assert.notEqual(await linkFor('opened'), first)
  })

  test('does not return a link that expires soon', async () => {
    const first = await linkFor('late')
    clock.advance(121_000)
    assert.notEqual(await linkFor('late'), first)
  })
})

onBothDatabases('portal sessions', (rig) => {
  let store: Store
  let sessions: PortalSessions
  before(async () => {
    store = await rig().open()
    sessions = new PortalSessions(store)
  })
  const open = (kind: 'enrollment' | 'sign_in' | 'self_service') =>
    sessions.open(
      { kind, username: 'alice', userId: null, codeHash: null, address: '::1' },
      now,
      store.db,
    )

  describe('the token of a session', () => {
    test('has 256 bits, stored as a hash', async () => {
      const { token } = await open('sign_in')
      assert.equal(Buffer.from(token.reveal(), 'base64url').length, 32)
      const rows = await store.db.selectFrom('portal_sessions').selectAll().execute()
      assert(!JSON.stringify(rows).includes(token.reveal()))
      assert.equal((await sessions.byToken(token.reveal(), now, store.db))?.kind, 'sign_in')
    })

    test('is not replaceable by its stored hash', async () => {
      const { tokenHash } = await open('self_service')
      assert.equal(await sessions.byToken(tokenHash, now, store.db), undefined)
    })
  })

  test('ends a self-service session after 15 minutes without use, or after an hour', async () => {
    const { token } = await open('self_service')
    const at = (minutes: number) =>
      sessions.byToken(token.reveal(), now + minutes * 60_000, store.db)
    assert.equal(await at(15), undefined)
    for (const minutes of [14, 28, 42, 56]) {
      const session = await at(minutes)
      assert(session !== undefined)
      await sessions.touch(session, now + minutes * 60_000)
    }
    assert.equal(await at(60), undefined)
  })

  test('consumes a challenge once, of fifty concurrent uses', async () => {
    const { tokenHash } = await open('self_service')
    await sessions.setChallenge(tokenHash, 'challenge')
    const taken = await Promise.all(
      Array.from({ length: 50 }, () => sessions.takeChallenge(tokenHash, 'challenge', store.db)),
    )
    assert.equal(taken.filter(Boolean).length, 1)
  })
})
