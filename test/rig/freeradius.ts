import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, Running } from './running.ts'

export const freeradiusProgram = '/usr/sbin/freeradius'

interface FreeRadiusOptions {
  /** Of its client. */
  readonly secret: string
  /** What it does with each request (unlang(5)). */
  readonly authorize: string
  /** Further sections of radiusd.conf(5), such as home servers. */
  readonly sections?: string
}

/** FreeRADIUS on loopback, with one client. */
export class FreeRadius implements AsyncDisposable {
  readonly port: number
  readonly #running: Running
  readonly #folder: string

  private constructor(running: Running, port: number, folder: string) {
    this.#running = running
    this.port = port
    this.#folder = folder
  }

  static async start(options: FreeRadiusOptions): Promise<FreeRadius> {
    const folder = mkdtempSync(join(tmpdir(), 'freeradius-'))
    const port = await freePort()
    writeFileSync(join(folder, 'radiusd.conf'), configuration(folder, port, options))
    const args = ['-f', '-l', 'stdout', '-d', folder, '-n', 'radiusd']
    const running = new Running(freeradiusProgram, args)
    await running.prints(/Ready to process requests/)
    return new FreeRadius(running, port, folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop()
    rmSync(this.#folder, { recursive: true })
  }
}

/** Configures a FreeRADIUS that forwards every request to a proxy (proxy.conf(5)). */
export function forwardingTo(
  proxyPort: number,
  secret: string,
): Pick<FreeRadiusOptions, 'authorize' | 'sections'> {
  const sections = `
proxy_requests = yes
proxy server {
  default_fallback = no
}
home_server proxy {
  type = auth
  ipaddr = 127.0.0.1
  port = ${proxyPort}
  secret = ${secret}
  response_window = 10
  status_check = status-server
  check_interval = 6
}
home_server_pool proxy {
  type = fail-over
  home_server = proxy
}
realm DEFAULT {
  auth_pool = proxy
  nostrip
}
`
  return {
    sections,
    authorize: 'update control {\n      Proxy-To-Realm := "DEFAULT"\n    }',
  }
}

function configuration(
  folder: string,
  port: number,
  { secret, authorize, sections = '' }: FreeRadiusOptions,
): string {
  return `
prefix = /usr
localstatedir = ${folder}
sbindir = /usr/sbin
name = radiusd
raddbdir = ${folder}
logdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
libdir = /usr/lib/freeradius
pidfile = ${folder}/radiusd.pid
max_request_time = 20
cleanup_delay = 5
log {
  destination = stdout
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = yes
}
thread pool {
  start_servers = 1
  max_servers = 2
  min_spare_servers = 1
  max_spare_servers = 1
}
${sections}
client lo {
  ipaddr = 127.0.0.1
  secret = ${secret}
}
modules {
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    ${authorize}
  }
}
`
}
