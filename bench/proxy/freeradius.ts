import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CertificateFiles } from '../certificate.ts'
import { core, type Running, type Workplace } from '../workplace.ts'

export const freeradiusProgram = '/usr/sbin/freeradius'
const restModule = '/usr/lib/freeradius/rlm_rest.so'

export interface ThreadPool {
  readonly start: number
  readonly max: number
  readonly minSpare: number
  readonly maxSpare: number
}

export const eightThreads: ThreadPool = { start: 8, max: 8, minSpare: 8, maxSpare: 8 }

export function freeradiusIsInstalled(): boolean {
  return existsSync(freeradiusProgram) && existsSync(restModule)
}

/**
 * Starts FreeRADIUS so that it makes one HTTPS call a login, on connections that are kept. The
 * answer has no body, so that it has none to parse: what a login costs it at least.
 */
export async function startFreeradius(
  place: Workplace,
  options: {
    readonly name: string
    readonly port: number
    readonly secret: string
    readonly apiPort: number
    readonly certificate: CertificateFiles
    readonly threads: ThreadPool
    /** Seconds that a call may wait for its user; by default, calls are answered at once. */
    readonly waitSecs?: number
    /** By default, only the server's core is used. */
    readonly isPinned?: boolean
  },
): Promise<Running> {
  const folder = await place.folder(options.name)
  for (const name of ['log', 'run']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, 'radiusd.conf'), configuration(folder, options))
  // the module's attributes lie in Debian's own dictionary
  await writeFile(join(folder, 'dictionary'), '$INCLUDE /usr/share/freeradius/dictionary\n')
  return place.start({
    name: options.name,
    command: freeradiusProgram,
    args: ['-f', '-d', folder, '-n', 'radiusd', '-l', join(folder, 'log', 'radius.log')],
    ...(options.isPinned === false ? {} : { core: core.server }),
  })
}

function configuration(
  folder: string,
  options: {
    readonly port: number
    readonly secret: string
    readonly apiPort: number
    readonly certificate: CertificateFiles
    readonly threads: ThreadPool
    /** Seconds that a call may wait for its user; by default, calls are answered at once. */
    readonly waitSecs?: number
  },
): string {
  const { port, secret, apiPort, certificate, threads, waitSecs } = options
  const path = waitSecs === undefined ? 'no-content' : 'wait-for-user'
  return `
prefix = /usr
localstatedir = ${folder}
sbindir = /usr/sbin
name = freeradius
raddbdir = ${folder}
logdir = ${folder}/log
run_dir = ${folder}/run
db_dir = ${folder}/run
libdir = /usr/lib/freeradius
pidfile = ${folder}/run/freeradius.pid
max_requests = 65536
max_request_time = ${waitSecs ?? 30}
cleanup_delay = 5
hostname_lookups = no
log {
  destination = files
  file = ${folder}/log/radius.log
  auth = no
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = yes
}
thread pool {
  start_servers = ${threads.start}
  max_servers = ${threads.max}
  min_spare_servers = ${threads.minSpare}
  max_spare_servers = ${threads.maxSpare}
  max_requests_per_server = 0
}
client loopback {
  ipaddr = 127.0.0.1
  secret = ${secret}
}
modules {
  always reject {
    rcode = reject
  }
  rest {
    connect_uri = "https://localhost:${apiPort}/auth/v2/ping"
    authorize {
      uri = "https://localhost:${apiPort}/${path}"
      method = 'post'
      ${waitSecs === undefined ? '' : `timeout = ${waitSecs}`}
      body = 'post'
      data = "username=%{User-Name}&factor=passcode&passcode=%{User-Password}"
      tls {
        ca_info_file = "${certificate.certificate}"
        check_cert = yes
        check_cert_cn = yes
      }
    }
    pool {
      start = ${threads.start}
      min = ${threads.minSpare}
      max = ${threads.max}
      spare = ${threads.maxSpare}
      uses = 0
      retry_delay = 30
      lifetime = 0
      idle_timeout = 60
    }
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    rest
    if (ok || updated) {
      update control {
        Auth-Type := Accept
      }
    }
    else {
      reject
    }
  }
}
`
}
