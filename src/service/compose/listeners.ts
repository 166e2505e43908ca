import type { ServiceConfig } from '../config/service_config.ts'
import type { Certified } from '../http/server/certificate_authority.ts'
import { openFilesLimit, withinDescriptors } from '../http/server/descriptor_budget.ts'
import { type Face, HttpServer, type HttpServerOptions } from '../http/server/http_server.ts'
import { toListenError } from './listen_error.ts'

/** A bound address and port. */
export interface Bound {
  readonly address: string
  readonly port: number
}

/** What the listeners are bound to; both the same without `api_port`. */
export interface BoundListeners {
  readonly public: Bound
  readonly api: Bound
}

/** The faces by the listener that serves them. */
export interface ListenerFaces {
  /** Pages and apps for users, and webhooks of providers. */
  readonly publicFaces: readonly Face[]
  /** APIs whose requests applications sign. */
  readonly apiFaces: readonly Face[]
  /** Served by every listener. */
  readonly operation: Face
}

/** Addresses and ports to bind; port 0 for any free one. */
export interface ListenAddresses {
  readonly address: string | undefined
  readonly port: number
  readonly apiAddress: string | undefined
  /** `undefined` if the signed API has no listener of its own. */
  readonly apiPort: number | undefined
}

/**
 * The service's listeners: one for everything, or, if `api_port` is set, one for users and one for the
 * signed API, each with its own connections.
 */
export class Listeners {
  readonly #public: HttpServer
  /** The same as `#public` without `api_port`. */
  readonly #api: HttpServer

  private constructor(publicServer: HttpServer, apiServer: HttpServer) {
    this.#public = publicServer
    this.#api = apiServer
  }

  /** Builds the servers; `bind` opens their ports. */
  static async build(
    { publicFaces, apiFaces, operation }: ListenerFaces,
    options: Omit<HttpServerOptions, 'faces'>,
    { apiPort }: Pick<ServiceConfig, 'apiPort'>,
  ): Promise<Listeners> {
    const connections = withinDescriptors(options.connections, {
      listeners: apiPort === undefined ? 1 : 2,
      openFiles: openFilesLimit(),
      log: options.log,
    })
    const server = (faces: readonly Face[]) =>
      HttpServer.make({ ...options, connections, faces: [...faces, operation] })
    if (apiPort === undefined) {
      const only = await server([...publicFaces, ...apiFaces])
      return new Listeners(only, only)
    }
    return new Listeners(await server(publicFaces), await server(apiFaces))
  }

  /**
   * Opens the ports.
   *
   * @throws {ServiceError} if one can't be opened; then none stays open.
   */
  async bind(to: ListenAddresses): Promise<BoundListeners> {
    const { address, port, apiAddress, apiPort } = to
    try {
      const bound = await this.#public.listen(address, port).catch((error: unknown) => {
        throw toListenError(error, port, '--port')
      })
      if (apiPort === undefined) return { public: bound, api: bound }
      const api = await this.#api.listen(apiAddress ?? address, apiPort).catch((error: unknown) => {
        throw toListenError(error, apiPort, 'api_port')
      })
      return { public: bound, api }
    } catch (error) {
      await this.close(0)
      throw error
    }
  }

  /** Presents another certificate to new connections. */
  showCertificate(certified: Certified): void {
    for (const server of this.#servers()) server.showCertificate(certified)
  }

  /** Answers the requests in progress, for `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    await Promise.all(this.#servers().map((server) => server.close(withinMs)))
  }

  #servers(): HttpServer[] {
    return [...new Set([this.#public, this.#api])]
  }
}
