import assert from 'node:assert/strict'
import { HOTP, Secret as OathSecret } from 'otpauth'
import { updateSettings } from '../../../src/service/administration/acts/settings.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { defaultConfig } from '../../../src/service/config/service_config.ts'
import { Settings } from '../../../src/service/settings/settings.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const markup = '<img src=x onerror=alert(1)>'
/** RFC 4226 Appendix D, as hex and as base32. */
const hexSecret = '3132333435363738393031323334353637383930'
const base32Secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

function code(counter: number): string {
  return HOTP.generate({ secret: OathSecret.fromBase32(base32Secret), digits: 6, counter })
}

async function chooseUser({ page }: AdminPage, username: string): Promise<void> {
  await page.getByRole('combobox', { name: 'User' }).fill(username)
  await page.getByRole('option', { name: new RegExp(`^${username}`) }).click()
}

async function dialogClosed({ page }: AdminPage): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

story('devices in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  const open = async (path: string, heading: string) => {
    await admin.page.goto(`/admin${path}`)
    await admin.shows(heading)
  }
  const link = (name: string) => admin.page.getByRole('link', { name, exact: true })
  before(async () => {
    service = await TestService.start()
    await service.addUser({ username: 'alice', realname: markup })
    await service.addUser({ username: 'bob' })
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/phones')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('adds a phone for a user', async () => {
    await admin.shows('2FA devices')
    await admin.text('There are no devices yet')
    await looksRight(admin.page, 'admin-phones-empty')
    await link('Add a phone').first().click()
    await chooseUser(admin, 'alice')
    await admin.type('Number', '12')
    await admin.type('Name', 'Work')
    await admin.answer('Add')
    await admin.text(/is not an international number/)
    await admin.type('Number', '+1 202 555 0143')
    await looksRight(admin.page, 'admin-phone-add')
    await admin.answer('Add')
    await admin.shows('Work (+12025550143)')
  })

  step('changes the phone', async () => {
    await link('Edit').click()
    await admin.type('Name', markup)
    await admin.page.getByRole('combobox', { name: 'Platform' }).click()
    await admin.page.getByRole('option', { name: 'Android', exact: true }).click()
    await looksRight(admin.page, 'admin-phone-edit')
    await admin.answer('Save')
    await admin.shows(`${markup} (+12025550143)`)
  })

  step('shows the link that connects the app once, and not in the address', async () => {
    await link('Connect the app').click()
    await admin.answer('Create the link')
    const field = admin.page.getByRole('textbox', { name: 'Link', exact: true })
    const url = new URL(await field.inputValue())
    assert.match(url.pathname, /^\/activate\/\w+$/)
    assert.equal(admin.address.includes(url.pathname.slice(10)), false)
    await looksRight(admin.page, 'admin-phone-activate')
    await admin.answer('Done')
    await dialogClosed(admin)
    await link('Connect the app').click()
    await admin.text('The link connects the push app on this phone.')
    await admin.lacks(field)
    await admin.answer('Cancel')
    await dialogClosed(admin)
  })

  step('lists phones by user, platform and app', async () => {
    const { userId } = await service.addUser({ username: 'carol' })
    await service.addPushPhone(userId, { name: 'Pixel' })
    await open('/phones', '2FA devices')
    await admin.text('2 devices')
    await looksRight(admin.page, 'admin-phones')
    await admin.page.getByRole('searchbox', { name: 'Search by number or user' }).fill('car')
    await admin.text('1 device')
    await link('carol').waitFor()
    await admin.page.getByRole('searchbox', { name: 'Search by number or user' }).fill('1202')
    await link('alice').waitFor()
    await open('/phones?activated=true', '2FA devices')
    await admin.text('1 device')
    await link('Pixel').click()
    await admin.shows('Pixel')
    await admin.text('Push, Passcodes of the app')
    await looksRight(admin.page, 'admin-phone')
  })

  step('tells what a removed phone ends, and keeps a detached one', async () => {
    await link('Detach from the user').click()
    await admin.text('Its app stops working at once: pushes and passcodes.')
    await admin.text('carol has no other device, and can’t sign in until they have a new one.')
    await looksRight(admin.page, 'admin-phone-detach')
    await admin.answer('Detach')
    await admin.text('Nothing until it has a user')
    await link('Give it to a user').click()
    await chooseUser(admin, 'bob')
    await admin.answer('Give')
    await dialogClosed(admin)
    await link('bob').waitFor()
    await link('Remove').click()
    await admin.answer('Remove')
    await admin.shows('2FA devices')
    await admin.text('1 device')
  })

  step(
    'previews a token file: bad lines, known serials, and secrets that two tokens have',
    async () => {
      await open('/tokens', 'Hardware tokens')
      await admin.text('There are no tokens yet')
      await looksRight(admin.page, 'admin-tokens-empty')
      await link('Import tokens').first().click()
      await admin.shows('Import hardware tokens')
      await looksRight(admin.page, 'admin-token-import')
      const lines = [
        'serial,secret,username',
        `00017,${hexSecret},alice`,
        `17,${hexSecret},`,
        'T-3,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR,nobody',
        'T-4,zz,',
      ]
      await admin.page.setInputFiles('input[type=file]', {
        name: 'tokens.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(lines.join('\n')),
      })
      await admin.text('What the import will do')
      await admin.text('17 has the secret of 00017')
      await admin.text('line 5')
      await admin.text('nobody: there is no such user')
      assert.equal(
        await admin.page.getByRole('button', { name: 'Import 3 tokens' }).isDisabled(),
        true,
      )
      await looksRight(admin.page, 'admin-token-import-preview')
      assert.equal((await admin.page.content()).includes(hexSecret), false)
    },
  )

  step('imports the other lines, and forgets the file', async () => {
    await admin.page.getByRole('checkbox', { name: /^Leave out the line with errors/ }).check()
    await admin.press('Import 3 tokens')
    await admin.text('The tokens are imported')
    await admin.text(/^3 added, 0 replaced, 0 kept as they were, 1 assigned to users/)
    assert.equal(await admin.page.getByText('tokens.csv').count(), 0)
    await looksRight(admin.page, 'admin-token-imported')
    await admin.page.getByRole('link', { name: 'All tokens' }).click()
    await admin.text('3 tokens')
    await looksRight(admin.page, 'admin-tokens')
  })

  step('resynchronises a token with three codes in a row', async () => {
    await link('00017').click()
    await admin.shows('00017')
    await looksRight(admin.page, 'admin-token')
    await link('Resync').click()
    const type = async (...counters: readonly number[]) => {
      for (const [index, field] of ['First code', 'Second code', 'Third code'].entries()) {
        await admin.type(field, code(counters[index] ?? 0))
      }
      await admin.answer('Resync')
    }
    await type(100, 102, 104)
    await admin.text(/^These are not three codes of this token in a row/)
    await looksRight(admin.page, 'admin-token-resync')
    await type(300, 301, 302)
    await admin.text('00017 is in step again')
    await dialogClosed(admin)
    const row = await service.store.db
      .selectFrom('oath_tokens')
      .select('position')
      .where('serial', '=', '00017')
      .executeTakeFirstOrThrow()
    assert.equal(row.position, 303)
  })

  step('takes a token from one user, and gives it to another', async () => {
    await link('Unassign').click()
    await admin.text('alice keeps 1 phone.')
    await looksRight(admin.page, 'admin-token-unassign')
    await admin.answer('Unassign')
    await dialogClosed(admin)
    await link('Assign').click()
    await chooseUser(admin, 'bob')
    await looksRight(admin.page, 'admin-token-assign')
    await admin.answer('Assign')
    await dialogClosed(admin)
    await link('bob').waitFor()
    await link('Delete').click()
    await admin.page.getByRole('dialog').getByRole('textbox').fill('00017')
    await looksRight(admin.page, 'admin-token-delete')
    await admin.answer('Delete')
    await admin.text('00017 is deleted')
    await admin.text('2 tokens')
  })

  step('adds a token by hand, and finds it by the palette', async () => {
    await link('Add a token').click()
    await admin.type('Serial number', 'H-9')
    await admin.type('Secret', 'short')
    await admin.answer('Add')
    await admin.text(/secret must be base32/i)
    await admin.type('Secret', base32Secret)
    await looksRight(admin.page, 'admin-token-add')
    await admin.answer('Add')
    await admin.shows('H-9')
    await admin.page.keyboard.press('Control+k')
    await admin.page.getByRole('combobox').fill('H-9')
    await admin.page.getByRole('option', { name: /H-9/ }).waitFor()
    await admin.page.keyboard.press('Escape')
    admin.assertClean()
  })
})

