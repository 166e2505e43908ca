import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { AccessRequest, Peer } from '../../radius/udp/access_request.ts'
import type { ListenPlace } from '../../radius/udp/listen_place.ts'
import type { RadiusClientEntry } from '../../radius/udp/radius_client.ts'
import type { PlaceSharing, RadiusServer } from '../../radius/udp/server.ts'
import type { Decider, Grounds, Verdict } from '../login/verdict.ts'
import type { ServerSection } from '../sections/proxy_config.ts'
import type { AuthEvents } from './auth_events.ts'

/** Receives the requests of a server section, and answers them as its mode decides. */
export interface Listener {
  readonly transport: 'UDP' | 'TCP'
  /** The configured address, and the port that it has. */
  readonly place: ListenPlace
  readonly isListening: boolean
  /** The local address. @throws {Error} if it does not listen. */
  readonly address: { readonly address: string; readonly port: number }
  /** For counters and latches; `undefined` for other protocols. */
  readonly radius: RadiusServer | undefined
  /** @throws An error of the system, such as `EADDRINUSE`. */
  listen(place: ListenPlace): Promise<void>
  /** Closes the socket, and keeps requests in progress for the next `listen`. */
  release(): Promise<void>
  /**
   * Prepares other settings, for new requests: those in progress keep their section and their mode.
   *
   * @returns Applies them, and can't fail.
   */
  prepare(section: ServerSection, decider: Decider): () => void
  /** Waits a bounded time for requests in progress, and closes. */
  close(): Promise<void>
}

/** An authentic request, and how it was decided. */
export interface DecidedLogin {
  readonly request: Pick<AccessRequest, 'signed' | 'usesPreviousSecret'> & {
    readonly client: Pick<RadiusClientEntry, 'name' | 'addresses'>
    readonly peer: Pick<Peer, 'address'>
  }
  readonly verdict: {
    readonly kind: Verdict['kind']
    readonly grounds?: Grounds | undefined
    readonly evidence?: string | undefined
  }
  readonly elapsedMs: number
  /** AWS's probe, not a user: it counts as a request of its client, and as no login. */
  readonly isProbe?: boolean
  /** Without a Message-Authenticator, the password shows whether both ends have the same secret. */
  readonly password?: 'readable' | 'garbled' | undefined
}

export interface ListenerHost {
  readonly log: Log
  readonly clock: Clock
  /** `undefined` if events are not logged. */
  readonly events: AuthEvents | undefined
  /** For a process that shares its places with others. */
  readonly sharing?: PlaceSharing | undefined
  /** Receives each login of a section; must not throw. */
  readonly decided: (section: string, login: DecidedLogin) => void
}

/** A protocol over which requests arrive. */
export interface ListenerType<Section> {
  /** The place that a section configures. */
  place(section: Section): ListenPlace
  /** @returns A listener that does not listen yet. */
  create(section: Section, decider: Decider, host: ListenerHost): Listener
}
