import { AuthenticationLog } from '../audit/authentication_log.ts'
import type { Face } from '../http/server/http_server.ts'
import { addActivation } from '../http/web/push_app/activation_routes.ts'
import type { AppAccount } from '../http/web/push_app/app_account.ts'
import { addDeviceRoutes } from '../http/web/push_app/device_routes.ts'
import { addHistoryRoutes } from '../http/web/push_app/history_routes.ts'
import { PendingSignIns } from '../http/web/push_app/pending_sign_ins.ts'
import { addPushApp } from '../http/web/push_app/push_app.ts'
import { addRequestRoutes } from '../http/web/push_app/request_routes.ts'
import { RequestStreams } from '../http/web/push_app/request_streams.ts'
import type { Domain } from './domain.ts'

/** The routes of the push app, and the event streams that they open. */
export interface PushAppFace {
  readonly face: Face
  readonly streams: RequestStreams
}

/** Composes `/app/api`. */
export function composePushApp(domain: Domain): PushAppFace {
  const { store, directory, signIn, transactions, devices, places, origin } = domain
  const { activation, deactivation, clock, log } = domain
  const pending = new PendingSignIns(store.db, signIn.pushAnswers, devices, places)
  const streams = new RequestStreams(transactions, pending)
  const authenticationLog = new AuthenticationLog()
  const { organisation } = domain
  const account: AppAccount = {
    get name() {
      return organisation.name
    },
    get logo() {
      return organisation.logoPath
    },
    vapidPublicKey: domain.webPush?.publicKey,
  }
  const face: Face = (server, gates) =>
    addPushApp(server, gates, store.db, devices, clock, log, (app, route) => {
      addActivation(app, gates.limit, activation, account, () => origin.host, clock)
      addDeviceRoutes(
        route,
        store.db,
        directory,
        devices,
        deactivation,
        signIn.fraudAlert,
        account,
        clock,
      )
      addHistoryRoutes(route, store.db, authenticationLog, places, clock)
      addRequestRoutes(route, signIn.pushAnswers, pending, streams, clock)
    })
  return { face, streams }
}
