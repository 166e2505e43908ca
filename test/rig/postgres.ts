import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../src/service/http/server/certificate_authority.ts'
import { skipWithout } from './debian_package.ts'
import { freePort } from './running.ts'
import { isBrief } from './scope.ts'

const debianPackage = 'postgresql-15'
const programs = '/usr/lib/postgresql/15/bin'

export const skipPostgres = skipWithout(debianPackage, `${programs}/postgres`)
/** For a long suite that runs on SQLite, too. */
export const skipSecondDatabase = isBrief()
  ? '`npm run test:all` runs it on PostgreSQL, too'
  : skipPostgres

/** PostgreSQL refuses to run as root. */
export function asPostgres(command: string, args: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', command, ...args]]
    : [command, [...args]]
}

/** A temporary PostgreSQL with durable commits; `stop` deletes it. */
export class PostgresCluster {
  /** Holds its socket, too. */
  readonly folder: string
  readonly #data: string
  readonly #port: number
  readonly #options: readonly string[]
  /** PEM file of the authority that its certificate is from, if it has TLS. */
  readonly caFile: string
  #server: ChildProcess
  #databases = 0

  private constructor(
    folder: string,
    port: number,
    options: readonly string[],
    server: ChildProcess,
  ) {
    this.folder = folder
    this.#options = options
    this.caFile = join(folder, 'ca.pem')
    this.#data = join(folder, 'data')
    this.#port = port
    this.#server = server
  }

  /** @param tlsNames What its certificate is for; without TLS if there are none. */
  static async start(tlsNames: readonly string[] = []): Promise<PostgresCluster> {
    const folder = newFolder()
    const options = tlsNames.length === 0 ? [] : await tlsOptions(folder, tlsNames)
    return await PostgresCluster.#startIn(folder, options)
  }

  /** As `start`, but it does not wait for the disk: for tests that do not end the server or measure it. */
  static async startForgetful(): Promise<PostgresCluster> {
    const settings = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'jit=off']
    return await PostgresCluster.#startIn(
      newFolder(),
      settings.flatMap((setting) => ['-c', setting]),
    )
  }

  static async #startIn(folder: string, options: readonly string[]): Promise<PostgresCluster> {
    copyNewCluster(folder)
    const port = await freePort()
    return new PostgresCluster(folder, port, options, await launched(folder, port, options))
  }

  /** A server that follows this one (streaming replication), until it is promoted. */
  async startStandby(): Promise<PostgresCluster> {
    const folder = newFolder()
    const primary = `host=127.0.0.1 port=${this.#port} user=postgres`
    const copy = ['-d', primary, '-D', join(folder, 'data'), '-R', '-c', 'fast', '--no-sync']
    const command = asPostgres(`${programs}/pg_basebackup`, copy)
    execFileSync(...command, { stdio: 'ignore', cwd: folder })
    const port = await freePort()
    return new PostgresCluster(folder, port, [], await launched(folder, port, []))
  }

  /** Makes a standby the primary. */
  promote(): void {
    const promote = ['promote', '-w', '-D', this.#data]
    const command = asPostgres(`${programs}/pg_ctl`, promote)
    execFileSync(...command, { stdio: 'ignore', cwd: this.folder })
  }

  /** Host and port, as in URLs. */
  get host(): string {
    return `127.0.0.1:${this.#port}`
  }

  /** Without the name of a database. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#port}`
  }

  /** @returns The URL of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `test${++this.#databases}`
    await this.administer(`create database ${name}`)
    return `${this.url}/${name}`
  }

  /** Runs a statement from outside of the databases that tests use. */
  async administer(statement: string): Promise<void> {
    await PostgresCluster.administerAt(this.url, statement)
  }

  /** As `administer`, on the cluster with this URL. */
  static async administerAt(url: string, statement: string): Promise<void> {
    const client = new pg.Client(`${url}/postgres`)
    await client.connect()
    await client.query(statement)
    await client.end()
  }

  /** Stops the server until `startAgain`; connections are lost. */
  async shutDown(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const stopped = once(this.#server, 'exit')
    // the process that was started may be runuser, which keeps signals to itself
    const stop = ['stop', '-D', this.#data, '-m', mode]
    execFileSync(...asPostgres(`${programs}/pg_ctl`, stop), { stdio: 'ignore', cwd: this.folder })
    await stopped
  }

  /** Brings it back under the same address. */
  async startAgain(): Promise<void> {
    this.#server = await launched(this.folder, this.#port, this.#options)
  }

  /** Sends a signal: after SIGSTOP connections stay open without replies, until SIGCONT. */
  halt(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const [pid = ''] = readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
    for (const each of [pid, ...children]) process.kill(Number(each), signal)
    // runuser halts with the process that it has started, and does not go on by itself
    if (signal === 'SIGCONT') this.#server.kill(signal)
  }

  async stop(): Promise<void> {
    await this.shutDown('immediate')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  giveToPostgres(folder)
  return folder
}

/** Puts a new cluster into a folder. initdb takes seconds, so it runs once; later clusters are copies. */
function copyNewCluster(folder: string): void {
  const cache = resolve(import.meta.dirname, '../../node_modules/.cache')
  const made = join(cache, debianPackage)
  const data = join(folder, 'data')
  if (existsSync(made)) {
    execFileSync('cp', ['-a', made, data])
    return
  }
  const init = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync']
  const text = ['--encoding=UTF8', '--locale=C']
  const command = asPostgres(`${programs}/initdb`, [...init, ...text])
  execFileSync(...command, { stdio: 'ignore', cwd: folder })
  mkdirSync(cache, { recursive: true })
  const copy = mkdtempSync(join(cache, 'postgresql-'))
  execFileSync('cp', ['-a', `${data}/.`, copy])
  try {
    renameSync(copy, made)
  } catch (error) {
    // another test file was faster
    if (!existsSync(made)) throw error
    rmSync(copy, { recursive: true })
  }
}

/** PostgreSQL reads its key only where it is its own. */
export function giveToPostgres(path: string): void {
  if (process.getuid?.() !== 0) return
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  chownSync(path, id('-u'), id('-g'))
}

async function tlsOptions(folder: string, names: readonly string[]): Promise<string[]> {
  const authority = await makeAuthority(Date.now())
  const { certificate, key } = await makeServerCertificate(authority, names, Date.now())
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(join(folder, 'ca.pem'), authority.certificate)
  writeFileSync(certFile, certificate)
  writeFileSync(keyFile, key, { mode: 0o600 })
  giveToPostgres(keyFile)
  return ['-c', 'ssl=on', '-c', `ssl_cert_file=${certFile}`, '-c', `ssl_key_file=${keyFile}`]
}

async function launched(
  folder: string,
  port: number,
  more: readonly string[],
): Promise<ChildProcess> {
  const data = join(folder, 'data')
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...more]
  const server = spawn(...asPostgres(`${programs}/postgres`, options), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  server.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  while (!/ready to accept (read-only )?connections/.test(said)) {
    if (server.exitCode !== null) throw new Error(said)
    await Promise.race([once(server.stderr, 'data'), once(server, 'exit')])
  }
  return server
}
