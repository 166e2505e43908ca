import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { IniDocument } from '../config/ini_document.ts'
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
  return `; Created by 'countersign up'. docs/authproxy.cfg.md explains every key.
[main]
log_dir=log
log_auth_events=true

[duo_only_client]

[${section}]
ikey=${integrations.radius.ikey}
skey=${integrations.radius.skey}
; the service runs on this machine too
api_host=localhost
api_port=${service.api_port}
http_ca_certs_file=ca.pem
interface=${interfaceAddress}
port=${radius.port}
radius_ip_1=127.0.0.0/8
radius_secret_1=${radius.secret}
; each additional RADIUS client needs its address and a secret:
;radius_ip_2=10.0.1.10
;radius_secret_2=
failmode=secure
`
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
