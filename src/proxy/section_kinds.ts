import type { ListenPlace } from '../radius/udp/listen_place.ts'
import type { Listener, ListenerHost, ListenerType } from './front/listener.ts'
import { radiusListener } from './front/radius_listener.ts'
import type { Decider } from './login/verdict.ts'
import { createDuoOnly } from './mode/duo_only.ts'
import type { CreateMode, ModeChecks } from './mode/mode.ts'
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

// `kind` is `section.kind`; as an argument of its own it lets the compiler pair section and table entry

export function toListenPlace<Kind extends ServerKind>(
  kinds: SectionKinds,
  kind: Kind,
  section: ServerSection<Kind>,
): ListenPlace {
  return kinds.servers[kind].listener.place(section)
}

export function createListener<Kind extends ServerKind>(
  kinds: SectionKinds,
  kind: Kind,
  section: ServerSection<Kind>,
  decider: Decider,
  host: ListenerHost,
): Listener {
  return kinds.servers[kind].listener.create(section, decider, host)
}

export function createMode<Kind extends ServerKind>(
  kinds: SectionKinds,
  kind: Kind,
  section: ServerSection<Kind>,
  checks: ModeChecks,
): Decider {
  return kinds.servers[kind].createMode(section, checks)
}

export function createPrimary<Kind extends ClientKind>(
  kinds: SectionKinds,
  kind: Kind,
  section: ClientSection<Kind>,
): PrimaryAuthentication {
  return kinds.clients[kind](section)
}
