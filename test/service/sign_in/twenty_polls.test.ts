import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../../src/duo/index.ts'
import { type Clock, systemClock } from '../../../src/host/clock.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { defaultConfig } from '../../../src/service/config/service_config.ts'
import type { Delivery } from '../../../src/service/messaging/messaging.ts'
import { Transactions } from '../../../src/service/sign_in/transaction/transactions.ts'
import { activatePush } from '../../rig/activate_push.ts'
import { HurriedClock } from '../../rig/hurried_clock.ts'
import { type Answer, parseResponse, type SignedCall, TestService } from '../../rig/service.ts'

/** How Duo Unix up to 2.2.3 asks for an outcome. */
interface Dialect {
  readonly name: string
  readonly auth: string
  readonly status: string
  readonly begin: Readonly<Record<string, string>>
  /** Whether a reply leaves the client waiting. */
  isWaiting(response: Readonly<Record<string, unknown>>): boolean
}

const dialects: readonly Dialect[] = [
  {
    name: '/rest/v1',
    auth: '/rest/v1/auth',
    status: '/rest/v1/status',
    begin: { user: 'alice', factor: 'auto', async: '1' },
    isWaiting: ({ result }) => result === undefined,
  },
  {
    name: '/auth/v2',
    auth: '/auth/v2/auth',
    status: '/auth/v2/auth_status',
    begin: { username: 'alice', factor: 'prompt', async: '1' },
    isWaiting: ({ result }) => result === 'waiting',
  },
]

/** What one login of theirs came to. */
interface Login {
  readonly letIn: boolean
  readonly replies: number
}

const maxPolls = 20
/** Replies that leave a client waiting, at most; the one after them is final. */
const bound = 14

/** Polls as they do: whoever was told nothing final twenty times is let in. */
async function login(
  { isWaiting }: Dialect,
  poll: (count: number) => Promise<Answer>,
): Promise<Login> {
  for (let replies = 1; replies <= maxPolls; replies++) {
    const { status, body } = await poll(replies)
    if (status !== 200) return { letIn: false, replies }
    const response = parseResponse({ ...noAnswer, body })
    if (!isWaiting(response)) return { letIn: response.result === 'allow', replies }
  }
  return { letIn: true, replies: maxPolls }
}

const delivery: Delivery = {
  push: { send: async () => {} },
  phone: { call: async () => 'waits for a key' },
}

async function addAlice(service: TestService, clock: Clock): Promise<void> {
  const { userId } = await service.addUser({ username: 'alice' })
  await service.store.transaction(async (db) => {
    const phone = { number: '+15550104788' }
    const { phoneId } = await new Phones().add(userId, phone, clock.now(), db)
    await activatePush(phoneId, clock.now(), db)
  })
}

/** @returns The txid. */
async function begun(dialect: Dialect, prompt: string, asked: TestService): Promise<string> {
  const parameters = { ...dialect.begin, auto: prompt, prompt }
  return String(parseResponse(await asked.call({ path: dialect.auth, parameters })).txid)
}

function errorStatus({ status }: Dialect, txid: string): SignedCall {
  return { method: 'GET', path: status, parameters: { txid } }
}

const noAnswer: Answer = { status: 200, headers: {}, text: '', octets: Buffer.alloc(0), body: {} }

