import * as z from 'zod'
import { answerTestCall } from '../../../administration/acts/outbox.ts'
import type { Outbox, OutboxEntry } from '../../../messaging/outbox/outbox.ts'
import type { Transactions } from '../../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../../store/store.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

const maxShown = 50
const answered = z.object({
  key: z
    .string()
    .regex(/^[0-9*#]$/, 'must be 0 to 9, * or #')
    .nullable(),
})

/**
 * Adds the routes of the outbox, in test mode only. An entry is a message, a mail or a call; a call has the
 * `outcome` of its sign-in, which is `null` after the sign-in was deleted.
 *
 * - `GET outbox` → `{ items, next: null }`, the newest first
 * - `POST outbox/:id/answer` `{ key }`: presses a key in a call; `null` hangs up
 */
export function addOutboxRoutes(
  routes: AdminRoutes,
  outbox: Outbox,
  transactions: Transactions,
  db: StoreDb,
): void {
  routes.view({
    path: 'outbox',
    permit: 'outbox.use',
    query: nothing,
    answer: async () => {
      const entries = await outbox.list(maxShown)
      const items = await Promise.all(entries.map((entry) => describe(entry, transactions, db)))
      return { items, next: null }
    },
  })

  routes.act({
    method: 'POST',
    path: 'outbox/:id/answer',
    body: answered,
    answer: async ({ id, body: { key }, administration }) => {
      await administration.run(answerTestCall, { outbox, transactions, id, key })
      return {}
    },
  })
}

async function describe(entry: OutboxEntry, transactions: Transactions, db: StoreDb) {
  if (entry.kind !== 'phone') return entry
  const { confirmKeys, fraudKey, txid, ...call } = entry
  const outcome = (await transactions.byTxid(txid, db))?.outcome ?? null
  return { ...call, confirm_keys: confirmKeys, fraud_key: fraudKey, outcome }
}
