import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { takeAtLeast } from '../../../../src/service/self_service/sign_in/steady_response.ts'

describe('a reply with a shortest time', () => {
  for (const [how, work] of [
    ['succeeds', async () => 'done'],
    ['fails', () => Promise.reject(new Error('no'))],
  ] as const) {
    test(`is not sent earlier if the work ${how} at once`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] })
      let replied = false
      const reply = takeAtLeast<string>(300, work).finally(() => {
        replied = true
      })
      reply.catch(() => {})
      t.mock.timers.tick(299)
      await turn()
      assert.equal(replied, false)
      t.mock.timers.tick(1)
      await turn()
      assert.equal(replied, true)
    })
  }

  test('is sent when the work ends, if that takes longer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const work = Promise.withResolvers<string>()
    let replied = false
    const reply = takeAtLeast(300, () => work.promise).finally(() => {
      replied = true
    })
    t.mock.timers.tick(1000)
    await turn()
    assert.equal(replied, false)
    work.resolve('done')
    assert.equal(await reply, 'done')
  })
})
