import type { ListenerType } from './front/listener.ts'
import { radiusListener } from './front/radius_listener.ts'
import { createDuoOnly } from './mode/duo_only.ts'
import type { CreateMode } from './mode/mode.ts'
import { createDuoOnlyClient } from './primary/duo_only_client.ts'
import type { PrimaryAuthentication } from './primary/primary.ts'
import type {
  ClientKind,
  ClientSection,
  ServerKind,
  ServerSection,
} from './sections/proxy_config.ts'

/** How the proxy serves a kind of server section. */
export interface ServedKind<Section> {
  readonly listener: ListenerType<Section>
  readonly createMode: CreateMode<Section>
}

/** The kinds of sections that the proxy can run. */
export interface SectionKinds {
  readonly servers: { readonly [Kind in ServerKind]: ServedKind<ServerSection<Kind>> }
  readonly clients: {
    readonly [Kind in ClientKind]: (section: ClientSection<Kind>) => PrimaryAuthentication
  }
}

export const sectionKinds: SectionKinds = {
  servers: {
    radius_server_duo_only: { listener: radiusListener, createMode: createDuoOnly },
  },
  clients: {
    duo_only_client: createDuoOnlyClient,
  },
}
