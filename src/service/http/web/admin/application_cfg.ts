import type { ApplicationSecrets } from '../../../administration/acts/applications.ts'
import { type AwsValue, awsValues } from '../../../applications/client/aws_values.ts'
import { findProduct } from '../../../applications/client/catalogue.ts'
import type { TrustedAuthority } from '../../../applications/client/cfg_lines.ts'
import { type ClientCfg, clientCfg } from '../../../applications/client/client_cfg.ts'
import { directorySettings } from '../../../applications/client/directory_settings.ts'
import type { Integration } from '../../../applications/integrations.ts'

/** Where applications reach the signed API. */
interface ApiPlace {
  readonly host: string
  readonly port: number
  /** The certificate of our own authority, in PEM; `undefined` if a public one issued that of the API. */
  readonly authority: string | undefined
}

/** What an administrator needs to configure the client of an application, with its secrets. */
export interface ApplicationSetup {
  readonly cfg: ClientCfg | undefined
  /** What to type into the AWS console. */
  readonly awsValues: readonly AwsValue[]
}

const defaultRadiusPort = 1812
/** Accepts requests from this machine only, until the real addresses are known. */
const loopback = '127.0.0.1'

/** Writes the configuration of applications' clients, with the address of this service. */
export class ApplicationCfg {
  readonly #place: () => ApiPlace

  /** @param place Known once the service listens. */
  constructor(place: () => ApiPlace) {
    this.#place = place
  }

  /** The host and port of the API. */
  get api(): { readonly host: string; readonly port: number } {
    const { host, port } = this.#place()
    return { host, port }
  }

  /** The certificate authority that clients must trust, in PEM; `undefined` if they need none. */
  get authority(): string | undefined {
    return this.#place().authority
  }

  setup(app: Integration, secrets: ApplicationSecrets): ApplicationSetup {
    const { client } = app
    const pem = this.authority
    const authority: TrustedAuthority =
      pem === undefined ? { kind: 'public' } : { kind: 'inline', pem }
    const clients = client.radiusClients ?? []
    const addresses = clients.length === 0 ? [loopback] : clients
    const radiusPort = client.radiusPort ?? defaultRadiusPort
    const cfg = clientCfg(app, {
      keys: { ikey: app.ikey, skey: secrets.skey },
      api: this.api,
      authority,
      radiusClients: addresses.map((address) => ({ address, secret: secrets.radiusSecret })),
      radiusPort,
      failmode: client.failmode ?? 'secure',
    })
    const product = findProduct(app.product)
    const settings = directorySettings(app)
    const values =
      product?.radius !== undefined && settings !== undefined
        ? awsValues(
            { ...settings, protocol: product.radius.protocol },
            {
              proxies: client.proxies ?? [],
              controllers: clients,
              radiusPort,
              radiusSecret: secrets.radiusSecret?.reveal(),
            },
          )
        : []
    return { cfg, awsValues: values }
  }
}
