import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { TestService } from '../rig/service.ts'

describe('another site in the browser of a signed-in portal user', {
  skip: skipChromium,
}, () => {
  let service: TestService
  let chromium: Chromium
  let evil: Server
  let evilPage: Page
  let evilAddress: string
  let at: PortalPage
  let userId: string
  let portal: string
  before(async () => {
    service = await TestService.start({ delivery: { sms: { send: async () => {} } } })
    portal = `https://localhost:${service.service.port}`
    userId = (await service.addUser({ username: 'victim' })).userId
    await service.addPhone(userId, '+15550100001')
    await service.addPhone(userId, '+15550100002')
    const [code = ''] = await service.addBypassCodes(userId, 1)
    chromium = await Chromium.start(service.service.port)
    at = await PortalPage.open(chromium, '/portal')
    await at.page.getByLabel('Username').fill('victim')
    await at.press('Continue')
    await at.page.getByLabel('Passcode').fill(code)
    await at.press('Sign in')
    await at.shows('Your devices')
    evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Win!</title>')
    }).listen(0, '127.0.0.1')
    await once(evil, 'listening')
    const address = evil.address()
    assert(address !== null && typeof address === 'object')
    evilPage = await at.page.context().newPage()
    // another host than localhost, so that it is another site as well
    evilAddress = `http://127.0.0.1:${address.port}/`
    await evilPage.goto(evilAddress)
  })
  after(async () => {
    await chromium?.close()
    evil?.close()
    await service.close()
  })

  const phones = async () => await new Phones().ofUser(userId, service.store.db)
  const firstPhone = async () => (await phones())[0]?.phoneId ?? ''

  test('can’t send authenticated requests', async () => {
    const device = `devices/${await firstPhone()}`
    const json = "headers: { 'content-type': 'application/json' }"
    for (const [path, options] of [
      [device, "method: 'DELETE', mode: 'cors'"],
      [device, `method: 'PATCH', mode: 'cors', ${json}, body: '{"name":"mine"}'`],
      ['sign-out', "method: 'POST', mode: 'no-cors', body: '{}'"],
    ] as const) {
      const answer = await evilPage.evaluate<string>(`
        fetch('${portal}/portal/api/${path}', { ${options}, credentials: 'include' })
          .then((answer) => answer.type + ' ' + answer.status, (error) => error.name)`)
      assert(['TypeError', 'opaque 0'].includes(answer), `${path}: ${answer}`)
    }
    const own = await phones()
    assert.deepEqual([own.length, own[0]?.name], [2, ''])
    await at.page.reload()
    await at.shows('Your devices')
    await at.page.getByRole('tab', { name: 'Devices' }).waitFor()
  })

  test('can’t submit a form', async () => {
    const refused = evilPage.waitForResponse((answer) => answer.url().endsWith('/recovery-codes'))
    await evilPage.evaluate(`
      const form = document.createElement('form')
      form.method = 'post'
      form.enctype = 'text/plain'
      form.action = '${portal}/portal/api/recovery-codes'
      const field = document.createElement('input')
      field.name = '{"a":"'
      field.value = '"}'
      form.append(field)
      document.body.append(form)
      form.submit()`)
    const answer = await refused
    assert.equal(answer.status(), 403)
    assert.equal(answer.request().headers().cookie, undefined)
    await evilPage.waitForURL(/recovery-codes/)
    await evilPage.goto(evilAddress)
  })

  test('can’t show portal or app in a frame', async () => {
    for (const path of ['/portal', '/app/']) {
      const loaded = await evilPage.evaluate<string>(`new Promise((resolve) => {
        const frame = document.createElement('iframe')
        frame.onload = () => resolve('loaded')
        frame.src = '${portal}${path}'
        document.body.append(frame)
      })`)
      assert.equal(loaded, 'loaded')
    }
    const shown = evilPage.frames().map((frame) => frame.url())
    assert.deepEqual(
      shown.filter((url) => url.startsWith(portal)),
      [],
    )
  })

  test('a script in the portal can’t read the session cookie', async () => {
    assert.equal(await at.page.evaluate('document.cookie'), '')
    const cookies = await at.page.context().cookies(portal)
    assert.deepEqual(
      cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]),
      [['__Host-countersign-portal', true, true, 'Strict']],
    )
  })

  test('accepts the same request from the portal’s own page', async () => {
    const path = `/portal/api/devices/${await firstPhone()}`
    const status = await at.page.evaluate<number>(
      `fetch('${path}', { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: '{}' }).then(({ status }) => status)`,
    )
    assert.deepEqual([status, (await phones()).length], [200, 1])
  })
})
