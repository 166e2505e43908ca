import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RadiusServerDuoOnly } from '../../../src/proxy/sections/proxy_config.ts'
import { Running } from '../../rig/running.ts'

const program = resolve(import.meta.dirname, '../../../bin/authproxy')

/** A proxy with one section, as a program that can be killed. */
export class ProxyProgram {
  readonly #folder: string
  readonly #running: Running

  private constructor(folder: string, running: Running) {
    this.#folder = folder
    this.#running = running
  }

  static async start(section: RadiusServerDuoOnly): Promise<ProxyProgram> {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-proxy-'))
    const file = join(folder, 'authproxy.cfg')
    writeFileSync(file, formatConfig(section, folder), { mode: 0o600 })
    const proxy = new ProxyProgram(folder, new Running(program, ['--config', file]))
    try {
      await proxy.#running.prints(/radius_server_duo_only/)
    } catch (error) {
      await proxy.stop()
      throw error
    }
    return proxy
  }

  /** Ends it as a crash of its machine would: nothing is sent. */
  async kill(): Promise<void> {
    await this.#running.stop('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true })
  }
}

function formatConfig(section: RadiusServerDuoOnly, folder: string): string {
  const clients = section.radiusClients.map(
    ({ addresses, secret }, index) =>
      `radius_ip_${index + 1}=${addresses}\nradius_secret_${index + 1}=${secret.reveal()}\n`,
  )
  return `[main]
workers=1
log_dir=${folder}
log_stdout=true
send_reports=false

[duo_only_client]

[radius_server_duo_only]
ikey=${section.ikey}
skey=${section.skey.reveal()}
api_host=${section.apiHost}
api_port=${section.apiPort}
http_ca_certs_file=${section.httpCaCertsFile}
failmode=${section.failmode}
client=duo_only_client
interface=${section.interfaceAddress}
port=${section.port}
${clients.join('')}`
}
