import assert from 'node:assert/strict'
import { AdminClient } from '../../rig/admin_client.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, skipChromium } from '../../rig/chromium.ts'
import { outboxProviders } from '../../rig/outbox_providers.ts'
import { type Answer, TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'
import { until } from '../../rig/until.ts'

/** Short enough for every field; each says where it was typed. */
const attacks = [
  (field: string) => `"'><img src=x onerror=hit=1><svg/onload=hit=1>${field}`,
  (field: string) => `javascript:hit=1//</script><script>hit=1</script>${field}`,
]

story('stored scripts in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let owner: AdminPage
  let client: AdminClient
  let next = 0
  const typed: string[] = []
  const pages: string[] = []
  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    chromium = await Chromium.start(service.service.port)
    client = await AdminClient.signedIn(service)
    owner = await AdminPage.signedIn(chromium, service, '/', { name: attack('name') })
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  /** The next script; begins with another one in each round. */
  function attack(field: string): string {
    const text = attacks[next++ % attacks.length]?.(field) ?? field
    typed.push(text)
    return text
  }

  async function make(path: string, body: object): Promise<Answer['body']> {
    const answer = await client.post(path, body)
    assert.equal(answer.status, 200, `${path}: ${answer.text}`)
    return answer.body
  }

  /** @returns What the page shows. */
  async function showsNoScript(path: string): Promise<string> {
    await owner.page.goto(path)
    await owner.page.getByRole('heading', { level: 1 }).first().waitFor()
    await until(async () => (await owner.page.locator('[aria-label="Loading"]').count()) === 0)
    const text = await owner.page.evaluate<string>(
      `document.body.innerText + [...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\\n')`,
    )
    assert.equal(await owner.page.evaluate('window.hit'), undefined, path)
    assert.equal(await owner.page.locator('img[src="x"], svg[onload]').count(), 0, path)
    return text
  }

  /** Types scripts into all fields, several times, so that each field gets each of them. */
  for (const [round] of attacks.entries()) {
    step(`takes scripts in every field, round ${round + 1}`, async () => {
      next = round
      const group = await make('groups', {
        name: attack('group'),
        description: attack('description'),
      })
      const user = await make('users', {
        username: attack(`user${round}`).replaceAll(' ', '-'),
        realname: attack('real name'),
        firstname: attack('first'),
        lastname: attack('last'),
        notes: attack('notes'),
        aliases: [attack(`alias${round}`).replaceAll(' ', '-')],
      })
      await make(`users/${user.user_id}/groups`, { group_id: group.group_id })
      await make(`users/${user.user_id}/phones`, {
        number: `+1202555010${round}`,
        name: attack('phone'),
      })
      await make('tokens', {
        serial: attack(`serial${round}`),
        kind: 'hotp-6',
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        username: user.username,
      })
      const { application } = await make('applications', {
        product: 'radius',
        name: attack(`application${round}`),
        notes: attack('notes of application'),
      })
      const { ikey } = application as { readonly ikey: string }
      const role = await make('roles', { name: attack(`role${round}`), permits: ['users.view'] })
      const invited = await make('administrators', {
        email: `invited${round}@example.com`,
        name: attack('administrator'),
        role: role.name,
      })
      const { admin_id } = invited.administrator as { readonly admin_id: string }
      await client.call('PATCH', 'profile', { name: attack('own name'), phone: '' })
      await make('policies', { name: attack(`policy${round}`) })
      const settings = {
        name: attack('org').slice(0, 50),
        helpdesk_message: attack('help'),
        sms_message: attack('sms'),
      }
      const changed = await client.call('PATCH', 'settings', { changes: settings })
      assert.equal(changed.status, 200, changed.text)
      await showsNoScript('/admin/settings')
      await showsNoScript('/portal')
      pages.push(
        `/users/${user.user_id}`,
        `/users/${user.user_id}/edit`,
        `/users/${user.user_id}/remove`,
        `/users/${user.user_id}/add-group`,
        `/users/${user.user_id}/assign-token`,
        `/applications/${ikey}`,
        `/applications/${ikey}/edit`,
        `/applications/${ikey}/remove`,
        `/administrators/${admin_id}`,
        `/administrators/${admin_id}/edit`,
        `/administrators/${admin_id}/reset`,
        `/administrators/${admin_id}/delete`,
        `/roles/${role.role_id}`,
      )
    })
  }

  step('shows them as text on every page, and runs none', async () => {
    const lists = [
      '/',
      '/users',
      '/users/invitations',
      '/applications',
      '/administrators',
      '/administrators/invite',
      '/roles',
      '/approvals',
      '/account',
      '/reports/authentication',
      '/reports/administrator',
      '/reports/telephony',
      '/outbox',
    ]
    let shown = 0
    for (const path of [...lists, ...pages]) {
      const text = await showsNoScript(`/admin${path}`)
      if (typed.some((attack) => text.includes(attack))) shown++
    }
    // some dialogs name none of the fields, and a username has no spaces
    assert.ok(shown > pages.length / 2, `${shown} pages show what was typed`)
    owner.assertClean()
  })
})
