import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import { AuthenticationLog } from '../../src/service/audit/authentication_log.ts'
import { PostgresCluster, skipPostgres } from '../rig/postgres.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { type Answer, parseResponse } from '../rig/service_client.ts'
import { type ServiceNode, ServiceNodes } from '../rig/service_nodes.ts'

const people = 12
const rounds = 12
const maxTries = 200
const logReason: Readonly<Record<string, string>> = {
  allow: 'user_approved',
  deny: 'user_mistake',
  fraud: 'user_marked_fraud',
}

describe('PostgreSQL connections cut at random while phones answer', () => {
  test('each push has one outcome and one log line, and both nodes return it', {
    skip: skipPostgres,
  }, async () => {
    const cluster = await PostgresCluster.start()
    const url = await cluster.createDatabase()
    const service = await ServiceNodes.start(new Secret(url), 2)
    try {
      const phones: PushPhone[] = []
      for (let index = 0; index < people; index++) {
        phones.push(await service.addPhone(`user${index}`))
      }
      const cutter = new Cutter(cluster, new URL(url).pathname.slice(1))
      const pushes: Push[] = []
      for (let round = 0; round < rounds; round++) {
        pushes.push(
          ...(await Promise.all(phones.map((phone, index) => raced(service, phone, index)))),
        )
      }
      const cuts = await cutter.stop()
      for (const { txid, statuses, told } of pushes) {
        const [status = ''] = told
        assert.deepEqual(told, [status, status])
        assert.ok(statuses.filter((code) => code === 200).length <= 1)
        const lines = await new AuthenticationLog().ofTxid(txid, service.store.db)
        assert.deepEqual(
          lines.map(({ reason }) => reason),
          [logReason[status]],
        )
      }
      process.stdout.write(`${pushes.length} pushes, about ${cuts} rounds of cuts\n`)
    } finally {
      await service.close()
      await cluster.stop()
    }
  })
})

interface Push {
  readonly txid: string
  /** Of the three answers of its phone. */
  readonly statuses: readonly number[]
  /** By both nodes. */
  readonly told: readonly string[]
}

/** Approves, denies and reports one push on both nodes at once, while both are asked for it. */
async function raced(service: ServiceNodes, phone: PushPhone, index: number): Promise<Push> {
  const [one, other] = service.nodes
  assert.ok(one !== undefined && other !== undefined)
  const parameters = { username: `user${index}`, factor: 'push', device: 'auto', async: '1' }
  const begun = await triedAgain(() => one.client.call({ path: '/auth/v2/auth', parameters }))
  const txid = String(parseResponse(begun).txid)
  const polls = [one, other].map((node) => polledToTheEnd(node, txid))
  const answers = (['approve', 'deny', 'fraud'] as const).map((decision, turn) => {
    const { client } = (index + turn) % 2 === 0 ? one : other
    return triedAgain(() => phone.over((raw) => client.send(raw)).answer(txid, decision))
  })
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  return { txid, statuses, told: await Promise.all(polls) }
}

async function polledToTheEnd({ client }: ServiceNode, txid: string): Promise<string> {
  const poll = { method: 'GET', path: '/auth/v2/auth_status', parameters: { txid } } as const
  for (;;) {
    const { result, status } = parseResponse(await triedAgain(() => client.call(poll)))
    if (result !== 'waiting') return String(status)
  }
}

/** Polls again after a 500, as clients do. */
async function triedAgain(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; tries < maxTries; tries++) {
    const answer = await ask()
    if (answer.status < 500) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the service cannot say for too long')
}

/** Cuts two of five connections to a database, again and again. */
class Cutter {
  readonly #cutting: Promise<number>
  #over = false

  constructor(cluster: PostgresCluster, database: string) {
    this.#cutting = this.#cut(cluster, database)
  }

  /** @returns How often. */
  async stop(): Promise<number> {
    this.#over = true
    return await this.#cutting
  }

  async #cut(cluster: PostgresCluster, database: string): Promise<number> {
    for (let cuts = 0; ; cuts++) {
      if (this.#over) return cuts
      await cluster.administer(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = '${database}' and random() < 0.4`,
      )
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 60))
    }
  }
}
