import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CertificateFiles } from '../certificate.ts'
import { core, type Running, type Workplace } from '../workplace.ts'

const delivered = join(import.meta.dirname, '../../bin/authproxy')
const program = join(import.meta.dirname, '../../src/cmd/authproxy.ts')

const cannedApplication = {
  ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
  skey: 'Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep',
}

/** Starts the authentication proxy with its own log and event files. */
export async function startOurProxy(
  place: Workplace,
  options: {
    readonly name: string
    readonly port: number
    readonly secret: string
    readonly apiPort: number
    readonly certificate: CertificateFiles
    /** By default that of the canned API. */
    readonly application?: { readonly ikey: string; readonly skey: string }
    /** Further lines of the section. */
    readonly extra?: string
    /** By default one, on the server's core; several may use all cores. */
    readonly workers?: number
    /** Writes a CPU profile there when it stops. */
    readonly profileFolder?: string
  },
): Promise<Running> {
  const { name, port, secret, apiPort, certificate, profileFolder } = options
  const { extra = '', workers = 1 } = options
  const pinned = workers === 1 ? { core: core.server } : {}
  const { ikey, skey } = options.application ?? cannedApplication
  const folder = await place.folder(name)
  const file = join(folder, 'authproxy.cfg')
  await writeFile(
    file,
    `[main]
log_dir=${folder}
log_auth_events=true
workers=${workers}

[duo_only_client]

[radius_server_duo_only]
ikey=${ikey}
skey=${skey}
api_host=localhost
api_port=${apiPort}
http_ca_certs_file=${certificate.certificate}
failmode=secure
client=duo_only_client
interface=127.0.0.1
port=${port}
radius_ip_1=127.0.0.1
radius_secret_1=${secret}
${extra}
`,
  )
  const args = ['--config', file]
  if (profileFolder === undefined) {
    return place.start({ name, command: delivered, args, ...pinned })
  }
  const flags = ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${profileFolder}`]
  return place.startNode(name, program, args, { ...pinned, flags })
}
