import assert from 'node:assert/strict'
import type { MailMessage } from '../../../src/service/messaging/messaging.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('changes of many users in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  const mails: MailMessage[] = []
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    const mail = { send: async (message: MailMessage) => void mails.push(message) }
    service = await TestService.start({ delivery: { mail } })
    for (const username of ['ann', 'ben', 'cat']) {
      await service.addUser({
        username,
        email: username === 'cat' ? '' : `${username}@example.com`,
      })
    }
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/users')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const rows = () => admin.page.getByRole('table', { name: 'Users' }).getByRole('row')
  const select = async (name: string) => {
    await rows().filter({ hasText: name }).getByRole('checkbox').check()
  }
  const openAct = async (label: string) => {
    await admin.press('More')
    await admin.page.getByRole('menuitem', { name: label, exact: true }).click()
  }
  const finish = async (result: string | RegExp) => {
    await admin.page.getByRole('dialog').getByText(result).waitFor()
    await admin.answer('Done')
    await admin.page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  step('invites the selected users, after it said who gets a mail', async () => {
    await admin.shows('Users')
    await admin.page.getByRole('checkbox', { name: 'Select all rows of this page' }).check()
    await admin.text('3 users selected')
    await looksRight(admin.page, 'admin-users-selected')
    await admin.press('Invite')
    await admin.text(/^2 users will get a mail/)
    await admin.text('1 user has no e-mail address, and can’t be invited by mail.')
    await looksRight(admin.page, 'admin-users-bulk-invite')
    await admin.answer('Invite')
    await admin.text(/2 users invited\. 1 user could not be changed/)
    await looksRight(admin.page, 'admin-users-bulk-done')
    await finish(/The user has no e-mail address/)
    assert.deepEqual(mails.map(({ to }) => to).toSorted(), ['ann@example.com', 'ben@example.com'])
    await admin.lacks(admin.page.getByText('users selected'))
  })

  step('keeps the selection over a reload of the dialog', async () => {
    await select('ann')
    await openAct('Lock')
    await admin.text(/^1 user can’t sign in/)
    await admin.page.reload()
    await admin.text(/^1 user can’t sign in/)
    await admin.answer('Lock')
    await finish('1 user locked.')
    await rows().filter({ hasText: 'ann' }).getByText('Locked out').waitFor()
  })

  step('gives users a bypass that ends', async () => {
    await select('ben')
    await openAct('Change status')
    await admin.page.getByRole('radio', { name: 'Bypass' }).check()
    await looksRight(admin.page, 'admin-users-bulk-status')
    await admin.answer('Change 1 user')
    await finish('1 user changed.')
    await admin.page.goto('/admin/users?filter=bypass')
    await rows()
      .filter({ hasText: 'ben' })
      .getByText(/^in 2[34] hours$/)
      .waitFor()
    await looksRight(admin.page, 'admin-users-bypass')
  })

  step('removes users after their number was typed, and restores them', async () => {
    await admin.page.goto('/admin/users')
    await select('ben')
    await select('cat')
    await openAct('Remove')
    await admin.text(/For 7 days you can restore them/)
    await admin.page.getByRole('dialog').getByRole('textbox').fill('2')
    await looksRight(admin.page, 'admin-users-bulk-remove')
    await admin.answer('Remove')
    await finish('2 users moved to the trash.')
    await admin.page.goto('/admin/users?filter=trash')
    await admin.page.getByRole('checkbox', { name: 'Select all rows of this page' }).check()
    await admin.press('Restore')
    await admin.answer('Restore')
    await finish('2 users restored.')
  })

  step('selects all users that match, on all pages', async () => {
    for (let number = 0; number < 51; number++) await service.addUser({ username: `many${number}` })
    await admin.page.goto('/admin/users?q=many')
    await admin.page.getByRole('checkbox', { name: 'Select all rows of this page' }).check()
    await admin.text('50 users selected')
    await admin.press('Select all that match')
    await admin.text('All users that match')
    await openAct('Lock')
    await admin.text(/^51 users can’t sign in/)
    await admin.answer('Lock')
    await finish('51 users locked.')
  })

  step('lists the invitations by state', async () => {
    await admin.page.goto('/admin/users')
    await admin.page.getByRole('tab', { name: 'Invitations' }).click()
    await admin.shows('Invitations')
    await admin.page.getByRole('cell', { name: /^ann/ }).waitFor()
    await looksRight(admin.page, 'admin-invitations')
  })

  step('sends an invitation again, and revokes one', async () => {
    const table = admin.page.getByRole('table', { name: 'Invitations' }).getByRole('row')
    await table.filter({ hasText: 'ann' }).getByRole('link', { name: 'Resend' }).click()
    await admin.answer('Send')
    await admin.text(/The link was mailed to/)
    await admin.answer('Done')
    await table.filter({ hasText: 'Resent' }).waitFor()
    assert.equal(mails.length, 3)
    await table.filter({ hasText: 'ben' }).getByRole('link', { name: 'Revoke' }).click()
    await looksRight(admin.page, 'admin-invitation-revoke')
    await admin.answer('Revoke')
    await table.filter({ hasText: 'Revoked' }).waitFor()
    await admin.page.goto('/admin/users/invitations?state=revoked')
    await admin.page.getByRole('cell', { name: /^ben/ }).waitFor()
    assert.equal(await admin.page.getByRole('cell', { name: /^ann/ }).count(), 0)
  })

  step('shows no checkboxes to a role that changes nothing', async () => {
    const reader = await AdminPage.signedIn(chromium, service, '/users', { role: 'Read-only' })
    await reader.page.getByRole('link', { name: 'ann', exact: true }).waitFor()
    assert.equal(await reader.page.getByRole('checkbox').count(), 0)
    reader.assertClean()
  })

  step('makes the browser report no error and no violation of the policy', async () => {
    admin.assertClean()
  })
})
