import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePortFlags } from '../rig/countersign_up.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { PostgresCluster, skipPostgres } from '../rig/postgres.ts'
import { Running } from '../rig/running.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const root = mkdtempSync(join(tmpdir(), 'data-location-'))
after(() => rmSync(root, { recursive: true }))

function countersign(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return countersignVerb(words, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
  })
}

/** Each verb that needs data, with words that are valid. */
const verbs = [
  'user list',
  'user add alice --totp',
  'user invite alice',
  'phone list alice',
  'token list',
  'bypass create alice',
  'group list',
  'app add --type radius --name VPN',
  'app list',
  'log',
  'outbox',
  'backup file.db',
  'migrate',
  'check',
]

describe('a folder without data', () => {
  for (const verb of verbs) {
    test(`countersign ${verb} reports missing data, exits with 1 and creates nothing`, () => {
      const { status, stderr, stdout } = countersign([...verb.split(' '), '--data', 'nowhere'])
      assert.equal(
        stderr,
        `countersign: no Countersign data in ${join(root, 'nowhere')}; name the data folder with --data or COUNTERSIGN_DATA, or make new data with 'countersign init'\n`,
      )
      assert.equal(status, 1)
      assert.equal(stdout, '')
      assert(!existsSync(join(root, 'nowhere')))
    })
  }

  test('leaves a folder with other files unchanged', () => {
    mkdirSync(join(root, 'other'))
    writeFileSync(join(root, 'other/notes.txt'), '')
    assert.equal(countersign(['user', 'list', '--data', 'other']).status, 1)
    assert.deepEqual(readdirSync(join(root, 'other')), ['notes.txt'])
  })

  test('uses COUNTERSIGN_DATA, else ./data', () => {
    assert.match(countersign(['user', 'list']).stderr, new RegExp(`no .* in ${root}/data;`))
    assert.match(
      countersign(['user', 'list'], { COUNTERSIGN_DATA: join(root, 'named') }).stderr,
      new RegExp(`no .* in ${root}/named;`),
    )
    assert(!existsSync(join(root, 'data')))
  })

  test('treats empty environment variables as unset', () => {
    const { stderr } = countersign(['user', 'list'], {
      COUNTERSIGN_DATA: '',
      COUNTERSIGN_DATABASE_URL: '',
      COUNTERSIGN_SEALING_KEY: '',
    })
    assert.match(stderr, new RegExp(`no .* in ${root}/data;`))
  })
})

describe('countersign init', () => {
  test('creates data once, for the service and the other verbs', async () => {
    const made = countersign(['init', '--data', 'made', '--json'])
    assert.deepEqual(JSON.parse(made.stdout), {
      data: join(root, 'made'),
      database: 'sqlite',
      config_file: join(root, 'made/countersign.cfg'),
    })
    assert.equal(countersign(['user', 'add', 'alice', '--data', 'made']).status, 0)
    const again = countersign(['init', '--data', 'made'])
    assert.equal(again.status, 1)
    assert.match(again.stderr, /\S+made already has Countersign data; choose a different folder/)
    const service = new Running(program, ['service', '--port', '0'], {
      COUNTERSIGN_DATA: join(root, 'made'),
    })
    await service.prints(/listening on/)
    await service.prints(new RegExp(`data folder ${root}/made`))
    assert.equal(await service.stop(), 0)
  })

  test('finds the same data by the configuration in the folder and by data_folder', () => {
    const { stdout } = countersign(['user', 'list', '--config', 'made/countersign.cfg', '--json'])
    assert.equal(JSON.parse(stdout)[0].username, 'alice')
  })

  test('refuses a configuration with errors in every verb, with file and line', () => {
    mkdirSync(join(root, 'wrong'))
    const file = join(root, 'wrong/countersign.cfg')
    writeFileSync(file, '[service]\nport=x\n')
    for (const verb of ['user list', 'init', 'check']) {
      const { status, stderr } = countersign([...verb.split(' '), '--data', 'wrong'])
      assert.equal(status, 1)
      assert.match(stderr, /countersign\.cfg:2: port is 'x'/)
    }
    assert.deepEqual(readdirSync(join(root, 'wrong')), ['countersign.cfg'])
  })
})

describe('database_url in the countersign.cfg of the data folder', { skip: skipPostgres }, () => {
  const folder = join(root, 'postgres')
  let cluster: PostgresCluster
  let url: string
  let service: Running

  before(async () => {
    cluster = await PostgresCluster.start()
    url = await cluster.createDatabase()
    mkdirSync(folder)
    writeFileSync(join(folder, 'countersign.cfg'), `[service]\nport=0\ndatabase_url=${url}\n`)
  })
  after(async () => {
    await service?.stop()
    await cluster.stop()
  })

  test('treats an empty database as missing data, and leaves it empty', () => {
    const key = Buffer.alloc(32, 5).toString('base64')
    for (const env of [{}, { COUNTERSIGN_SEALING_KEY: key }]) {
      const { status, stderr } = countersign(['user', 'list', '--data', folder], env)
      assert.equal(status, 1)
      assert.match(stderr, /no Countersign data in|sealing\.key is missing/)
    }
    assert.deepEqual(readdirSync(folder), ['countersign.cfg'])
  })

  test('all verbs use the database of the service', async () => {
    service = new Running(program, ['service', '--data', folder])
    await service.prints(/listening on/)
    assert.equal(countersign(['user', 'add', 'alice', '--data', folder]).status, 0)
    // the environment names the database of another data folder
    const elsewhere = countersign(['user', 'list', '--json', '--data', join(root, 'made')], {
      COUNTERSIGN_DATABASE_URL: url,
      COUNTERSIGN_SEALING_KEY: keyIn(folder),
    })
    assert.deepEqual(
      JSON.parse(elsewhere.stdout).map(({ username }: { username: string }) => username),
      ['alice'],
    )
    assert.equal(countersign(['check', '--data', folder]).status, 0)
    assert.match(
      countersign(['backup', 'x.db', '--data', folder]).stderr,
      /the data is in PostgreSQL; use its own pg_dump/,
    )
    assert(!existsSync(join(folder, 'countersign.db')))
  })

  test('init does not create a second sealing key for it', () => {
    const second = join(root, 'second')
    const { status, stderr } = countersign(['init', '--data', second], {
      COUNTERSIGN_DATABASE_URL: url,
    })
    assert.equal(status, 1)
    assert.match(
      stderr,
      /already has Countersign data; to add a node, copy sealing\.key of the first/,
    )
    assert(!existsSync(second))
  })

  test('up uses COUNTERSIGN_DATABASE_URL, and refuses data that it did not create', async () => {
    const ports = await freePortFlags()
    const foreign = countersign(['up', '--data', folder, ...ports])
    assert.equal(foreign.status, 1)
    assert.match(foreign.stderr, /'countersign up' did not create the data/)
    const COUNTERSIGN_DATABASE_URL = await cluster.createDatabase()
    const tried = join(root, 'tried')
    const up = new Running(program, ['up', '--data', tried, ...ports], { COUNTERSIGN_DATABASE_URL })
    await up.prints(/database in PostgreSQL[\s\S]*Ctrl-C stops everything/)
    const { stdout } = countersign(['user', 'list', '--json', '--data', tried], {
      COUNTERSIGN_DATABASE_URL,
    })
    assert.equal(JSON.parse(stdout)[0].username, 'alice')
    assert(!existsSync(join(tried, 'countersign.db')))
    assert.equal(await up.stop(), 0)
  })
})

function keyIn(folder: string): string {
  return readFileSync(join(folder, 'sealing.key'), 'utf8').trim()
}
