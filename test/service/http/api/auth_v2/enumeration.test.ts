import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseResponse, TestService } from '../../../../rig/service.ts'

describe('user names that nobody has', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addToken(userId)
    await service.addUser({ username: 'unenrolled' })
  })
  after(() => service.close())

  test('are told like those of users who have nothing to sign in with, whatever the policy', async () => {
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
        // each is given a link of his own
        const linked = preauth.text.replaceAll(/(?<=#\/enroll\/)\w{22}/g, 'CODE')
        return [linked, auth.body]
      }
      assert.deepEqual(await answers('nobody'), await answers('unenrolled'))
    }
  })

  test('are told by no stopwatch', async () => {
    const names = ['alice', 'unenrolled', 'nobody'] as const
    const times = new Map<string, number[]>(names.map((name) => [name, []]))
    for (let time = 0; time < 9; time++) {
      for (const username of names) {
        const began = performance.now()
        const parameters = { username, factor: 'passcode', passcode: '123456' }
        await service.call({ path: '/auth/v2/auth', parameters })
        times.get(username)?.push(performance.now() - began)
      }
    }
    const medians = [...times.values()].map((all) => all.toSorted((a, b) => a - b)[4] ?? 0)
    // as long as a refusal takes at least, which is more than what any of them does
    assert(Math.min(...medians) >= 24, `${medians}`)
    assert(Math.max(...medians) - Math.min(...medians) < 15, `${medians}`)
  })

  test('have an answer of the same shape as a wrong passcode of a user', async () => {
    const shape = async (username: string) => {
      const parameters = { username, factor: 'passcode', passcode: '123456' }
      const answer = await service.call({ path: '/auth/v2/auth', parameters })
      const { result, status, ...others } = parseResponse(answer)
      return { http: answer.status, result, status, others: Object.keys(others) }
    }
    assert.deepEqual(await shape('nobody'), await shape('alice'))
  })
})
