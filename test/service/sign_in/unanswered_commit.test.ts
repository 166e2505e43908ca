import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { LostAnswers } from '../../rig/lost_answers.ts'
import { skipPostgres } from '../../rig/postgres.ts'
import { TestService } from '../../rig/service.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../rig/shared_postgres.ts'
import { until } from '../../rig/until.ts'

const prompts = ['push', 'phone', 'sms'] as const

describe('a sign-in whose commit PostgreSQL did not answer', { skip: skipPostgres }, () => {
  let database: SuiteDatabase
  let network: LostAnswers
  let service: TestService
  const sent: string[] = []

  before(async () => {
    database = await makeSuiteDatabase()
    network = await LostAnswers.start(new URL(database.url.reveal()))
    const delivery = {
      push: { send: async () => void sent.push('push') },
      phone: {
        call: async () => {
          sent.push('phone')
          return 'waits for a key' as const
        },
      },
      sms: { send: async () => void sent.push('sms') },
    }
    service = await TestService.start({ databaseUrl: new Secret(network.url), delivery })
  })
  after(async () => {
    await service.close()
    await network.close()
    await database.release()
  })

  for (const [index, prompt] of prompts.entries()) {
    test(`reaches the phone, once, with ${prompt}`, async () => {
      const username = `with ${prompt}`
      const { userId } = await service.addUser({ username })
      const phoneId = await service.addPhone(userId, '+15550101234')
      await service.addPushPhone(userId, { phoneId })
      const fingerprint = `${index}e`.repeat(32)
      network.loseNext(fingerprint)
      const parameters = { username, factor: 'prompt', prompt, radius_source: '10.0.0.1' }
      const hangUp = new AbortController()
      const call = service.call(
        {
          path: '/auth/v2/auth',
          parameters: { ...parameters, request_fingerprint: fingerprint },
        },
        hangUp.signal,
      )
      call.catch(() => {})
      sent.length = 0
      await until(() => sent.length > 0)
      hangUp.abort()
      await call.catch(() => {})
      assert.deepEqual(sent, [prompt])
      assert.equal(network.lost, index + 1)
    })
  }
})
