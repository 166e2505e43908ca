import type { AccessRequest, Answer } from '../../radius/udp/access_request.ts'
import type { ListenPlace } from '../../radius/udp/listen_place.ts'
import { RadiusClients } from '../../radius/udp/radius_client.ts'
import { RadiusServer } from '../../radius/udp/server.ts'
import type { Decider } from '../login/verdict.ts'
import type { RadiusServerSection } from '../sections/proxy_config.ts'
import type { Listener, ListenerHost, ListenerType } from './listener.ts'
import { createRadiusFront } from './radius_front.ts'

/** RADIUS over UDP. */
export const radiusListener: ListenerType<RadiusServerSection> = {
  place: toListenPlace,
  create: (section, decider, host) => new RadiusListener(section, decider, host),
}

class RadiusListener implements Listener {
  readonly transport = 'UDP'
  readonly radius: RadiusServer
  readonly #host: ListenerHost
  #answer: (request: AccessRequest) => Promise<Answer>
  #decider: Decider

  constructor(section: RadiusServerSection, decider: Decider, host: ListenerHost) {
    this.#host = host
    this.#decider = decider
    this.#answer = createRadiusFront(section, decider, host)
    this.radius = new RadiusServer({
      place: toListenPlace(section),
      clients: toRadiusClients(section),
      answer: (request) => this.#answer(request),
      retransmitted: (request) => this.#decider.retransmitted?.(request),
      log: host.log,
      clock: host.clock,
      sharing: host.sharing,
    })
  }

  get place(): ListenPlace {
    return this.radius.place
  }

  get isListening(): boolean {
    return this.radius.isListening
  }

  get address(): { readonly address: string; readonly port: number } {
    return this.radius.address
  }

  listen(place: ListenPlace): Promise<void> {
    return this.radius.listen(place)
  }

  release(): Promise<void> {
    return this.radius.release()
  }

  prepare(section: RadiusServerSection, decider: Decider): () => void {
    const answer = createRadiusFront(section, decider, this.#host)
    const clients = toRadiusClients(section)
    return () => {
      this.#answer = answer
      this.#decider = decider
      this.radius.replaceClients(clients)
    }
  }

  close(): Promise<void> {
    return this.radius.close()
  }
}

function toRadiusClients({ radiusClients, pwCodec }: RadiusServerSection): RadiusClients {
  return RadiusClients.of(radiusClients, pwCodec)
}

function toListenPlace({ interfaceAddress, port }: RadiusServerSection): ListenPlace {
  return { address: interfaceAddress, port }
}
