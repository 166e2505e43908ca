import assert from 'node:assert/strict'
import { Policies } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const markup = '<img src=x onerror=alert(1)>'

story('groups in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    service = await TestService.start()
    await service.addUser({ username: 'alice', realname: 'Alice Ames', email: 'a@example.com' })
    await service.addUser({ username: 'bob', realname: markup })
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/groups')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('says what groups are for if there is none', async () => {
    await admin.shows('Groups')
    await admin.text('There are no groups yet')
    await looksRight(admin.page, 'admin-groups-empty')
  })

  step('creates a group', async () => {
    await admin.page.getByRole('link', { name: 'Create a group' }).first().click()
    await admin.type('Name', 'Contractors')
    await admin.type('Description', markup)
    await looksRight(admin.page, 'admin-group-create')
    await admin.answer('Create')
    await admin.shows('Contractors')
    await admin.text(markup)
    await admin.text('Nobody is in this group')
    await looksRight(admin.page, 'admin-group-empty')
  })

  step('adds members whom it finds by name', async () => {
    for (const [typed, option] of [
      ['ames', /alice/],
      ['bob', /bob/],
    ] as const) {
      await admin.page.getByRole('link', { name: 'Add a member' }).click()
      await admin.page.getByRole('combobox', { name: 'User' }).fill(typed)
      await admin.page.getByRole('option', { name: option }).click()
      if (typed === 'bob') await looksRight(admin.page, 'admin-group-add-member')
      await admin.answer('Add')
      await admin.page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await admin.text('2 members')
    await admin.page.getByRole('searchbox', { name: 'Search the members' }).fill('ali')
    await admin.text('1 member')
    await admin.arrives(/\?q=ali$/)
  })

  step('removes a member, and keeps the search', async () => {
    await admin.page.getByRole('link', { name: 'Remove alice' }).click()
    await admin.text('alice leaves the group, and stays a user.')
    await looksRight(admin.page, 'admin-group-remove-member')
    await admin.answer('Remove')
    await admin.text('No members match')
    await admin.arrives(/^\/admin\/groups\/DG\w+\?q=ali$/)
    await admin.press('Clear search and filters')
    await admin.text('1 member')
  })

  step('says how many members a status affects before it changes', async () => {
    await admin.page.getByRole('link', { name: 'Change status' }).click()
    await admin.page.getByRole('radio', { name: 'Bypass' }).check()
    await admin.text(/^1 member signs in with the password alone, to every application/)
    await looksRight(admin.page, 'admin-group-status')
    await admin.answer('Save')
    await admin.text('Status of the group: Bypass')
  })

  step('links the policies of the group, and the applications that permit it', async () => {
    const { ikey, name } = await service.addIntegration('radius')
    const groupId = admin.address.split(/[/?]/)[3] ?? ''
    await service.store.transaction(async (db) => {
      const strict = { name: 'Strict', sections: {} }
      const { policyKey } = await new Policies(service.store).create(strict, Date.now(), db)
      const attachments = new PolicyAttachments(service.store)
      await attachments.attachToGroup({ ikey, groupId }, policyKey, undefined, db)
      await db.insertInto('permitted_groups').values({ ikey, group_id: groupId }).execute()
      await db
        .updateTable('integrations')
        .set({ user_access: 'PERMITTED_GROUPS' })
        .where('ikey', '=', ikey)
        .execute()
    })
    await admin.page.reload()
    await admin.page.getByRole('link', { name: 'Strict' }).waitFor()
    assert.equal(await admin.page.getByRole('link', { name }).count(), 2)
    await admin.text('No other group is permitted')
    await looksRight(admin.page, 'admin-group')
  })

  step('lists the group, and finds it by the palette', async () => {
    await admin.page.goto('/admin/groups')
    await admin.text('1 group')
    await looksRight(admin.page, 'admin-groups')
    await admin.page.keyboard.press('Control+k')
    await admin.page.getByRole('combobox').fill('contr')
    await admin.page.getByRole('option', { name: /Contractors/ }).click()
    await admin.shows('Contractors')
  })

  step('tells what ends with the group before it is deleted', async () => {
    await admin.page.getByRole('link', { name: 'Delete' }).click()
    await admin.text('1 member stays a user.')
    await admin.text('They need a second factor again, unless their own status is Bypass.')
    await admin.text(/The policy “Strict” in .+ no longer applies to them\./)
    await admin.text(/admits nobody any more: no other group is permitted\./)
    await admin.page.getByRole('dialog').getByRole('textbox').fill('Contractors')
    await looksRight(admin.page, 'admin-group-delete')
    await admin.answer('Delete')
    await admin.shows('Groups')
    await admin.text('There are no groups yet')
    admin.assertClean()
  })

  step('shows a Help Desk administrator the groups, but no button to change them', async () => {
    await service.store.transaction((db) =>
      db
        .insertInto('groups')
        .values({ group_id: 'DGTEST', name: 'Staff', status: 'disabled', description: '' })
        .execute(),
    )
    const helper = await AdminPage.signedIn(chromium, service, '/groups/DGTEST', {
      role: 'Help Desk',
    })
    await helper.shows('Staff')
    await helper.text('Future members are refused at every application, whatever their own status.')
    for (const name of ['Edit', 'Change status', 'Add a member', 'Delete']) {
      assert.equal(await helper.page.getByRole('link', { name, exact: true }).count(), 0, name)
    }
    helper.assertClean()
    await helper.close()
  })
})
