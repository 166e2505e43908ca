import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../../src/host/log.ts'
import { InvitationReminders } from '../../../src/service/administration/acts/invitation_reminders.ts'
import { Invitations } from '../../../src/service/people/enrolment/invitations.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'

const dayMs = 24 * 60 * 60_000

onBothDatabases('reminders of invitations', (rig) => {
  test('are sent after 2 and 10 days, each with a new link, by one of two nodes', async () => {
    const store = await rig().open()
    const clock = new ManualClock()
    const mailed: string[] = []
    const node = () => reminders(store, clock, mailed)
    await invite(store, clock)
    await Promise.all([node().send(), node().send()])
    assert.equal(mailed.length, 0)
    for (const days of [2, 8, 30]) {
      clock.advance(days * dayMs)
      await Promise.all([node().send(), node().send()])
    }
    assert.equal(mailed.length, 2)
    assert.notEqual(mailed[0], mailed[1])
    const { items } = await new Invitations().page({ limit: 10 }, clock.now(), store.db)
    assert.deepEqual(items.map(({ reminders: count }) => count).sort(), [0, 1, 2])
    assert.equal(items.filter(({ replaced }) => replaced !== null).length, 2)
  })
})

async function invite(store: Store, clock: ManualClock): Promise<void> {
  const invitations = new Invitations()
  await store.transaction(async (db) => {
    const user = { username: 'nina', email: 'nina@example.com' }
    const { userId } = await new Users().create(user, clock.now(), db)
    const code = await invitations.create(
      { username: 'nina', userId, ikey: null, validSecs: 14 * 86_400, createdBy: 'cli:root' },
      clock.now(),
      db,
    )
    await invitations.mailed(code, user.email, clock.now(), { isReminder: false }, db)
  })
}

function reminders(store: Store, clock: ManualClock, mailed: string[]): InvitationReminders {
  const send = async (_user: unknown, to: string, { code }: { readonly code: string }) => {
    assert.equal(to, 'nina@example.com')
    mailed.push(code)
    await store.transaction((db) =>
      new Invitations().mailed(code, to, clock.now(), { isReminder: true }, db),
    )
  }
  return new InvitationReminders(store, send, clock, silentLog)
}
