import { join } from 'node:path'
import type { ServiceConfig } from '../config/service_config.ts'
import type { MessageSessions } from '../http/api/auth_v2/message_sessions.ts'
import { separateAdminHost } from '../http/gate/admin_host.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import type { Health } from '../http/server/health.ts'
import type { Face } from '../http/server/http_server.ts'
import type { OutboxCalls } from '../http/voice/outbox_calls.ts'
import type { RequestStreams } from '../http/web/push_app/request_streams.ts'
import { composeAdminApi } from './admin_api_face.ts'
import { composeAdmin } from './admin_face.ts'
import { apiPlace } from './api_place.ts'
import { composeAssets } from './assets_face.ts'
import { composeAuthApis } from './auth_api_faces.ts'
import type { Domain } from './domain.ts'
import { composePortal } from './portal_face.ts'
import { composePushApp } from './push_app_face.ts'
import { composeVoice } from './voice_face.ts'

/** All faces of the service, and what runs beside them. */
export interface Faces {
  /** Pages and apps for users, and webhooks of providers. */
  readonly publicFaces: readonly Face[]
  /** APIs whose requests applications sign. */
  readonly apiFaces: readonly Face[]
  readonly streams: RequestStreams
  readonly messages: MessageSessions
  readonly outboxCalls: OutboxCalls | undefined
  /** Deletes what has expired. */
  readonly tidy: () => Promise<void>
}

/** @param options.webFolder The built browser apps, unless they are where the build puts them. */
export function composeFaces(
  domain: Domain,
  config: ServiceConfig,
  clientAddresses: ClientAddresses,
  health: Health,
  { folder, webFolder }: { readonly folder: string; readonly webFolder: string | undefined },
): Faces {
  const { sms, phone, mail, refusedPerMinute } = config
  const testMode = [sms, phone, mail].some(({ provider }) => provider.kind === 'outbox')
  const pushApp = composePushApp(domain)
  const voice = composeVoice(domain, phone)
  const portal = composePortal(domain, clientAddresses, {
    triesPerAddress: refusedPerMinute,
    testMode,
  })
  const { certificateFiles } = config
  const authorityFile = certificateFiles === undefined ? join(folder, 'ca.pem') : undefined
  const authApis = composeAuthApis(domain, clientAddresses, health)
  const adminApi = composeAdminApi(domain, clientAddresses)
  const admin = composeAdmin(domain, clientAddresses, {
    triesPerAddress: refusedPerMinute,
    testMode,
    providers: { mail: mail.provider.kind, sms: sms.provider.kind, phone: phone.provider.kind },
    apiDocument: adminApi.document,
    apiPlace: () => apiPlace(config, folder, domain.origin.url),
  })
  if (testMode) {
    domain.log.warn(`provider=outbox: messages stay in ${folder}/outbox and are not delivered`)
  }
  return {
    publicFaces: [
      ...separateAdmin(domain, config),
      ...composeAssets(domain.organisation, authorityFile, webFolder),
      pushApp.face,
      portal.face,
      admin.face,
      ...voice.faces,
    ],
    apiFaces: [...authApis.faces, adminApi.face],
    messages: authApis.messages,
    streams: pushApp.streams,
    outboxCalls: voice.outboxCalls,
    tidy: async () => {
      await portal.tidy()
      await admin.tidy()
    },
  }
}

function separateAdmin({ origin }: Domain, { adminHost }: ServiceConfig): Face[] {
  if (adminHost === undefined) return []
  return [(server) => separateAdminHost(server, adminHost, () => origin.adminUrl)]
}
