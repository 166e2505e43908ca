import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as elapsed } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startService } from '../../bench/service/our_service.ts'
import { Passcodes } from '../../bench/service/passcodes.ts'
import { type Stock, stockStore } from '../../bench/service/stock.ts'
import { Workplace } from '../../bench/workplace.ts'
import { Secret } from '../../src/host/secret.ts'
import { AuthenticationLog } from '../../src/service/audit/authentication_log.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { SignedClient } from './signed_client.ts'

const program = join(import.meta.dirname, '../../src/cmd/countersign.ts')
const holders = 64
const lanes = 24
const enrollers = 2
const maxLifeMs = 1200
const maxLogLines = 100_000
/** Of one user: fewer than the twenty counters back that a service knows as used. */
const maxTriedAgain = 15

export interface SiegeOptions {
  readonly kills: number
  /** PostgreSQL in place of SQLite. */
  readonly databaseUrl?: string
}

/** What a service was asked and said, over all its lives. */
export interface SiegeCounts {
  readonly kills: number
  /** Logins that were answered with "allow". */
  readonly accepted: number
  /** Passcodes that were sent and not answered when the service was killed. */
  readonly inDoubt: number
  /** Accepted passcodes that were tried again after the restart. */
  readonly triedAgain: number
  /** Users that `enroll` had acknowledged. */
  readonly enrolled: number
  /** Bypass codes that the command line had acknowledged. */
  readonly bypassCodes: number
}

interface Sent {
  readonly username: string
  readonly passcode: string
}

/** All that must still be true after a restart. */
class Ledger {
  readonly acceptedBy = new Map<string, number>()
  readonly inDoubtBy = new Map<string, number>()
  readonly enrolled: string[] = []
  accepted: Sent[] = []
  bypassCode: Sent | undefined
}

/**
 * Kills the service with SIGKILL at random moments under load, starts it again each time without
 * any repair, and asserts that no accepted passcode is accepted again and that nothing that was
 * acknowledged is lost.
 */
export async function siege({ kills, databaseUrl }: SiegeOptions): Promise<SiegeCounts> {
  const place = await Workplace.open()
  const ledger = new Ledger()
  const counts = { kills: 0, accepted: 0, inDoubt: 0, triedAgain: 0, enrolled: 0, bypassCodes: 0 }
  try {
    const folder = await place.folder('service')
    const database = databaseUrl === undefined ? {} : { databaseUrl: new Secret(databaseUrl) }
    const stock = await stockStore({ folder, holders, ...database })
    const generators = stock.holders.map((holder) => new Passcodes(holder))
    for (let life = 0; life <= kills; life++) {
      const url = databaseUrl === undefined ? {} : { databaseUrl }
      const service = await startService(place, { name: `life ${life}`, folder, ...url })
      const client = new SignedClient({ ...stock, ...service })
      counts.triedAgain += await nothingWorksTwice(client, ledger)
      await nothingIsLost(folder, database, ledger)
      if (life < kills) {
        const bypass = createBypassCode(folder, stock, life, databaseUrl)
        const load = loadUntilSilence(client, generators, ledger)
        await elapsed(Math.random() * maxLifeMs)
        service.server.kill('SIGKILL')
        await Promise.all([load, service.server.exited])
        ledger.bypassCode = await bypass
        counts.kills++
      }
      await client.close()
      await service.server.stop()
    }
    counts.accepted = sum(ledger.acceptedBy)
    counts.inDoubt = sum(ledger.inDoubtBy)
    counts.enrolled = ledger.enrolled.length
    counts.bypassCodes = kills
    return counts
  } finally {
    await place.close()
  }
}

