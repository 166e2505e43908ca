import { buildAdminUrl, buildPublicUrl, clientHosts } from '../config/public_url.ts'
import type { ServiceConfig } from '../config/service_config.ts'

type OriginConfig = Pick<ServiceConfig, 'publicUrl' | 'hostNames' | 'adminHost'>

/**
 * The origin under which browsers, phones and providers reach the service. Exists before the faces, but
 * with `port=0` its port is known only after the listeners are bound.
 */
export class PublicOrigin {
  readonly #config: OriginConfig
  #url: string | undefined
  #signedHosts: readonly string[] = []

  constructor(config: OriginConfig) {
    this.#config = config
  }

  /** @param ports The bound ports of the public faces and of the signed API. */
  listensOn({ publicPort, apiPort }: { readonly publicPort: number; readonly apiPort: number }) {
    this.#url = buildPublicUrl(this.#config, publicPort)
    this.#signedHosts = clientHosts(this.#config, apiPort)
  }

  /** `https://HOST[:PORT]`. */
  get url(): string {
    if (this.#url === undefined) throw new Error('the listeners are not bound yet')
    return this.#url
  }

  /** Host name, with the port unless it is 443. */
  get host(): string {
    return new URL(this.url).host
  }

  /** The origin of the panel: the same, unless `admin_host` is set. */
  get adminUrl(): string {
    return buildAdminUrl(this.#config.adminHost, this.url)
  }

  /** The host of the panel, with the port unless it is 443. */
  get adminHost(): string {
    return new URL(this.adminUrl).host
  }

  /** Hosts, with ports, that a client may have signed in its request. */
  get signedHosts(): readonly string[] {
    return this.#signedHosts
  }
}
