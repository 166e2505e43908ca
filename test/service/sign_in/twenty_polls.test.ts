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
import { ManualClock } from '../../rig/manual_clock.ts'
import { type Answer, parseResponse, type SignedCall, TestService } from '../../rig/service.ts'

/** How Duo Unix up to 2.2.3 requests a factor and polls for the outcome. */
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

/** The result of a login with such a client. */
interface Login {
  readonly letIn: boolean
  readonly replies: number
}

const maxPolls = 20
/** Maximum of replies that leave a client waiting; the next one is final. */
const maxWaitingReplies = 14

/** Polls like these clients, which let the user in after twenty replies that were not final. */
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
async function begin(dialect: Dialect, prompt: string, service: TestService): Promise<string> {
  const parameters = { ...dialect.begin, auto: prompt, prompt }
  return String(parseResponse(await service.call({ path: dialect.auth, parameters })).txid)
}

function statusCall({ status }: Dialect, txid: string): SignedCall {
  return { method: 'GET', path: status, parameters: { txid } }
}

const noAnswer: Answer = { status: 200, headers: {}, text: '', octets: Buffer.alloc(0), body: {} }

for (const dialect of dialects) {
  describe(`a client that lets the user in after twenty polls, on ${dialect.name}`, () => {
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

    const poll = (txid: string) => service.call(statusCall(dialect, txid))

    test('denies an unanswered push after a few replies', async () => {
      const txid = await begin(dialect, 'push', service)
      const { letIn, replies } = await login(dialect, () => poll(txid))
      assert.equal(letIn, false)
      assert.ok(replies <= 5, `${replies} replies`)
    })

    test('denies a call that is answered without a key', async () => {
      const txid = await begin(dialect, 'phone', service)
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

    test('denies an unknown txid, and one of another application', async () => {
      const denied = { letIn: false, replies: 1 }
      assert.deepEqual(await login(dialect, () => poll('nothing')), denied)
      const txid = await begin(dialect, 'push', service)
      const integration = await service.addIntegration('unix')
      const foreign = { ...statusCall(dialect, txid), integration }
      assert.deepEqual(await login(dialect, () => service.call(foreign)), denied)
    })

    test('denies a device without the capability', async () => {
      const txid = await begin(dialect, 'push7', service)
      assert.deepEqual(await login(dialect, () => poll(txid)), { letIn: false, replies: 1 })
    })

    test('gives no reply if the database is not available', async () => {
      const txid = await begin(dialect, 'push', service)
      const { schema } = service.store.db
      await schema.alterTable('transactions').renameTo('elsewhere').execute()
      const answer = await poll(txid)
      await schema.alterTable('elsewhere').renameTo('transactions').execute()
      assert.equal(answer.status, 500)
      assert.ok(isRecord(answer.body) && answer.body.stat === 'FAIL')
    })
  })
}

for (const dialect of dialects) {
  describe(`a status that changes with every poll, on ${dialect.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'polls-'))
    // no time passes, so that the push does not expire first
    const clock = new ManualClock()
    let nodes: readonly [TestService, TestService]

    before(async () => {
      const first = await TestService.start({ folder, clock, delivery })
      await addAlice(first, clock)
      nodes = [first, await TestService.start({ folder, clock, delivery })]
    })
    after(async () => {
      for (const node of nodes) await node.close()
      rmSync(folder, { recursive: true, force: true })
    })

    for (const [title, nodeCount] of [
      ['the fifteenth reply is final', 1],
      ['the fifteenth reply is final if the client polls two nodes in turn', 2],
    ] as const) {
      test(title, async () => {
        const [first] = nodes
        const txid = await begin(dialect, 'phone', first)
        const transactions = new Transactions(first.store, clock)
        const ended = await login(dialect, async (count) => {
          const status = `calling ${count}`
          await transactions.progress(txid, { status, status_msg: 'Dialing...' })
          const node = nodes[count % nodeCount] ?? first
          // applications are stored in the database that both nodes use
          return await node.call({
            ...statusCall(dialect, txid),
            integration: first.integration,
          })
        })
        assert.deepEqual(ended, { letIn: false, replies: maxWaitingReplies + 1 })
        assert.equal((await transactions.byTxid(txid, first.store.db))?.outcome.status, 'timeout')
      })
    }
  })
}

describe('a client that says that it polls until it has a result', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polls-'))
  const clock = new ManualClock()
  let service: TestService

  before(async () => {
    service = await TestService.start({ folder, clock, delivery })
    await addAlice(service, clock)
  })
  after(async () => {
    await service.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function call(path: string, parameters: Readonly<Record<string, string>>) {
    const method = path.endsWith('status') ? 'GET' : 'POST'
    const sent = { ...parameters, polled: '1' }
    return parseResponse(await service.call({ method, path, parameters: sent }))
  }

  test('may poll more than fourteen times', async () => {
    const begin = { username: 'alice', factor: 'phone', device: 'auto', async: '1' }
    const { txid } = await call('/auth/v2/auth', begin)
    const transactions = new Transactions(service.store, clock)
    for (let count = 1; count <= 40; count++) {
      const status = `calling ${count}`
      await transactions.progress(String(txid), { status, status_msg: 'Dialing...' })
      const { result } = await call('/auth/v2/auth_status', { txid: String(txid) })
      assert.equal(result, 'waiting')
    }
  })

  test('gets an outcome in place of a txid, and where to enrol', async () => {
    const begin = { username: 'stranger', factor: 'prompt', prompt: 'push', async: '1' }
    const { result, txid, enroll_portal_url: portal } = await call('/auth/v2/auth', begin)
    assert.equal(result, 'deny')
    assert.equal(txid, undefined)
    assert.match(String(portal), /^https:/)
  })
})

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
        Array.from({ length: 20 }, () => begin(dialect, 'push', stopped)),
      )
      const poll = (txid: string) => stopped.call(statusCall(dialect, txid))
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
      // answered after the polls before it have arrived
      await poll('nothing')
      await stopped.close()
      assert.ok((await Promise.all(logins)).every((replies) => replies <= 1))

      const next = await TestService.start({ folder, delivery })
      const [txid = ''] = txids
      const answer = await next.call({ ...statusCall(dialect, txid), integration })
      assert.ok(dialect.isWaiting(parseResponse(answer)))
      await next.close()
    })
  }
})
