import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Running, Workplace } from '../../../bench/workplace.ts'
import { Secret } from '../../../src/host/secret.ts'
import {
  controllerAddresses,
  type Machine,
  machines,
  nameService,
  onMachine,
  serviceName,
} from './private_network.ts'
import { type DirectoryRetries, type Stock, stockUsers } from './stock.ts'

const programs = '/usr/lib/postgresql/15/bin'
const bin = join(import.meta.dirname, '../../../bin')
const databaseStartsWithinMs = 30_000
export const servicePort = 8443
export const radiusSecret = 'chaos-of-two-controllers'
const secretFiles = ['sealing.key', 'ca.pem', 'ca.key'] as const

export interface ClusterOptions {
  readonly failmode: 'safe' | 'secure'
  readonly tokenHolders: number
  readonly phoneHolders: number
  readonly retries: DirectoryRetries
}

type Program = 'proxy1' | 'proxy2' | 'node1' | 'node2'

/** Two proxies, two nodes and PostgreSQL, each on a machine of its own. */
export class Cluster {
  readonly stock: Stock
  readonly databaseUrl: string
  readonly caFile: string
  readonly #place: Workplace
  readonly #folders: Readonly<Record<Program, string>>
  readonly #databaseFolder: string
  readonly #running = new Map<Machine, Running>()

  private constructor(
    place: Workplace,
    stock: Stock,
    databaseUrl: string,
    folders: Readonly<Record<Program, string>>,
    databaseFolder: string,
    database: Running,
  ) {
    this.#place = place
    this.stock = stock
    this.databaseUrl = databaseUrl
    this.#folders = folders
    this.#databaseFolder = databaseFolder
    this.caFile = join(folders.node1, 'ca.pem')
    this.#running.set('database1', database)
  }

  static async start(place: Workplace, options: ClusterOptions): Promise<Cluster> {
    const folders = {
      node1: await place.folder('node1'),
      node2: await place.folder('node2'),
      proxy1: await place.folder('proxy1'),
      proxy2: await place.folder('proxy2'),
    }
    nameService(await place.folder('names'))
    const databaseFolder = await place.folder('database1')
    initDatabase(databaseFolder)
    const database = startDatabase(place, databaseFolder)
    const databaseUrl = `postgres://postgres@${machines.database1}:5432/postgres`
    await untilAnswers(databaseUrl)
    const stock = await stockUsers({
      folder: folders.node1,
      databaseUrl: new Secret(databaseUrl),
      ...options,
    })
    const cluster = new Cluster(place, stock, databaseUrl, folders, databaseFolder, database)
    for (const node of ['node1', 'node2'] as const)
      await writeNodeConfig(folders[node], databaseUrl)
    await cluster.#start('node1')
    for (const file of secretFiles)
      copyFileSync(join(folders.node1, file), join(folders.node2, file))
    await cluster.#start('node2')
    for (const proxy of ['proxy1', 'proxy2'] as const) {
      await writeProxyConfig(folders[proxy], cluster.caFile, stock, options.failmode)
      await cluster.#start(proxy)
    }
    return cluster
  }

