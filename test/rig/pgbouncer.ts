import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipWithout } from './debian_package.ts'
import { asPostgres, giveToPostgres } from './postgres.ts'
import { freePort, Running } from './running.ts'
import { until } from './until.ts'

export const skipPgbouncer = skipWithout('pgbouncer', '/usr/sbin/pgbouncer')

/** Debian's PgBouncer in front of a database of a test's own. */
export class Pgbouncer {
  readonly url: string
  readonly #folder: string
  readonly #running: Running

  private constructor(url: string, folder: string, running: Running) {
    this.url = url
    this.#folder = folder
    this.#running = running
  }

  static async start(databaseUrl: string, poolMode: 'session' | 'transaction'): Promise<Pgbouncer> {
    const { username, hostname, port, pathname } = new URL(databaseUrl)
    const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
    giveToPostgres(folder)
    const listenPort = await freePort()
    const users = join(folder, 'users.txt')
    writeFileSync(users, `"${username}" ""\n`, { mode: 0o644 })
    const file = join(folder, 'pgbouncer.ini')
    const lines = [
      '[databases]',
      `${pathname.slice(1)} = host=${hostname} port=${port} user=${username}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listenPort}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${users}`,
      `pool_mode = ${poolMode}`,
      'max_client_conn = 100',
    ]
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o644 })
    const running = new Running(...asPostgres('/usr/sbin/pgbouncer', [file]))
    await until(() => listens(listenPort))
    return new Pgbouncer(
      `postgres://${username}@127.0.0.1:${listenPort}${pathname}`,
      folder,
      running,
    )
  }

  async close(): Promise<void> {
    await this.#running.stop('SIGTERM')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
