import { AuthenticationLog } from '../audit/authentication_log.ts'
import type { Face } from '../http/server/http_server.ts'
import { addPushApp } from '../http/web/push_app/push_app.ts'
import { shownOnPhone } from '../http/web/push_app/request_routes.ts'
import { RequestStreams } from '../http/web/push_app/request_streams.ts'
import type { Domain } from './domain.ts'

/** The routes of the push app, and the event streams that they open. */
export interface PushAppFace {
  readonly face: Face
  readonly streams: RequestStreams
}

/** Composes `/app/api`. */
export function composePushApp(domain: Domain, accountName: string): PushAppFace {
  const { store, directory, transactions, webPush, origin, ...shared } = domain
  const streams = new RequestStreams({
    watch: (phoneId, listener) => transactions.watch(phoneId, listener),
    shown: (phoneId) => shownOnPhone(phoneId, shared),
  })
  const parts = {
    ...shared,
    users: directory.users,
    phones: directory.phones,
    authenticationLog: new AuthenticationLog(store),
    streams,
    vapidPublicKey: webPush?.publicKey,
    accountName: () => accountName,
    apiHost: () => origin.host,
  }
  return { face: (server, gates) => addPushApp(server, gates, parts), streams }
}