  /** Kills programs with SIGKILL, and starts them again after a while. */
  async killed(killed: readonly Program[], lastsMs: number): Promise<void> {
    for (const program of killed) this.#running.get(program)?.kill('SIGKILL')
    await pause(lastsMs)
    await Promise.all(killed.map((program) => this.#start(program)))
  }

  /** Stops a program with SIGSTOP for a while: its connections stay open without answers. */
  async paused(program: Program, lastsMs: number): Promise<void> {
    this.#running.get(program)?.kill('SIGSTOP')
    await pause(lastsMs)
    this.#running.get(program)?.kill('SIGCONT')
  }

  async databasePaused(lastsMs: number): Promise<void> {
    const pids = this.#databasePids()
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    await pause(lastsMs)
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }

  /** Ends PostgreSQL without a checkpoint, as a crash does. */
  async databaseKilled(lastsMs: number): Promise<void> {
    const database = this.#running.get('database1')
    database?.kill('SIGQUIT')
    await database?.exited
    await pause(lastsMs)
    this.#running.set('database1', startDatabase(this.#place, this.#databaseFolder))
    await untilAnswers(this.databaseUrl)
  }

  /** Copies what proxies have logged, and the end of what the others printed. */
  keepLogs(folder: string): void {
    mkdirSync(folder, { recursive: true })
    for (const proxy of ['proxy1', 'proxy2'] as const) {
      copyFileSync(join(this.#folders[proxy], 'authproxy.log'), join(folder, `${proxy}.log`))
    }
    for (const [name, { said }] of this.#running) writeFileSync(join(folder, `${name}.txt`), said)
  }

  #databasePids(): number[] {
    const [pid = ''] = readFileSync(
      join(this.#databaseFolder, 'data/postmaster.pid'),
      'utf8',
    ).split('\n')
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
    return [pid, ...children].map(Number)
  }

  async #start(program: Program): Promise<void> {
    const isNode = program === 'node1' || program === 'node2'
    const folder = this.#folders[program]
    const line = isNode
      ? [join(bin, 'countersign'), 'service', '--config', join(folder, 'countersign.cfg')]
      : [join(bin, 'authproxy'), '--config', join(folder, 'authproxy.cfg')]
    const [command = '', ...args] = onMachine(program, line)
    const running = this.#place.start({ name: program, command, args })
    this.#running.set(program, running)
    await running.line(isNode ? /listening on/ : /[Ll]istening|ready/)
  }
}

async function writeNodeConfig(folder: string, databaseUrl: string): Promise<void> {
  await writeFile(
    join(folder, 'countersign.cfg'),
    `[service]
host_names=${serviceName}
port=${servicePort}
data_folder=${folder}
database_url=${databaseUrl}

[auth_api]
requests_per_minute=0

[push]
fatigue_limit=0
web_push=false

[lockout]
threshold=9999

[connections]
total=10000
per_address=10000
`,
  )
}

async function writeProxyConfig(
  folder: string,
  caFile: string,
  { ikey, skey }: Stock,
  failmode: string,
): Promise<void> {
  const clients = controllerAddresses.map(
    (address, index) =>
      `radius_ip_${index + 1}=${address}\nradius_secret_${index + 1}=${radiusSecret}\n`,
  )
  await writeFile(
    join(folder, 'authproxy.cfg'),
    `[main]
workers=1
log_dir=${folder}
log_stdout=true

[duo_only_client]

[radius_server_duo_only]
ikey=${ikey}
skey=${skey}
api_host=${serviceName}
api_port=${servicePort}
http_ca_certs_file=${caFile}
failmode=${failmode}
client=duo_only_client
port=1812
${clients.join('')}`,
  )
}

function initDatabase(folder: string): void {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  )
  chmodSync(join(folder, '..'), 0o711)
  chownSync(folder, uid ?? 0, gid ?? 0)
  const data = join(folder, 'data')
  const [command = '', ...args] = asPostgres([
    ...[`${programs}/initdb`, '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'],
    ...['--encoding=UTF8', '--locale=C'],
  ])
  execFileSync(command, args, { stdio: 'ignore', cwd: folder })
  appendFileSync(
    join(data, 'pg_hba.conf'),
    'host all all 10.77.0.0/24 trust\nhost replication all 10.77.0.0/24 trust\n',
  )
}

function startDatabase(place: Workplace, folder: string): Running {
  const [command = '', ...args] = onMachine(
    'database1',
    asPostgres([
      ...[`${programs}/postgres`, '-D', join(folder, 'data'), '-k', folder, '-h', '*'],
      ...['-c', 'max_connections=200', '-c', 'log_min_messages=warning'],
    ]),
  )
  return place.start({ name: 'database1', command, args })
}

/** PostgreSQL refuses to run as root. */
function asPostgres(command: readonly string[]): readonly string[] {
  return ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', ...command]
}

async function untilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + databaseStartsWithinMs
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(100)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
