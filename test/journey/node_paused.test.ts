import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { skipPostgres } from '../rig/postgres.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { parseResponse } from '../rig/service.ts'
import { type ServiceNode, ServiceNodes } from '../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../rig/shared_postgres.ts'
import { until } from '../rig/until.ts'

const timeoutMs = 4_000

describe('two nodes, of which one is paused while it holds a push', { skip: skipPostgres }, () => {
  let database: SuiteDatabase
  let nodes: ServiceNodes
  let integration: Integration
  let running: ServiceNode
  let paused: ServiceNode
  let phone: PushPhone
  let username: string

  before(async () => {
    database = await makeSuiteDatabase()
    nodes = await ServiceNodes.start(database.url, 2)
    const [first, second] = nodes.nodes
    assert(first !== undefined && second !== undefined)
    running = first
    paused = second
    const client = { radiusTimeoutSecs: timeoutMs / 1000, radiusRetries: 1, radiusServers: 2 }
    integration = await nodes.store.transaction((db) =>
      new Integrations(nodes.store).create(
        { name: 'WorkSpaces', type: 'radius', client },
        Date.now(),
        db,
      ),
    )
  })
  after(async () => {
    await nodes.close()
    await database.release()
  })

  let users = 0
  beforeEach(async () => {
    username = `user${users++}`
    phone = await nodes.addPhone(username)
  })

  /** Asks for a push as a proxy does that got its request this long ago. */
  async function ask(node: ServiceNode, ageMs: number) {
    const parameters = {
      ...{ username, factor: 'prompt', prompt: 'push', radius_source: '10.0.0.11' },
      request_fingerprint: randomBytes(32).toString('hex'),
      request_age_ms: String(Math.round(ageMs)),
    }
    const call = { method: 'POST', path: '/auth/v2/auth', integration, parameters } as const
    return (parseResponse(await node.client.call(call)) as { readonly result: string }).result
  }
  const pushes = async () => {
    const { db } = nodes.store
    const rows = await db
      .selectFrom('transactions')
      .select('approved')
      .where('username', '=', username)
      .execute()
    return rows.map(({ approved }) => approved !== null)
  }

  /** Begins a login at the node that is paused then, and goes on until the user has answered at the other one. */
  async function answeredElsewhere(answer: 'approve' | 'deny') {
    const began = performance.now()
    const one = ask(paused, 0)
    const { txid } = await phone.nextRequest()
    paused.running.child.kill('SIGSTOP')
    const app = phone.over((raw) => running.client.send(raw))
    const answered = app.answer(String(txid), answer)
    if (answer === 'approve') await until(async () => (await pushes())[0] === true)
    else await answered
    const dueMs = began + timeoutMs
    await until(() => performance.now() > dueMs)
    const two = ask(running, performance.now() - dueMs)
    const result = await two
    assert.equal((await answered).status, 200)
    paused.running.child.kill('SIGCONT')
    return { one: await one, two: result, pushes: (await pushes()).length }
  }

  test('an approval lets in the retry at the other node', async () => {
    const { two, one, pushes } = await answeredElsewhere('approve')
    assert.deepEqual({ one, two, pushes }, { one: 'deny', two: 'allow', pushes: 1 })
  })

  test('a denial rejects the retry, and no second push is sent', async () => {
    const { two, one, pushes } = await answeredElsewhere('deny')
    assert.deepEqual({ one, two, pushes }, { one: 'deny', two: 'deny', pushes: 1 })
  })
})
