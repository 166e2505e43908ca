import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { IniDocument } from '../ini/ini_document.ts'
import type { FirstRun } from './first_run_file.ts'

const section = 'radius_server_duo_only'

/**
 * Writes the proxy's configuration where there is none. One that is there is kept as it is, but for
 * the two ports, which follow the flags.
 */
export function writeProxyCfg({ service, radius, integrations }: FirstRun): void {
  const { cfg_file: file } = radius
  if (!existsSync(file)) {
    writeFileSync(file, newCfg({ service, radius, integrations }), { mode: 0o600 })
    return
  }
  const before = readFileSync(file, 'utf8')
  const after = withValue(withValue(before, 'api_port', service.api_port), 'port', radius.port)
  if (after !== before) writeFileSync(file, after)
}

function newCfg({
  service,
  radius,
  integrations,
}: Pick<FirstRun, 'service' | 'radius' | 'integrations'>): string {
  return `; Made by 'countersign up'. Every key is explained in docs/authproxy.cfg.md.
[main]
log_dir=log
log_auth_events=true

[duo_only_client]

[${section}]
ikey=${integrations.radius.ikey}
skey=${integrations.radius.skey}
api_host=${service.api_host}
api_port=${service.api_port}
http_ca_certs_file=ca.pem
interface=127.0.0.1
port=${radius.port}
radius_ip_1=127.0.0.0/8
radius_secret_1=${radius.secret}
failmode=secure
`
}

function withValue(text: string, key: string, value: number): string {
  const document = IniDocument.parse(text)
  const entry = document.sections
    .find(({ name }) => name === section)
    ?.entries.find((candidate) => candidate.key === key)
  if (entry === undefined || entry.value === String(value)) return text
  return document.withEntry(entry, key, String(value)).print()
}
