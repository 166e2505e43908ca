import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Secret } from '../../../../host/secret.ts'
import type { Outbox, OutboxEntry } from '../../../messaging/outbox/outbox.ts'
import type { Transactions } from '../../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../../store/store.ts'

const maxShown = 50
const answer = z.object({
  key: z
    .string()
    .regex(/^[0-9*#]$/)
    .nullable(),
})

const refusals = {
  no_key: { status: 401, message: 'This link is not valid. Get it with: countersign outbox link' },
  invalid: { status: 400, message: 'A key is one of 0 to 9, * and #, or null to hang up.' },
  not_found: { status: 404, message: 'There is no such call in the outbox.' },
  over: { status: 409, message: 'This call is over.' },
} as const

class OutboxRefusal extends Error {
  override readonly name = 'OutboxRefusal'
  readonly code: keyof typeof refusals

  constructor(code: keyof typeof refusals) {
    super(refusals[code].message)
    this.code = code
  }
}

/**
 * Adds `/outbox/api/*` for the page of the outbox: it lists the messages that were not sent, and answers
 * calls for the tester. Exists in test mode only.
 *
 * @param key Opens the page.
 */
export async function addOutboxPage(
  server: FastifyInstance,
  outbox: Outbox,
  transactions: Transactions,
  db: StoreDb,
  key: Secret,
): Promise<void> {
  await server.register(async (page) => {
    page.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
      admit(request, key)
    })
    page.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof OutboxRefusal)) throw error
      const { code, message } = error
      return reply.code(refusals[code].status).send({ code, message })
    })
    page.get('/outbox/api/entries', async () => {
      const entries = await outbox.list(maxShown)
      return {
        entries: await Promise.all(entries.map((entry) => withOutcome(entry, transactions, db))),
      }
    })
    page.post<{ Params: { id: string } }>('/outbox/api/calls/:id/answer', async (request) => {
      const call = await outbox.byId(request.params.id)
      if (call?.kind !== 'phone') throw new OutboxRefusal('not_found')
      const { key: pressed } = readAnswer(request.body)
      const transaction = await transactions.byTxid(call.txid, db)
      if (transaction?.outcome.result !== 'waiting') throw new OutboxRefusal('over')
      await outbox.answer(call.id, pressed)
      return {}
    })
  })
}

/** The key comes in a header, which another site's page can't set. */
function admit({ headers }: FastifyRequest, key: Secret): void {
  const given = /^Bearer (\S{1,128})$/.exec(headers.authorization ?? '')?.[1] ?? ''
  if (!timingSafeEqual(sha256(given), sha256(key.reveal()))) throw new OutboxRefusal('no_key')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Adds the outcome of a call's sign-in; `null` if the sign-in was deleted. */
async function withOutcome(entry: OutboxEntry, transactions: Transactions, db: StoreDb) {
  if (entry.kind !== 'phone') return entry
  return { ...entry, outcome: (await transactions.byTxid(entry.txid, db))?.outcome ?? null }
}

function readAnswer(body: unknown): z.infer<typeof answer> {
  try {
    return answer.parse(JSON.parse(String(body)))
  } catch {
    throw new OutboxRefusal('invalid')
  }
}
