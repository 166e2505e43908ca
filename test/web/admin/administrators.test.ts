import assert from 'node:assert/strict'
import { updateSettings } from '../../../src/service/administration/acts/settings.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { defaultConfig } from '../../../src/service/config/service_config.ts'
import { Settings } from '../../../src/service/settings/settings.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('administrators in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let owner: AdminPage
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
    owner = await AdminPage.signedIn(chromium, service, '/administrators', {
      name: 'Olivia Owner',
    })
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const link = (name: string) => owner.page.getByRole('link', { name, exact: true })

  step('makes a custom role of single permits', async () => {
    await link('Roles').click()
    await owner.shows('Roles')
    await looksRight(owner.page, 'admin-roles')
    await link('New role').click()
    await owner.shows('New role')
    await owner.type('Name', 'Lock <i>desk</i>')
    await owner.page.getByRole('checkbox', { name: 'See users, their groups and devices' }).check()
    await owner.page.getByRole('checkbox', { name: 'Unlock users' }).check()
    await looksRight(owner.page, 'admin-role')
    await owner.press('Save')
    await owner.shows('Roles')
    await link('Lock <i>desk</i>').waitFor()
  })

  step('invites an administrator with that role', async () => {
    await owner.page.goto('/admin/administrators/invite')
    await owner.type('Name', 'Ada Lovelace')
    await owner.type('E-mail address', 'ada@example.com')
    await owner.page.getByRole('combobox', { name: 'Role' }).click()
    await owner.page.getByRole('option', { name: 'Lock <i>desk</i>' }).click()
    await owner.answer('Invite')
    await owner.page.getByRole('textbox', { name: 'Link' }).waitFor()
    await owner.answer('Done')
    await looksRight(owner.page, 'admin-administrators')
    await link('Ada Lovelace').click()
    await owner.shows('Ada Lovelace')
    await looksRight(owner.page, 'admin-administrator')
  })

  step('edits the role, and makes the link again', async () => {
    await link('Edit').click()
    await owner.page.getByRole('combobox', { name: 'Role' }).click()
    await owner.page.getByRole('option', { name: 'Help Desk' }).click()
    await looksRight(owner.page, 'admin-edit')
    await owner.answer('Save')
    await owner.page.getByRole('definition').filter({ hasText: 'Help Desk' }).waitFor()
    await link('Invite again').click()
    await owner.answer('Make the link')
    await owner.page.getByRole('textbox', { name: 'Link' }).waitFor()
    await owner.answer('Done')
  })

  step('ends the sessions of another administrator, and disables the account', async () => {
    const other = await AdminPage.signedIn(chromium, service, '/', { name: 'Otto' })
    await owner.page.goto('/admin/administrators?q=Otto')
    await link('Otto').click()
    await owner.press('End the session of Chrome on Linux')
    await owner.text('Not signed in.')
    await owner.page.getByText('Ended in the last 30 days (1)').click()
    await owner.text(/^Ended by .*@example\.com/)
    await other.page.goto('/admin/administrators')
    await other.shows('Sign in')
    await other.close()
    await link('Disable').click()
    await looksRight(owner.page, 'admin-disable')
    await owner.answer('Disable')
    await owner.text('Disabled')
  })

  step('deletes an account after its e-mail address was typed', async () => {
    await owner.page.goto('/admin/administrators?q=ada')
    await link('Ada Lovelace').click()
    await link('Delete').click()
    const button = owner.page.getByRole('dialog').getByRole('button', { name: 'Delete' })
    assert.equal(await button.isDisabled(), true)
    await owner.page.getByRole('dialog').getByRole('textbox').fill('ada@example.com')
    await looksRight(owner.page, 'admin-delete')
    await button.click()
    await owner.shows('Administrators')
    await owner.page
      .getByText('1 administrator')
      .or(owner.page.getByText('2 administrators'))
      .waitFor()
  })

  step('shows the own account, with factors and sessions', async () => {
    await owner.press('Account of Olivia Owner')
    await owner.page.getByRole('menuitem', { name: 'Your account' }).click()
    await owner.shows('Your account')
    await owner.text('This browser')
    await owner.text('No failed attempts since the sign-in before the last one.')
    await looksRight(owner.page, 'admin-account')
    await owner.addAuthenticator()
    await link('Add').click()
    await owner.press(/Passkey/)
    await owner.press('Remove Passkey on Linux')
    await owner.answer('Remove')
    await owner.text('Factor removed')
    await owner.type('Name', 'Olivia the Owner')
    await owner.press('Save')
    await owner.page.getByRole('button', { name: 'Account of Olivia the Owner' }).waitFor()
    owner.assertClean()
  })

  step('a second administrator approves a new owner', async () => {
    await owner.page.goto('/admin/approvals')
    await owner.shows('Approvals')
    await looksRight(owner.page, 'admin-approvals-none')
    await requireApproval(service)
    await owner.page.goto('/admin/administrators/invite')
    await owner.type('Name', 'Second Owner')
    await owner.type('E-mail address', 'second@example.com')
    await owner.page.getByRole('combobox', { name: 'Role' }).click()
    await owner.page.getByRole('option', { name: 'Owner', exact: true }).click()
    await owner.answer('Invite')
    await owner.text('Nothing has changed yet.')
    await looksRight(owner.page, 'admin-approval-needed')
    await link('Open approvals').click()
    await owner.shows('Approvals')
    await owner.page.getByRole('button', { name: 'Withdraw' }).waitFor()
    const second = await AdminPage.signedIn(chromium, service, '/', { name: 'Sam' })
    await second.page.getByRole('link', { name: '1 change waits for approval' }).click()
    await second.shows('Approvals')
    await looksRight(second.page, 'admin-approvals')
    await second.press('Approve')
    await second.answer('Approve')
    await second.text('Approved and carried out')
    second.assertClean()
    await second.close()
    await owner.page.reload()
    await owner.press('Show the result')
    await owner.page.getByRole('dialog').getByRole('textbox').first().waitFor()
    await looksRight(owner.page, 'admin-approval-result')
  })
})

async function requireApproval({ store, folder }: TestService): Promise<void> {
  const settings = await Settings.load(defaultConfig(folder), store.db)
  const actor = { name: 'cli:root', role: builtInRole('Owner') }
  const administration = new Administration(store, { now: () => Date.now() }, actor)
  await administration.run(updateSettings, { settings, update: { two_person_approval: true } })
}
