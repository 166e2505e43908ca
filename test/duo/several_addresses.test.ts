import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { AuthApiUnavailable, joinedSignIns } from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { Secret } from '../../src/host/secret.ts'
import { AuthApiDouble, testIkey, testSkey } from '../rig/auth_api_double.ts'
import { RecordingLog } from '../rig/recording_log.ts'
import { until } from '../rig/until.ts'

const addresses = ['127.0.0.1', '127.0.0.2'] as const
const passcode = { username: 'alice', factor: 'passcode', passcode: '123456' }
const joinedPush = { username: 'alice', factor: 'push', device: 'auto', request_fingerprint: 'ab' }

describe('an API whose name has two addresses', () => {
  let first: AuthApiDouble
  let second: AuthApiDouble
  let client: AuthApiClient
  let resolver: () => readonly string[]
  let log: RecordingLog

  beforeEach(async () => {
    first = await AuthApiDouble.start()
    second = await AuthApiDouble.start(addresses[1], first)
    for (const api of [first, second]) api.capabilities = [joinedSignIns]
    resolver = () => addresses
    log = new RecordingLog()
    client = openClient(20)
  })
  afterEach(async () => {
    await client.close()
    for (const api of [first, second]) {
      api.release({})
      await api.close()
    }
  })

  function openClient(timeoutSecs: number): AuthApiClient {
    return new AuthApiClient({
      ikey: testIkey,
      skey: new Secret(testSkey),
      host: 'localhost',
      port: first.port,
      caFile: first.caFile,
      resolve: async () => resolver(),
      timeoutSecs,
      maxConnections: 64,
      maxWaiting: 64,
      userAgent: 'test',
      log,
      clock: systemClock,
    })
  }

  test('is asked at the second one if the first one refuses connections', async () => {
    await first.close()
    assert.equal((await client.auth(passcode)).result, 'allow')
    assert.equal(second.asked('/auth/v2/auth').length, 1)
  })

  test('is asked at the second one if the first one answers 503', async () => {
    first.preauth = () => ({ status: 503, body: '' })
    assert.equal((await client.preauth({ username: 'alice' })).result, 'auth')
    assert.equal(second.asked('/auth/v2/preauth').length, 1)
  })

  test('does not get a passcode twice if it may have been received', async () => {
    first.auth = () => 'reset'
    await assert.rejects(client.auth(passcode), (error) => wasReceived(error))
    assert.equal(second.asked('/auth/v2/auth').length, 0)
  })

  test('gets a sign-in with a fingerprint at the second one if the connection breaks', async () => {
    first.auth = () => 'reset'
    assert.equal((await client.auth(joinedPush)).result, 'allow')
    assert.deepEqual(second.asked('/auth/v2/auth'), first.asked('/auth/v2/auth'))
  })

  test('gets a waiting sign-in at the second one if the first one no longer answers', async () => {
    await client.check()
    first.auth = () => 'hang'
    second.auth = () => ({ response: { result: 'deny', status: 'deny', status_msg: 'no' } })
    const waiting = client.auth(joinedPush)
    await first.askedTimes('/auth/v2/auth', 1)
    first.check = () => 'hang'
    assert.equal((await waiting).result, 'deny')
    assert.ok(log.has('the API at localhost (127.0.0.1) does not answer check'))
    first.check = () => ({ response: { time: 1 } })
    await until(() => log.has('(127.0.0.1) answers again'))
  })

  test('was perhaps asked if the first attempt broke and no other one could be made', async () => {
    first.auth = () => {
      void second.close()
      void first.close()
      return 'hang'
    }
    await second.close()
    await client.close()
    client = openClient(2)
    await assert.rejects(client.auth(joinedPush), (error) => wasReceived(error))
  })

  test('is asked at its last addresses while the resolver does not answer', async () => {
    await client.check()
    resolver = () => {
      throw new Error('no resolver')
    }
    await first.close()
    for (let turn = 0; turn < 3; turn++) await client.preauth({ username: 'alice' })
    assert.equal(second.asked('/auth/v2/preauth').length, 3)
  })
})

function wasReceived(error: unknown): boolean {
  assert.ok(error instanceof AuthApiUnavailable)
  return error.mayHaveBeenReceived
}
