import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { skipWithout } from './debian_package.ts'
import { freePort } from './running.ts'

const programs = '/usr/lib/postgresql/15/bin'

export const skipPostgres = skipWithout('postgresql-15', `${programs}/postgres`)

/** PostgreSQL refuses to run as root. */
function asPostgres(command: string, args: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', command, ...args]]
    : [command, [...args]]
}

/** A PostgreSQL of the test's own, with durable commits, gone when it is stopped. */
export class PostgresCluster {
  readonly #folder: string
  readonly #port: number
  readonly #stop: () => Promise<void>
  #databases = 0

  private constructor(folder: string, port: number, stop: () => Promise<void>) {
    this.#folder = folder
    this.#port = port
    this.#stop = stop
  }

  static async start(): Promise<PostgresCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
    if (process.getuid?.() === 0) {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
      chownSync(folder, id('-u'), id('-g'))
    }
    const data = join(folder, 'data')
    const init = [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=trust',
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
    ]
    execFileSync(...asPostgres(`${programs}/initdb`, init), { stdio: 'ignore', cwd: folder })
    const port = await freePort()
    const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder]
    const server = spawn(...asPostgres(`${programs}/postgres`, options), {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    server.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    while (!said.includes('ready to accept connections')) {
      if (server.exitCode !== null) throw new Error(said)
      await Promise.race([once(server.stderr, 'data'), once(server, 'exit')])
    }
    return new PostgresCluster(folder, port, async () => {
      const stopped = once(server, 'exit')
      // the process that was started may be runuser, which keeps signals to itself
      execFileSync(...asPostgres(`${programs}/pg_ctl`, ['stop', '-D', data, '-m', 'fast']), {
        stdio: 'ignore',
        cwd: folder,
      })
      await stopped
    })
  }

  /** @returns The URL of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `test${++this.#databases}`
    const client = new pg.Client(`postgres://postgres@127.0.0.1:${this.#port}/postgres`)
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    return `postgres://postgres@127.0.0.1:${this.#port}/${name}`
  }

  async stop(): Promise<void> {
    await this.#stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
