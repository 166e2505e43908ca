import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import pg from 'pg'
import { Secret } from '../../src/host/secret.ts'
import { adminApiPermissions } from '../../src/service/applications/admin_api_permissions.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { holdChain, writeChain } from '../../src/service/audit/log_chain.ts'
import { OathTokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../src/service/people/users.ts'
import { findLogKey } from '../../src/service/store/log_key.ts'
import { Store } from '../../src/service/store/store.ts'
import { addAdministrator, type TestAdministrator } from '../../test/rig/admin_client.ts'
import { type Company, foundCompany, numbers } from '../panel/company.ts'
import { fillLog } from '../panel/long_log.ts'
import { digits, type TokenHolder } from '../service/stock.ts'

export type Database = 'SQLite' | 'PostgreSQL'

/** How much a database holds. */
export interface Size {
  readonly users: number
  readonly logRows: number
}

/** A database that was filled, and who may use it. */
export interface FilledDatabase {
  readonly database: Database
  readonly size: Size
  readonly folder: string
  readonly databaseUrl: string | undefined
  readonly company: Company
  readonly authApi: Integration
  readonly adminApi: Integration
  readonly administrator: TestAdministrator
  /** Another one, because a passcode signs in once in its 30 s. */
  readonly secondAdministrator: TestAdministrator
  /** With a token of which no code was used. */
  readonly holders: readonly TokenHolder[]
  /** Users of the company who can be sent a push. */
  readonly phoneOwners: readonly string[]
}

/** The log spans this many days, so that a third of it is a month. */
export const loggedDays = 90
const linesOfSeal = 500
const maxPhoneOwners = 10_000

/** Fills an empty database: the company, its sealed log, and users with tokens. */
export async function fillDatabase(options: {
  readonly database: Database
  readonly folder: string
  readonly databaseUrl: string | undefined
  readonly size: Size
  readonly holders: number
}): Promise<FilledDatabase> {
  const { database, folder, databaseUrl, size } = options
  const store = await Store.open({
    ...{ folder, migrate: true },
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
  })
  try {
    const company = await foundCompany(store, size.users)
    await fillLog(store, size.logRows, Math.ceil(size.logRows / (loggedDays * 24)))
    await sealLines(store)
    const integrations = new Integrations(store)
    const [authApi, adminApi, holders] = await store.transaction(async (db) => [
      await integrations.create({ name: 'Logins', type: 'authapi' }, Date.now(), db),
      await integrations.create(
        { name: 'Lists', type: 'adminapi', adminApiPermissions },
        Date.now(),
        db,
      ),
      await addHolders(store, options.holders, db),
    ])
    const phoneOwners = await readPhoneOwners(store)
    const administrator = await addAdministrator(store)
    const secondAdministrator = await addAdministrator(store)
    return {
      ...{ database, size, folder, databaseUrl, company, authApi, adminApi },
      ...{ administrator, secondAdministrator, holders, phoneOwners },
    }
  } finally {
    await store.close()
  }
}

/** The bytes that a database occupies, without free pages. */
export async function databaseBytes({ folder, databaseUrl }: FilledDatabase): Promise<number> {
  if (databaseUrl === undefined) {
    const database = openReadOnly(folder)
    const pragma = (name: string): number =>
      Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
    const bytes = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
    database.close()
    return bytes
  }
  return await readNumber(databaseUrl, 'select pg_database_size(current_database())')
}

/** How many lines of the log of sign-ins there are. */
export async function countLines({ folder, databaseUrl }: FilledDatabase): Promise<number> {
  const text = 'select count(*) as lines from authentication_log'
  if (databaseUrl !== undefined) return await readNumber(databaseUrl, text)
  const database = openReadOnly(folder)
  const count = Number(database.prepare(text).get()?.lines)
  database.close()
  return count
}

export function openReadOnly(folder: string): DatabaseSync {
  return new DatabaseSync(join(folder, 'countersign.db'), { readOnly: true })
}

async function readNumber(databaseUrl: string, text: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return Number(Object.values(rows[0])[0])
}

/** Chains the lines by hand, with hashes that nobody verifies here: retention deletes whole seals. */
async function sealLines(store: Store): Promise<void> {
  await store.transaction(async (db) => {
    const log = 'authentication_log'
    const { rows } = await sql<{ first: number; lines: number }>`
      select min(id) as first, count(*) as lines from authentication_log`.execute(db)
    const first = Number(rows[0]?.first)
    const seals = Math.floor(Number(rows[0]?.lines) / linesOfSeal)
    const key = findLogKey(db)
    const chain = await holdChain(log, 'filled', key, db)
    const start = sql`(${sql.lit(first)} + n.i * ${sql.lit(linesOfSeal)})`
    const end = sql`(${sql.lit(first + linesOfSeal - 1)} + n.i * ${sql.lit(linesOfSeal)})`
    await sql`
      insert into log_seals (log, node, seq, ids, lines, newest, hash)
      select ${sql.lit(log)}, 'filled', n.i + 1, ${start} || '-' || ${end}, ${sql.lit(linesOfSeal)},
        (select timestamp from authentication_log where id = ${end}), 'not verified' || n.i
      from ${numbers(store, seals)}`.execute(db)
    await writeChain({ ...chain, headSeq: seals, headHash: 'not verified' }, key, db)
  })
}

async function addHolders(
  store: Store,
  count: number,
  db: Parameters<Parameters<Store['transaction']>[0]>[0],
): Promise<TokenHolder[]> {
  const [users, tokens, now] = [new Users(), new OathTokens(store), Date.now()]
  const holders: TokenHolder[] = []
  for (let index = 0; index < count; index++) {
    const username = `holder${index}`
    const { userId } = await users.create({ username }, now, db)
    const { secret } = await tokens.create(userId, { kind: 'hotp', digits }, now, db)
    holders.push({ username, secret })
  }
  return holders
}

async function readPhoneOwners({ db }: Store): Promise<string[]> {
  const { rows } = await sql<{ username: string }>`
    select u.username from users u
    join phones p on p.user_id = u.user_id join push_devices d on d.phone_id = p.phone_id
    where u.status = 'active' and u.trashed is null
      and not exists (select 1 from failed_attempts f where f.user_id = u.user_id)
    limit ${sql.lit(maxPhoneOwners)}`.execute(db)
  return rows.map(({ username }) => username)
}
