import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('the reference of the Admin API', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/api-reference', { role: 'Read-only' })
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('lists the calls by their object', async () => {
    await admin.shows('Admin API')
    await admin.text('/admin/v1/users/{user_id}/bypass_codes')
    await looksRight(admin.page, 'admin-api-reference')
  })

  step('finds a call, and shows its parameters', async () => {
    await admin.page.getByRole('searchbox').fill('groups creates')
    await admin.page.getByText('Creates a group.').click()
    await admin.text('Ignored: policies decide the methods.')
    await looksRight(admin.page, 'admin-api-reference-call')
    admin.assertClean()
  })
})
