import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { removeLogo, setLogo } from '../../../src/service/administration/acts/logo.ts'
import { updateSettings } from '../../../src/service/administration/acts/settings.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { defaultConfig } from '../../../src/service/config/service_config.ts'
import { Outbox, type OutboxEntry } from '../../../src/service/messaging/outbox/outbox.ts'
import { logoLimits, OrganisationLogo } from '../../../src/service/settings/organisation_logo.ts'
import { readPngSize } from '../../../src/service/settings/png.ts'
import { SettingError } from '../../../src/service/settings/setting_error.ts'
import { Settings } from '../../../src/service/settings/settings.ts'
import { outboxProviders } from '../../rig/outbox_providers.ts'
import { png } from '../../rig/png.ts'
import { TestService } from '../../rig/service.ts'
import { untilFound } from '../../rig/until.ts'

describe('the organisation, as users see it', () => {
  const clock = { now: () => Date.now() }
  const image = png(120, 80)
  let service: TestService
  let administration: Administration
  let outbox: Outbox

  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    const actor = { name: 'test', role: builtInRole('Owner') }
    administration = new Administration(service.store, clock, actor)
    outbox = new Outbox(service.folder, clock)
    const settings = new Settings(defaultConfig('.'))
    const logo = new OrganisationLogo(defaultConfig('.'))
    await administration.run(updateSettings, {
      settings,
      update: { name: 'Acme <Bank>', helpdesk_message: 'Call 4711', timezone: 'Europe/Berlin' },
    })
    await administration.run(setLogo, { logo, image })
    await untilFound(async () => {
      const { body } = await session()
      const found = JSON.stringify(body)
      return found.includes('Acme') && found.includes('logo.png') ? true : undefined
    })
  })
  after(() => service.close())

  const session = () => service.send({ method: 'GET', path: '/portal/api/session' })

  async function lastEntry(kind: OutboxEntry['kind']): Promise<OutboxEntry> {
    return await untilFound(async () => {
      const entries = (await outbox.list()).filter((entry) => entry.kind === kind)
      return entries.toSorted((one, other) => other.at - one.at)[0]
    })
  }

  test('the portal has its name, logo and help text', async () => {
    const { body } = await session()
    const { organisation } = body
    assert.deepEqual(organisation, {
      name: 'Acme <Bank>',
      logo: `/organisation/logo.png?v=${logoVersion(organisation)}`,
      help: 'Call 4711',
    })
  })

  test('its logo is an image that browsers can keep', async () => {
    const { body } = await session()
    const path = `/organisation/logo.png?v=${logoVersion(body.organisation)}`
    const { status, headers } = await service.send({ method: 'GET', path })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'image/png')
    assert.equal(headers['content-length'], String(image.length))
    assert.match(String(headers['cache-control']), /immutable/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    const older = await service.send({ method: 'GET', path: '/organisation/logo.png?v=older' })
    assert.equal(older.headers['cache-control'], 'no-cache')
  })

  test('the Auth API returns the logo', async () => {
    const { status, headers } = await service.call({ method: 'GET', path: '/auth/v2/logo' })
    assert.equal(status, 200)
    assert.equal(headers['content-length'], String(image.length))
  })

  test('the start page shows its name as text', async () => {
    const { text } = await service.send({ method: 'GET', path: '/' })
    assert.match(text, /<h1>Acme &lt;Bank&gt;<\/h1>/)
  })

  test('the push app shows its name and logo for the account', async () => {
    const { userId } = await service.addUser({ username: 'apped' })
    const phone = await service.addPushPhone(userId)
    assert.equal(phone.activated.account, 'Acme <Bank>')
    assert.match(String(phone.activated.logo), /^\/organisation\/logo\.png\?v=/)
    const { body } = await phone.call('GET', '/app/api/device')
    assert.equal(body.account, 'Acme <Bank>')
  })

  test('mails have its name as sender, in the subject and in the text', async () => {
    const { userId } = await service.addUser({ username: 'mailed', email: 'mailed@example.com' })
    await service.addPushPhone(userId)
    const mail = await lastEntry('mail')
    assert(mail.kind === 'mail')
    assert.equal(mail.from, 'Acme <Bank>')
    assert.equal(mail.subject, 'Acme <Bank>: A device was added to your account')
    assert.match(mail.text, /Time:\s\d{4}-\d\d-\d\d \d\d:\d\d Europe\/Berlin\./)
    assert.match(mail.text, /Help: Call 4711\n\n-- \nAcme <Bank>\n$/)
    assert.match(mail.html ?? '', /Acme &lt;Bank&gt;/)
    assert.doesNotMatch(mail.html ?? '', /<Bank>/)
  })

  test('messages and calls name it', async () => {
    const { userId, username } = await service.addUser({ username: 'texted' })
    const device = await service.addPhone(userId, '+12025550143')
    const path = '/auth/v2/auth'
    await service.call({
      method: 'POST',
      path,
      parameters: { username, factor: 'sms', device },
    })
    const message = await lastEntry('sms')
    assert.match(
      message.kind === 'sms' ? message.text : '',
      /^Your Acme <Bank> passcode for test authapi: \d+$/,
    )
    await service.call({
      method: 'POST',
      path,
      parameters: { username, factor: 'phone', device, async: '1' },
    })
    const call = await lastEntry('phone')
    assert.match(
      call.kind === 'phone' ? call.text : '',
      /^Acme <Bank>\. This is a sign-in to test authapi\./,
    )
  })

  test('a removed logo is gone from all places', async () => {
    await administration.run(removeLogo, { logo: new OrganisationLogo(defaultConfig('.')) })
    await untilFound(async () => {
      const { status } = await service.send({ method: 'GET', path: '/organisation/logo.png' })
      return status === 404 ? true : undefined
    })
    assert.match(JSON.stringify((await session()).body), /"logo":null/)
    const { status } = await service.call({ method: 'GET', path: '/auth/v2/logo' })
    assert.equal(status, 404)
  })

  test('refuses images that are not a whole PNG, or outside the limits', async () => {
    const logo = new OrganisationLogo(defaultConfig('.'))
    const wide = logoLimits.maxPixels + 1
    const broken = Buffer.from(image)
    broken.writeUInt32BE(100, 16)
    for (const [what, bytes] of [
      ['text', Buffer.from('<svg onload=alert(1)>')],
      ['cut', image.subarray(0, image.length - 1)],
      ['longer', Buffer.concat([image, Buffer.from('<script>')])],
      ['changed header', broken],
      ['wide', png(wide, 100)],
      ['small', png(10, 100)],
      ['large', Buffer.concat([image, Buffer.alloc(logoLimits.maxBytes)])],
    ] as const) {
      await assert.rejects(
        administration.run(setLogo, { logo, image: bytes }),
        (error) => error instanceof SettingError && error.code === 'SETTING_INVALID',
        what,
      )
    }
    assert.deepEqual(readPngSize(image), { width: 120, height: 80 })
  })
})

function logoVersion(organisation: unknown): string {
  return /v=([0-9a-f]{16})/.exec(JSON.stringify(organisation))?.[1] ?? 'none'
}
