import type { IntegrationType, OwnType } from '../integrations.ts'
import type { ProxyOption } from './proxy_cfg.ts'

/** How the client of a product asks for the second factor. */
export type ProductClient = 'workspaces' | 'radius' | 'ldap' | 'unix' | 'auth_api' | 'admin_api'

/** What has to be set on a RADIUS appliance. */
export interface RadiusFacts {
  /** Seconds that the appliance should wait for the reply to one request; a push needs time. */
  readonly timeoutSecs: number
  /** Further requests after the first; each can cause a second push. */
  readonly retries: number
  readonly port: number
  readonly protocol: 'PAP'
  /** What the appliance calls these settings, in the order of its pages. */
  readonly steps: readonly string[]
  /** Keys of `[radius_server_duo_only]` that this product needs. */
  readonly options?: readonly ProxyOption[]
  /**
   * How it retries a login by default; absent unless its retries are known to come at fixed times, so that
   * they may join the sign-in of the first request.
   */
  readonly retriesWithNewPackets?: {
    readonly timeoutSecs: number
    /** It gives a login up after this time, whatever the number of retries. */
    readonly deadlineSecs: number
  }
}

/** Something that can be protected: an entry of the catalogue. */
export interface Product {
  readonly id: string
  readonly name: string
  readonly maker: string
  readonly category: 'Desktops' | 'VPN and gateways' | 'Servers' | 'Directories' | 'APIs'
  /** The type of the application that is created. */
  readonly type: Exclude<IntegrationType, OwnType>
  readonly client: ProductClient
  /** Name of an icon of the panel. */
  readonly icon: 'desktop' | 'shield' | 'router' | 'terminal' | 'directory' | 'code' | 'settings'
  /** Further words by which it is found. */
  readonly words: readonly string[]
  /** The maker's documentation. */
  readonly docs: string
  readonly radius?: RadiusFacts
  /** What an administrator should know before they start. */
  readonly notes: readonly string[]
}