for (const dialect of dialects) {
  describe(`a client that polls twenty times and then lets in, on ${dialect.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'polls-'))
    const clock = new HurriedClock(200)
    let service: TestService

    before(async () => {
      service = await TestService.start({ folder, clock, delivery })
      await addAlice(service, clock)
    })
    after(async () => {
      await service.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const begin = (prompt: string) => begun(dialect, prompt, service)
    // a second node has the first one's applications
    const poll = (txid: string, asked = service) =>
      asked.call({ ...errorStatus(dialect, txid), integration: service.integration })

    test('an unanswered push: a few replies, then a denial', async () => {
      const txid = await begin('push')
      const { letIn, replies } = await login(dialect, () => poll(txid))
      assert.equal(letIn, false)
      assert.ok(replies <= 5, `${replies} replies`)
    })

    test('a call that is answered without a key', async () => {
      const txid = await begin('phone')
      const transactions = new Transactions(service.store, clock)
      const { letIn, replies } = await login(dialect, async (count) => {
        if (count === 2) {
          await transactions.progress(txid, { status: 'answered', status_msg: 'Answered.' })
        }
        return await poll(txid)
      })
      assert.equal(letIn, false)
      assert.ok(replies <= 6, `${replies} replies`)
    })

    test('a status that keeps changing ends with the fifteenth reply', async () => {
      const txid = await begin('phone')
      const transactions = new Transactions(service.store, clock)
      const ended = await login(dialect, async (count) => {
        await transactions.progress(txid, { status: `calling ${count}`, status_msg: 'Dialing...' })
        return await poll(txid)
      })
      assert.deepEqual(ended, { letIn: false, replies: bound + 1 })
      assert.equal((await transactions.byTxid(txid, service.store.db))?.outcome.status, 'timeout')
    })

    test('also if the client polls several nodes in turn', async () => {
      const nodes = [service, await TestService.start({ folder, clock, delivery })]
      const txid = await begin('phone')
      const transactions = new Transactions(service.store, clock)
      const ended = await login(dialect, async (count) => {
        await transactions.progress(txid, { status: `calling ${count}`, status_msg: 'Dialing...' })
        return await poll(txid, nodes[count % nodes.length])
      })
      assert.deepEqual(ended, { letIn: false, replies: bound + 1 })
      await nodes[1]?.close()
    })

    test('an unknown txid, and one of another application', async () => {
      const denied = { letIn: false, replies: 1 }
      assert.deepEqual(await login(dialect, () => poll('nothing')), denied)
      const txid = await begin('push')
      const integration = await service.addIntegration('unix')
      const foreign = { ...errorStatus(dialect, txid), integration }
      assert.deepEqual(await login(dialect, () => service.call(foreign)), denied)
    })

    test('a device without the capability', async () => {
      const txid = await begin('push7')
      assert.deepEqual(await login(dialect, () => poll(txid)), { letIn: false, replies: 1 })
    })

    test('gives no reply if the database is not available', async () => {
      const txid = await begin('push')
      const { schema } = service.store.db
      await schema.alterTable('transactions').renameTo('elsewhere').execute()
      const answer = await poll(txid)
      await schema.alterTable('elsewhere').renameTo('transactions').execute()
      assert.equal(answer.status, 500)
      assert.ok(isRecord(answer.body) && answer.body.stat === 'FAIL')
    })
  })
}

const withoutPushLimit = {
  push: { ...defaultConfig('.').push, fatigue: { limit: 0, windowMs: 0 } },
}

describe('a service that is stopped while twenty clients wait', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polls-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const dialect of dialects) {
    test(`answers each once, and the next process continues, on ${dialect.name}`, async () => {
      const stopped = await TestService.start({ folder, delivery, config: withoutPushLimit })
      if (dialect === dialects[0]) await addAlice(stopped, systemClock)
      const { integration } = stopped
      const txids = await Promise.all(
        Array.from({ length: 20 }, () => begun(dialect, 'push', stopped)),
      )
      const poll = (txid: string) => stopped.call(errorStatus(dialect, txid))
      for (const txid of txids) await poll(txid)
      const logins = txids.map(async (txid) => {
        let replies = 0
        const whole = login(dialect, async () => {
          const answer = await poll(txid)
          replies++
          return answer
        })
        await assert.rejects(whole, { code: /^ECONN(RESET|REFUSED)$/ })
        return replies
      })
      // by then all of them have asked
      await poll('nothing')
      await stopped.close()
      assert.ok((await Promise.all(logins)).every((replies) => replies <= 1))

      const next = await TestService.start({ folder, delivery })
      const [txid = ''] = txids
      const answer = await next.call({ ...errorStatus(dialect, txid), integration })
      assert.ok(dialect.isWaiting(parseResponse(answer)))
      await next.close()
    })
  }
})
