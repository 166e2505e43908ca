import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { TestService } from '../../../rig/service.ts'

describe('the access log', () => {
  test('has each request, without passcodes, usernames and keys', async () => {
    const log = new RecordingLog()
    const config = { ...defaultConfig('.'), accessLog: true }
    const service = await TestService.start({ config, log })
    const parameters = { username: 'aliceinlog', factor: 'passcode', passcode: '135792468' }
    await service.call({ path: '/auth/v2/auth', parameters, inQuery: true })
    await service.call({ path: '/auth/v2/auth', parameters, version: 5 })
    const code = 'Ab1'.repeat(6).concat('Ab')
    await service.send({ method: 'GET', path: `/activate/${code}` })
    await service.send({ method: 'GET', path: `/activate/${code}/` })
    await service.send({ method: 'POST', path: `/activate/${code}` })
    await service.close()
    const lines = JSON.stringify(log)
    assert.match(lines, /\/auth\/v2\/auth/)
    for (const hidden of ['135792468', 'aliceinlog', code, service.integration.skey.reveal()]) {
      assert.ok(!lines.includes(hidden))
    }
  })
})
