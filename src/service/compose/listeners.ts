import type { ServiceConfig } from '../config/service_config.ts'
import { openFilesLimit, withinDescriptors } from '../http/server/descriptor_budget.ts'
import { type Face, HttpServer, type HttpServerOptions } from '../http/server/http_server.ts'
import { ServiceError } from './service_error.ts'

/** Where a listener listens. */
export interface Bound {
  readonly address: string
  readonly port: number
}

export interface ListenersOptions
  extends Omit<HttpServerOptions, 'faces' | 'signedApi' | 'connections'> {
  /** Pages and apps for users, and webhooks of providers. */
  readonly publicFaces: readonly Face[]
  /** Other APIs whose requests applications sign. */
  readonly apiFaces: readonly Face[]
}

/**
 * The service's listeners: one for all, or, where `api_port` is set, one for users and one for the
 * signed API, each with connections of its own.
 */
export class Listeners {
  readonly #servers: readonly HttpServer[]
  #bound: Bound | undefined
  #api: Bound | undefined

  private constructor(servers: readonly HttpServer[]) {
    this.#servers = servers
  }

  static async make(
    { publicFaces, apiFaces, ...shared }: ListenersOptions,
    { apiPort, connections }: Pick<ServiceConfig, 'apiPort' | 'connections'>,
  ): Promise<Listeners> {
    const separate = apiPort !== undefined
    const limits = withinDescriptors(connections, {
      listeners: separate ? 2 : 1,
      openFiles: openFilesLimit(),
      log: shared.log,
    })
    const server = (faces: readonly Face[], signedApi: boolean) =>
      HttpServer.make({ ...shared, connections: limits, faces, signedApi })
    if (!separate) return new Listeners([await server([...publicFaces, ...apiFaces], true)])
    return new Listeners([await server(publicFaces, false), await server(apiFaces, true)])
  }

  /** @throws {ServiceError} */
  async listen(
    address: string | undefined,
    port: number,
    { apiInterface, apiPort }: Pick<ServiceConfig, 'apiInterface' | 'apiPort'>,
  ): Promise<void> {
    const [first, api] = this.#servers
    try {
      this.#bound = await first?.listen(address, port).catch((error: unknown) => {
        throw listenError(error, port, '--port')
      })
      if (apiPort === undefined) return
      this.#api = await api?.listen(apiInterface ?? address, apiPort).catch((error: unknown) => {
        throw listenError(error, apiPort, 'api_port')
      })
    } catch (error) {
      await this.close(0)
      throw error
    }
  }

  /** Where users reach the service. */
  get bound(): Bound {
    if (this.#bound === undefined) throw new Error('the service does not listen')
    return this.#bound
  }

  /** Where applications reach it, if that is another port. */
  get api(): Bound | undefined {
    return this.#api
  }

  showCertificate(certified: Parameters<HttpServer['showCertificate']>[0]): void {
    for (const server of this.#servers) server.showCertificate(certified)
  }

  async close(withinMs: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close(withinMs)))
  }
}

function listenError(error: unknown, port: number, setting: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  switch (code) {
    case 'EADDRINUSE':
      return new ServiceError(
        code,
        `port ${port} is taken; stop what listens there, or name another one with ${setting}`,
      )
    case 'EACCES':
      return new ServiceError(
        code,
        `port ${port} may not be opened by this user; name one above 1023 with ${setting}`,
      )
    case 'EADDRNOTAVAIL':
      return new ServiceError(
        code,
        'this machine does not have the address in interface or api_interface; write one of its addresses',
      )
    default:
      return new ServiceError(code, `port ${port} can't be listened on: ${error.message}`)
  }
}
