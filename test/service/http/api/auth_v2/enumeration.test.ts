import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { parseResponse, TestService } from '../../../../rig/service.ts'
import { TimerWatch } from '../../../../rig/timer_watch.ts'

const refusalMs = 25

describe('unknown usernames', () => {
  let service: TestService

  before(async () => {
    // no time passes on this clock, so a refusal waits for the whole delay
    service = await TestService.start({ clock: new ManualClock() })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addToken(userId)
    await service.addUser({ username: 'unenrolled' })
  })
  after(() => service.close())

  test('get the same reply as users without a device, under every policy', async () => {
    for (const policy of ['enroll', 'allow', 'deny'] as const) {
      const integration = await service.addIntegration('radius', policy)
      const answers = async (username: string) => {
        const preauth = await service.call({
          path: '/auth/v2/preauth',
          parameters: { username },
          integration,
        })
        const auth = await service.call({
          path: '/auth/v2/auth',
          parameters: { username, factor: 'passcode', passcode: '123456' },
          integration,
        })
        // each user gets their own link
        const linked = preauth.text.replaceAll(/(?<=#\/enroll\/)\w{22}/g, 'CODE')
        return [linked, auth.body]
      }
      assert.deepEqual(await answers('nobody'), await answers('unenrolled'))
    }
  })

  test('are refused after the same 25 ms timer as known users', async (t) => {
    const timers = new TimerWatch(t, refusalMs)
    for (const username of ['alice', 'unenrolled', 'nobody']) {
      const parameters = { username, factor: 'passcode', passcode: '123456' }
      const seen = await timers.during(() => service.call({ path: '/auth/v2/auth', parameters }))
      assert.deepEqual(seen, { started: 1, fired: 1 }, username)
    }
  })

  test('get a reply of the same shape as a wrong passcode of a user', async () => {
    const shape = async (username: string) => {
      const parameters = { username, factor: 'passcode', passcode: '123456' }
      const answer = await service.call({ path: '/auth/v2/auth', parameters })
      const { result, status, ...others } = parseResponse(answer)
      return { http: answer.status, result, status, others: Object.keys(others) }
    }
    assert.deepEqual(await shape('nobody'), await shape('alice'))
  })
})
