import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { sharedConnections } from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { AuthApiDouble, testIkey, testSkey } from '../rig/auth_api_double.ts'

// a middlebox between proxy and service may support HTTP/1 only
describe('an API that announces shared connections but has no HTTP/2', () => {
  let api: AuthApiDouble
  let client: AuthApiClient
  before(async () => {
    api = await AuthApiDouble.start()
    api.capabilities = [sharedConnections]
    client = new AuthApiClient({
      ikey: testIkey,
      skey: new Secret(testSkey),
      host: 'localhost',
      port: api.port,
      caFile: api.caFile,
      timeoutSecs: 10,
      maxConnections: 64,
      maxWaiting: 10_000,
      userAgent: 'test',
      log: silentLog,
      clock: systemClock,
    })
  })
  after(async () => {
    await client.close()
    await api.close()
  })

  test('is called over HTTP/1.1, once per sign-in', async () => {
    await client.check()
    for (let round = 1; round <= 2; round++) {
      const { result } = await client.auth({ username: 'alice', factor: 'push', device: 'auto' })
      assert.equal(result, 'allow')
      assert.equal(api.asked('/auth/v2/auth').length, round)
    }
  })
})