/** Signs in and enrols on many connections until the service stops answering. */
async function loadUntilSilence(
  client: SignedClient,
  generators: readonly Passcodes[],
  ledger: Ledger,
): Promise<void> {
  ledger.accepted = []
  const signIn = async (own: readonly Passcodes[]): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const generator = own[turn % own.length]
      assert.ok(generator)
      const sent = { username: generator.username, passcode: generator.next() }
      const answer = await client.post('/auth/v2/auth', { ...sent, factor: 'passcode' })
      if (answer === undefined) return increment(ledger.inDoubtBy, sent.username)
      assert.equal(answer.result, 'allow', `${sent.username}: ${String(answer.status_msg)}`)
      increment(ledger.acceptedBy, sent.username)
      ledger.accepted.push(sent)
    }
  }
  const enroll = async (): Promise<void> => {
    for (;;) {
      const answer = await client.post('/auth/v2/enroll', {})
      if (answer === undefined) return
      ledger.enrolled.push(String(answer.username))
    }
  }
  await Promise.all([
    ...Array.from({ length: lanes }, (_, lane) =>
      signIn(generators.filter((_, index) => index % lanes === lane)),
    ),
    ...Array.from({ length: enrollers }, enroll),
  ])
}

/** A write from another process while the service works and while it is killed. */
async function createBypassCode(
  folder: string,
  { holders }: Stock,
  life: number,
  databaseUrl: string | undefined,
): Promise<Sent> {
  const username = holders[life % holders.length]?.username ?? ''
  const arguments_ = ['bypass', 'create', username, '--count', '1', '--data', folder, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...arguments_], {
    env: {
      ...process.env,
      ...(databaseUrl === undefined ? {} : { COUNTERSIGN_DATABASE_URL: databaseUrl }),
    },
  })
  const { codes }: { codes: unknown } = JSON.parse(stdout)
  assert.ok(Array.isArray(codes) && codes.length === 1)
  return { username, passcode: String(codes[0]) }
}

async function nothingWorksTwice(client: SignedClient, ledger: Ledger): Promise<number> {
  const readResult = async (sent: Sent): Promise<unknown> => {
    const answer = await client.post('/auth/v2/auth', { ...sent, factor: 'passcode' })
    return answer?.result
  }
  const again = latestOfEach(ledger.accepted)
  const results = await Promise.all(again.map(readResult))
  assert.deepEqual(
    results.filter((result) => result !== 'deny'),
    [],
    'an accepted passcode was accepted again',
  )
  const { bypassCode } = ledger
  if (bypassCode !== undefined) {
    assert.equal(await readResult(bypassCode), 'allow', 'an acknowledged bypass code is lost')
    assert.equal(await readResult(bypassCode), 'deny', 'a bypass code was accepted again')
    increment(ledger.acceptedBy, bypassCode.username)
    ledger.bypassCode = undefined
  }
  return again.length
}

/** Further back a code of the past is a wrong one like any other, and ten of those lock the account. */
function latestOfEach(accepted: readonly Sent[]): Sent[] {
  const byUser = Map.groupBy(accepted, ({ username }) => username)
  return [...byUser.values()].flatMap((ofUser) => ofUser.slice(-maxTriedAgain))
}

async function nothingIsLost(
  folder: string,
  database: { readonly databaseUrl?: Secret },
  { acceptedBy, inDoubtBy, enrolled }: Ledger,
): Promise<void> {
  const store = await Store.open({ folder, ...database, migrate: false })
  try {
    const names = new Set((await new Users().list(store.db)).map(({ username }) => username))
    assert.deepEqual(
      enrolled.filter((username) => !names.has(username)),
      [],
      'an acknowledged enrolment is lost',
    )
    const log = new AuthenticationLog()
    const logged = new Map<string, number>()
    for (const { username } of await log.list(
      { result: 'success', limit: maxLogLines },
      store.db,
    )) {
      increment(logged, username)
    }
    for (const [username, accepted] of acceptedBy) {
      const lines = logged.get(username) ?? 0
      const most = accepted + (inDoubtBy.get(username) ?? 0)
      assert.ok(
        lines >= accepted && lines <= most,
        `${username} signed in ${accepted} to ${most} times, and the log has ${lines} lines`,
      )
    }
  } finally {
    await store.close()
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
