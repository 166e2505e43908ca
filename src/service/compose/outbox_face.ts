import type { Face } from '../http/server/http_server.ts'
import { addOutboxPage } from '../http/web/outbox/outbox_page.ts'
import { outboxKey } from '../messaging/outbox/outbox_key.ts'
import type { Domain } from './domain.ts'

/** Composes `/outbox/api`, for test mode only. */
export function composeOutboxPage({ store, outbox, transactions }: Domain, folder: string): Face {
  return (server) => addOutboxPage(server, outbox, transactions, store.db, outboxKey(folder))
}
