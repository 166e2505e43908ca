import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthApiClient } from '../../../../../src/duo/https/auth_api_client.ts'
import { systemClock } from '../../../../../src/host/clock.ts'
import { silentLog } from '../../../../../src/host/log.ts'
import { TestService } from '../../../../rig/service.ts'

describe('message connections', () => {
  let service: TestService
  let client: AuthApiClient
  before(async () => {
    service = await TestService.start()
    client = new AuthApiClient({
      ikey: service.integration.ikey,
      skey: service.integration.skey,
      host: 'localhost',
      port: service.port,
      caFile: service.service.caFile,
      timeoutSecs: 0,
      maxConnections: 64,
      maxWaiting: 10_000,
      userAgent: 'test',
      log: { ...silentLog, info: console.log, debug: console.log },
      clock: systemClock,
    })
    await client.check()
  })
  after(async () => {
    await client.close()
    await service.close()
  })

  test('carry', async () => {
    const { userId } = await service.addUser({ username: 'alice' })
    const codes = await service.addBypassCodes(userId, 10)
    for (const code of codes) {
      const answer = await client.auth({ username: 'alice', factor: 'passcode', passcode: code })
      console.log(answer)
    }
    await assert.rejects(client.auth({ username: 'alice', factor: 'passcode', passcode: '' }))
    console.log(await service.send({ method: 'GET', path: '/metrics' }).then(({ text }) => text.match(/.*(message|http_requests).*/g)))
  })
})
