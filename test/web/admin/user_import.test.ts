import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { MailMessage } from '../../../src/service/messaging/messaging.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const lines = [
  'username,realname,email,notes,group1',
  'ann,Ann Adams,ann@example.com,"=HYPERLINK(""https://example.com"")",Staff',
  'ben,Ben Brown,ben@example.com,,Staff',
  'cat,Cat Clark,no address,,Staff',
  ',Nobody,nobody@example.com,,',
  'dan,Dan Davis,dan@example.com,,',
]

story('the import of users in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  const mails: MailMessage[] = []
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    const mail = { send: async (message: MailMessage) => void mails.push(message) }
    service = await TestService.start({ delivery: { mail } })
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/users')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const choose = async (name: string, text: string) => {
    const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) }
    await admin.page.locator('input[type=file]').setInputFiles(file)
    await admin.text(name)
  }
  const download = async (press: () => Promise<void>) => {
    const [file] = await Promise.all([admin.page.waitForEvent('download'), press()])
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }

  step('is reached from the empty list, and offers a template', async () => {
    await admin.page.getByRole('link', { name: 'Import a CSV file' }).click()
    await admin.shows('Import users')
    await looksRight(admin.page, 'admin-import')
    const { name, text } = await download(() =>
      admin.page.getByRole('link', { name: 'Download a template' }).click(),
    )
    assert.equal(name, 'users.csv')
    assert.match(text, /^username,/)
  })

  step('says why a file can’t be read', async () => {
    await choose('wrong.csv', 'name,mail\nann,ann@example.com\n')
    await admin.press('Check the file')
    await admin.text(/the column 'name' is unknown/)
    await looksRight(admin.page, 'admin-import-refused')
  })

  step('shows in a dry run what the file will do, and each bad line', async () => {
    await choose('staff.csv', lines.join('\n'))
    await admin.page.getByRole('checkbox', { name: /^Create groups/ }).check()
    await admin.page.getByRole('checkbox', { name: /^Mail an invitation/ }).check()
    await admin.press('Check the file')
    await admin.text('What staff.csv will do')
    await admin.page.getByRole('cell', { name: /'no address' is not an e-mail address/ }).waitFor()
    await admin.text(/It is empty; write the user name/)
    await looksRight(admin.page, 'admin-import-checked')
    assert.equal(mails.length, 0)
  })

  step('returns the bad lines as CSV', async () => {
    const { name, text } = await download(() =>
      admin.page.getByRole('link', { name: 'Download as CSV' }).click(),
    )
    assert.equal(name, 'bad-lines.csv')
    assert.match(text, /cat,Cat Clark,no address,,Staff,4,email,/)
  })

  step('imports the other lines, and mails the invitations', async () => {
    await admin.press('Import 3 users')
    await admin.text('Imported staff.csv')
    await admin.text('3 users added, 0 changed. 3 invitations sent. 2 lines not imported.')
    assert.deepEqual(mails.map(({ to }) => to).toSorted(), [
      'ann@example.com',
      'ben@example.com',
      'dan@example.com',
    ])
    await looksRight(admin.page, 'admin-import-done')
  })

  step('still shows the result after a reload', async () => {
    await admin.arrives(/job=DJ/)
    await admin.page.reload()
    await admin.text('Imported staff.csv')
    await admin.page.getByRole('link', { name: 'Users without a device' }).click()
    await admin.shows('Users')
    await admin.text('3 users')
  })

  step('exports the filtered list without formulas', async () => {
    await admin.page.goto('/admin/users?q=ann')
    await admin.text('1 user')
    await admin.press('Export')
    const { name, text } = await download(() =>
      admin.page.getByRole('menuitem', { name: 'CSV' }).click(),
    )
    assert.equal(name, 'users.csv')
    assert.match(text, /'=HYPERLINK/)
    assert.doesNotMatch(text, /[,"]=HYPERLINK|\nben,/)
  })

  step('shows neither import nor export to a role without the permits', async () => {
    const helper = await AdminPage.signedIn(chromium, service, '/users', { role: 'Help Desk' })
    await helper.text('3 users')
    assert.equal(await helper.page.getByRole('link', { name: 'Import' }).count(), 0)
    assert.equal(await helper.page.getByRole('button', { name: 'Export' }).count(), 0)
    helper.assertClean()
  })

  step('makes the browser report no error and no violation of the policy', async () => {
    admin.assertClean()
  })
})
