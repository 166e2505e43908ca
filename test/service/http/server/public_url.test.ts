import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readServiceConfig } from '../../../../src/service/config/service_config.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'

const program = resolve(import.meta.dirname, '../../../../bin/countersign')
const publicUrl = 'https://mfa.example.com'

describe('public_url', () => {
  const log = new RecordingLog()
  let service: TestService
  before(async () => {
    const text = `[service]\nhost_names=localhost, inner.corp.local\npublic_url=${publicUrl}/\n`
    const { config } = readServiceConfig(text, '/etc/countersign/countersign.cfg')
    assert(config !== undefined)
    service = await TestService.start({ config, log })
  })
  after(() => service.close())

  test('starts every link of an enrolment', async () => {
    const enrolled = parseResponse(
      await service.call({ path: '/auth/v2/enroll', parameters: { username: 'alice' } }),
    )
    const code = String(enrolled.activation_code)
    const [shortCode = '', host = ''] = code.replace('duo://', '').split('-')
    assert.equal(Buffer.from(host, 'base64url').toString(), 'mfa.example.com')
    for (const key of ['activation_url', 'activation_barcode', 'enroll_portal_url']) {
      const link = enrolled[key]
      if (link === undefined && key !== 'activation_barcode') continue
      assert.equal(new URL(String(link)).origin, publicUrl, key)
    }
    for (const value of [code, `${publicUrl}/activate/${shortCode}`]) {
      const path = `/frame/qr?value=${encodeURIComponent(value)}`
      assert.equal((await service.send({ method: 'GET', path })).status, 200, value)
    }
    const value = `https://localhost:${service.port}/activate/${shortCode}`
    const foreign = { method: 'GET', path: `/frame/qr?value=${encodeURIComponent(value)}` }
    assert.equal((await service.send(foreign)).status, 400)
  })

  test('starts the link that a sign-in shows to a user without a device', async () => {
    const parameters = { username: 'newcomer' }
    const answer = parseResponse(await service.call({ path: '/auth/v2/preauth', parameters }))
    assert.equal(new URL(String(answer.enroll_portal_url)).origin, publicUrl)
  })

  test('starts the links that the command line prints', async () => {
    const env = { ...process.env, COUNTERSIGN_DATA: service.folder, NO_COLOR: '1' }
    const run = (...words: string[]) => spawnSync(program, words, { encoding: 'utf8', env }).stdout
    const user = await service.addUser({ username: 'carol' })
    const phone = await service.addPhone(user.userId, '+15550104711')
    const invitation = run('user', 'invite', 'carol', '--print-link')
    assert.match(invitation, /^ +https:\/\/mfa\.example\.com\/portal#\/enroll\/\w+$/m)
    const activation = run('phone', 'activate', phone)
    assert.match(activation, /^https:\/\/mfa\.example\.com\/activate\/\w+$/m)
    // changes to the file apply at once
    const cfg = '[service]\npublic_url=https://new.example.com\n'
    writeFileSync(join(service.folder, 'countersign.cfg'), cfg)
    const later = run('user', 'invite', 'carol', '--print-link')
    assert.match(later, /^ +https:\/\/new\.example\.com\/portal#\/enroll\/\w+$/m)
  })

  test('is the contact for push services, without a warning', () => {
    assert(!log.has('web_push_contact'))
  })

  test('causes a warning at startup if push services refuse it as a contact', async () => {
    const defaults = new RecordingLog()
    const other = await TestService.start({ log: defaults })
    await other.close()
    assert(defaults.has('set web_push_contact in [push]'))
    assert(defaults.has("web_push_contact: 'https://localhost'"))
    assert(defaults.has('localhost is not a public name'))
  })
})
