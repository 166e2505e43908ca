import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { IniDocument } from '../config/ini_document.ts'
import { Secret } from '../host/secret.ts'
import { proxyCfg } from '../service/applications/client/proxy_cfg.ts'
import type { FirstRun } from './first_run_file.ts'

const section = 'radius_server_duo_only'

/** Values of `interface` that this program writes. */
const ownInterfaces = ['127.0.0.1', '0.0.0.0']

/**
 * Writes the proxy's configuration if there is none. In an existing one, only the two ports and the
 * interface are set from the flags; an interface that was edited by hand stays.
 */
export function writeProxyCfg(
  { service, radius, integrations }: FirstRun,
  { interfaceAddress }: { readonly interfaceAddress: string },
): void {
  const { cfg_file: file } = radius
  if (!existsSync(file)) {
    writeFileSync(file, newCfg({ service, radius, integrations }, interfaceAddress), {
      mode: 0o600,
    })
    return
  }
  const before = readFileSync(file, 'utf8')
  const ported = withValue(
    withValue(before, 'api_port', String(service.api_port)),
    'port',
    String(radius.port),
  )
  const after = withValue(ported, 'interface', interfaceAddress, (value) =>
    ownInterfaces.includes(value),
  )
  if (after !== before) writeFileSync(file, after)
}

function newCfg(
  { service, radius, integrations }: Pick<FirstRun, 'service' | 'radius' | 'integrations'>,
  interfaceAddress: string,
): string {
  const { ikey, skey } = integrations.radius
  return proxyCfg({
    title: "Created by 'countersign up'",
    keys: { ikey, skey: new Secret(skey) },
    // the service runs on this machine, too
    api: { host: 'localhost', port: service.api_port },
    authority: { kind: 'file', path: 'ca.pem' },
    interfaceAddress,
    radiusPort: radius.port,
    radiusClients: [{ address: '127.0.0.0/8', secret: new Secret(radius.secret) }],
    failmode: 'secure',
    advice: [
      'each additional RADIUS client needs its address and a secret:',
      'radius_ip_2=10.0.1.10',
      'radius_secret_2=',
    ],
  })
}

function withValue(
  text: string,
  key: string,
  value: string,
  replaces: (before: string) => boolean = () => true,
): string {
  const document = IniDocument.parse(text)
  const entry = document.sections
    .find(({ name }) => name === section)
    ?.entries.find((candidate) => candidate.key === key)
  if (entry === undefined || entry.value === value || !replaces(entry.value)) return text
  return document.withEntry(entry, key, value).print()
}
