import assert from 'node:assert/strict'
import { Policies } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('policies in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  let ikey: string

  before(async () => {
    service = await TestService.start()
    ikey = service.integration.ikey
    await signIns()
    await addPolicies()
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/policies')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  /** Olga and Ivan sign in with bypass codes; Ivan is a contractor. */
  const signIns = async () => {
    for (const username of ['olga', 'ivan']) {
      const { userId } = await service.addUser({ username })
      for (const passcode of await service.addBypassCodes(userId, 3)) {
        const parameters = { username, factor: 'passcode', passcode, ipaddr: '192.0.2.7' }
        await service.call({ method: 'POST', path: '/auth/v2/auth', parameters })
      }
    }
  }
  const addPolicies = () =>
    service.store.transaction(async (db) => {
      const [policies, attachments] = [
        new Policies(service.store),
        new PolicyAttachments(service.store),
      ]
      const groups = new Groups()
      for (const name of ['Contractors', 'Staff']) {
        const { groupId } = await groups.create(name, 'active', '', db)
        const sections = { authentication_methods: { blocked_auth_list: ['sms', 'phonecall'] } }
        const { policyKey } = await policies.create({ name: `${name} rules`, sections }, 0, db)
        await attachments.attachToGroup({ ikey, groupId }, policyKey, undefined, db)
      }
      const sections = {
        new_user: { new_user_behavior: 'deny' },
        access_hours: {
          time_zone: 'Europe/Berlin',
          allowed: [{ from: '00:00', to: '24:00' }],
        },
        browsers: { blocked_browsers_list: ['ie'], out_of_date_behavior: 'no-remediation' },
      }
      const { policyKey } = await policies.create({ name: '<b>Web</b>', sections }, 0, db)
      await attachments.setApplication(ikey, policyKey, db)
    })

  step('lists the global policy first', async () => {
    await admin.shows('Policies')
    await admin.page.getByRole('link', { name: '<b>Web</b>' }).waitFor()
    const rows = await admin.page.getByRole('row').allTextContents()
    assert.match(rows[1] ?? '', /Global policy.*Every application/)
    await looksRight(admin.page, 'admin-policies')
  })

  step('shows each section in words, and marks what is kept', async () => {
    await admin.page.getByRole('link', { name: '<b>Web</b>' }).click()
    await admin.shows('<b>Web</b>')
    await admin.text('Every day 00:00–24:00')
    await admin.text('Kept, not enforced')
    await looksRight(admin.page, 'admin-policy')
  })

  step('shows what a change would have done, before it is saved', async () => {
    await admin.page.getByRole('link', { name: 'Set Methods' }).click()
    await admin.page.getByRole('checkbox', { name: 'Bypass or recovery code' }).check()
    await admin.answer('Show the impact')
    await admin.text('got in, and would be denied')
    const list = admin.page.getByRole('list', { name: 'Sign-ins that would end differently' })
    assert.match((await list.textContent()) ?? '', /6got in.*2 users/)
    await admin.page.getByText('Examples', { exact: true }).click()
    await admin.page.getByRole('link', { name: 'olga' }).waitFor()
    await looksRight(admin.page, 'admin-policy-impact')
    await admin.answer('Save')
    await admin.page.getByRole('dialog').waitFor({ state: 'detached' })
    await admin.text('Bypass or recovery code')
  })

  step('says that a change asks less', async () => {
    await admin.page.getByRole('link', { name: 'Set Networks' }).click()
    const trusted = admin.page.getByRole('combobox', { name: 'Networks without a second factor' })
    await trusted.fill('192.0.2.0/24')
    await trusted.press('Enter')
    await admin.answer('Show the impact')
    await admin.text('This asks less of users')
    await admin.answer('Back')
    await admin.answer('Cancel')
  })

  step('edits hours in rows', async () => {
    await admin.page.getByRole('link', { name: 'Change Hours' }).click()
    await admin.answer('Add hours')
    await admin.type('From 2', '9 am')
    await looksRight(admin.page, 'admin-policy-hours')
    await admin.answer('Show the impact')
    await admin.text(/is not a time/)
    await admin.answer('Back')
    await admin.type('From 2', '09:00')
    await admin.answer('Show the impact')
    await admin.answer('Save')
    await admin.text('Mon, Tue, Wed, Thu, Fri 09:00–18:00')
  })

  step('edits all sections as JSON', async () => {
    await admin.page.getByRole('link', { name: 'Edit as JSON' }).click()
    const json = admin.page.getByRole('textbox', { name: 'Sections' })
    assert.match(await json.inputValue(), /"blocked_browsers_list"/)
    await json.fill('{ "new_user": ')
    await admin.answer('Show the impact')
    await admin.text(/This is not JSON/)
    await json.fill(
      '{ "new_user": { "new_user_behavior": "deny" }, "plugins": { "java": "none" } }',
    )
    await looksRight(admin.page, 'admin-policy-json')
    await admin.answer('Show the impact')
    await admin.answer('Save')
    await admin.page.getByRole('region', { name: 'JSON of Plugins' }).waitFor()
  })

  step('shows the stack of an application, and moves a policy in it', async () => {
    await admin.page.goto(`/admin/applications/${ikey}?tab=policies`)
    const stack = admin.page.getByRole('list', { name: 'Policies in their order' })
    await stack.getByRole('link', { name: 'Staff rules', exact: true }).waitFor()
    await looksRight(admin.page, 'admin-application-policies')
    await stack.getByRole('link', { name: 'Up Staff rules of Staff' }).click()
    await admin.text(/sign-ins/)
    await admin.answer('Move')
    await stack.getByRole('link', { name: 'Up Contractors rules of Contractors' }).waitFor()
    assert.match((await stack.textContent()) ?? '', /Staff rules.*Contractors rules.*Web.*Global/)
  })

  step('shows the effective policy of a user, and where each section comes from', async () => {
    await admin.type('Username', 'nobody')
    await admin.press('Show')
    await admin.text('There is no user “nobody”.')
    await admin.type('Username', 'olga')
    await admin.press('Show')
    await admin.text('for this application')
    await admin.arrives(/user=olga/)
  })

  step('creates a copy, applies it to a group, and deletes it', async () => {
    await admin.page.keyboard.press('Control+k')
    await admin.page.getByRole('combobox').fill('create a policy')
    await admin.page.getByRole('option', { name: 'Create a policy' }).click()
    await admin.type('Name', 'Copy of rules')
    await admin.page.getByRole('combobox', { name: /Begin with/ }).click()
    await admin.page.getByRole('option', { name: 'Staff rules' }).click()
    await admin.answer('Create')
    await admin.shows('Copy of rules')
    await admin.page.getByRole('link', { name: 'Apply', exact: true }).click()
    await admin.page.getByText('A group', { exact: true }).click()
    await admin.page.getByRole('combobox', { name: 'Application' }).click()
    await admin.page.getByRole('option', { name: service.integration.name }).click()
    await admin.page.getByRole('combobox', { name: 'Group' }).click()
    await admin.page.getByRole('option', { name: 'Staff' }).click()
    await looksRight(admin.page, 'admin-policy-apply')
    await admin.answer('Show the impact')
    await admin.answer('Apply')
    await admin.text('Group Staff, number 3 in the stack')
    await admin.page.getByRole('link', { name: 'Delete', exact: true }).click()
    await admin.text(/It no longer applies to/)
    await admin.page.getByRole('textbox', { name: /Type/ }).fill('Copy of rules')
    await looksRight(admin.page, 'admin-policy-delete')
    await admin.answer('Delete')
    await admin.shows('Policies')
    await admin.lacks(admin.page.getByRole('link', { name: 'Copy of rules' }))
    admin.assertClean()
  })

  step('hides what a role may not do', async () => {
    const reader = await AdminPage.signedIn(chromium, service, '/policies/global', {
      role: 'Read-only',
    })
    await reader.shows('Global policy')
    assert.equal(await reader.page.getByRole('link', { name: /^(Set|Change|Rename)\b/ }).count(), 0)
    await reader.close()
  })
})