story('bypass codes in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  const link = (name: string) => admin.page.getByRole('link', { name, exact: true })
  before(async () => {
    service = await TestService.start()
    for (const username of ['alice', 'bob']) await service.addUser({ username })
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/bypass-codes')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('creates bypass codes, which are shown once', async () => {
    await admin.shows('Bypass codes')
    await admin.text('Nobody has a bypass code')
    await looksRight(admin.page, 'admin-bypass-codes-empty')
    await link('Create codes').first().click()
    await chooseUser(admin, 'alice')
    await admin.page.getByRole('textbox', { name: 'Codes' }).fill('2')
    await looksRight(admin.page, 'admin-bypass-create')
    await admin.answer('Create')
    const shown = await admin.page.getByRole('textbox', { name: 'Code 1' }).inputValue()
    assert.match(shown, /^\d{9}$/)
    await looksRight(admin.page, 'admin-bypass-created')
    await admin.answer('Done')
    await dialogClosed(admin)
    await admin.lacks(admin.page.getByText(shown))
    await link('alice').waitFor()
    await looksRight(admin.page, 'admin-bypass-codes')
  })

  step('ends one code, then all of the user', async () => {
    await admin.page.getByRole('link', { name: '2 codes of alice' }).click()
    await looksRight(admin.page, 'admin-bypass-of')
    await admin.page.getByRole('dialog').getByRole('button', { name: 'End' }).first().click()
    await admin.text('The code no longer works')
    await admin.page.getByRole('button', { name: 'Close', exact: true }).click()
    await dialogClosed(admin)
    await admin.page.getByRole('link', { name: 'End all codes of alice' }).click()
    await admin.text('1 bypass code')
    await admin.answer('End all')
    await admin.text('Nobody has a bypass code')
    admin.assertClean()
  })

  step('asks a second administrator for bypass codes if the setting wants it', async () => {
    const { store, folder } = service
    const settings = await Settings.load(defaultConfig(folder), store.db)
    const actor = { name: 'cli:root', role: builtInRole('Owner') }
    const administration = new Administration(store, { now: () => Date.now() }, actor)
    await administration.run(updateSettings, { settings, update: { two_person_approval: true } })
    await link('Create codes').first().click()
    await chooseUser(admin, 'bob')
    await admin.answer('Create')
    await admin.text('Waiting for approval')
    await admin.page.getByRole('button', { name: 'Close', exact: true }).last().click()
    await admin.text('Nobody has a bypass code')
    admin.assertClean()
  })
})
