import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { skipWithout } from '../rig/debian_package.ts'
import { parseResponse, TestService } from '../rig/service.ts'

const zbarimg = '/usr/bin/zbarimg'

describe('a QR reader', { skip: skipWithout('zbar-tools', zbarimg) }, () => {
  let service: TestService
  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  test('reads activation_barcode as the activation link', async () => {
    const enrolled = parseResponse(await service.call({ path: '/auth/v2/enroll' }))
    const { pathname, search } = new URL(String(enrolled.activation_barcode))
    const { octets } = await service.send({ method: 'GET', path: pathname + search })
    const file = join(service.folder, 'barcode.png')
    writeFileSync(file, octets)
    const { stdout, status } = spawnSync(zbarimg, ['--quiet', '--raw', file], { encoding: 'utf8' })
    assert.equal(status, 0)
    assert.equal(stdout.trim(), enrolled.activation_url)
  })
})
