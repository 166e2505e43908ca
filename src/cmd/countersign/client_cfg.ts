import { readFileSync } from 'node:fs'
import { Secret } from '../../host/secret.ts'
import type { TrustedAuthority } from '../../service/applications/client/cfg_lines.ts'
import { cfgKind, clientCfg } from '../../service/applications/client/client_cfg.ts'
import { type Integration, Integrations } from '../../service/applications/integrations.ts'
import { apiPlace } from '../../service/compose/api_place.ts'
import { ServiceAddress } from '../../service/compose/service_address.ts'
import { buildPublicUrl } from '../../service/config/public_url.ts'
import { newRadiusSecret } from '../../service/store/identifier.ts'
import { CommandError, type Context } from './context.ts'

export interface CfgOptions {
  readonly reveal: boolean
  readonly apiHost?: string
  readonly apiPort?: string
  readonly radiusIp?: string
  readonly radiusPort?: string
}

const defaultRadiusIp = '127.0.0.1'
const defaultRadiusPort = 1812

/**
 * The configuration of an application's client; ready to use if the key is revealed.
 *
 * @throws {CommandError} if the client has no configuration file.
 */
export async function printedCfg(
  context: Context,
  app: Integration,
  { reveal, apiHost, apiPort, radiusIp, radiusPort }: CfgOptions,
): Promise<string> {
  const { store, location } = context
  const { config, folder } = location
  // the service stores its address each time it starts
  const url = config.publicUrl ?? (await new ServiceAddress(store).read())
  const place = apiPlace(config, folder, url ?? buildPublicUrl(config, config.port))
  const kept = await new Integrations(store).radiusSecret(app.ikey, store.db)
  const radiusSecret = reveal ? (kept ?? new Secret(newRadiusSecret())) : undefined
  const addresses = radiusIp === undefined ? (app.client.radiusClients ?? []) : [radiusIp]
  const known = addresses.map((address) => ({ address, secret: radiusSecret }))
  const unknown = {
    address: defaultRadiusIp,
    secret: radiusSecret,
    comment:
      'EDIT: address of the RADIUS client (VPN gateway, AD Connector); give it the secret below',
  }
  const cfg = clientCfg(app, {
    keys: { ikey: app.ikey, skey: reveal ? app.skey : undefined },
    api: { host: apiHost ?? place.host, port: Number(apiPort ?? place.port) },
    authority: authority(app, place.authorityFile),
    radiusClients: known.length === 0 ? [unknown] : known,
    radiusPort: Number(radiusPort ?? app.client.radiusPort ?? defaultRadiusPort),
    failmode: app.client.failmode ?? 'secure',
  })
  if (cfg !== undefined) return cfg.text
  throw new CommandError(
    `a client of type ${app.type} has no configuration file; it takes the keys: countersign app show ${app.ikey} --reveal`,
  )
}

/** The client that the configuration is for. */
export function describeClient({ type }: Pick<Integration, 'type'>): string {
  return cfgKind(type) === 'unix' ? 'login_duo and pam_duo' : 'the authentication proxy'
}

function authority(app: Integration, path: string | undefined): TrustedAuthority {
  if (path === undefined) return { kind: 'public' }
  if (cfgKind(app.type) === 'proxy') {
    const pem = readCertificate(path)
    if (pem !== undefined) return { kind: 'inline', pem }
  }
  return {
    kind: 'file',
    path,
    comment: 'EDIT: on another machine, the path of a copy of this file',
  }
}

/** @returns `undefined` before the first start of the service, or on a machine without the data. */
function readCertificate(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
