import { type Outbox, OutboxError } from '../../messaging/outbox/outbox.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import { act } from '../act.ts'

interface CallAnswer {
  readonly outbox: Outbox
  readonly transactions: Transactions
  readonly id: string
  /** The key to press; `null` hangs up. */
  readonly key: string | null
}

/**
 * Answers a call of the outbox in place of the person who is called. Exists in test mode only.
 *
 * @throws {OutboxError} `OUTBOX_NO_CALL`, `OUTBOX_CALL_OVER`
 */
export const answerTestCall = act({
  name: 'outbox_answer',
  permits: ['outbox.use'],
  do: async ({ db }, { outbox, transactions, id, key }: CallAnswer) => {
    const call = await outbox.byId(id)
    if (call?.kind !== 'phone') {
      throw new OutboxError('OUTBOX_NO_CALL', 'there is no such call in the outbox')
    }
    const transaction = await transactions.byTxid(call.txid, db)
    if (transaction?.outcome.result !== 'waiting') {
      throw new OutboxError('OUTBOX_CALL_OVER', 'this call is over')
    }
    await outbox.answer(call.id, key)
    return call
  },
  log: ({ key }, { to }) => ({
    object: to,
    objectKind: 'service',
    objectId: '',
    description: { key: key ?? 'hang-up' },
  }),
})
