import { type RawBuilder, sql } from 'kysely'
import type { Store, StoreDb } from '../../src/service/store/store.ts'

const dayMs = 86_400_000
/** Names have a fixed width in the text that SQL cuts them from. */
const nameWidth = 10
const firstNames = names('ada,al,bea,cleo,dan,eva,finn,gus,hana,ivo,jo,kai,lea,max,nora,otto,pia')
const lastNames = names('adams,baker,curie,dirac,euler,fermi,gauss,hopper,ito,jung,kahn,lovelace')

/** Identifiers and names that a benchmark asks for. */
export interface Company {
  readonly users: number
  /** A group of all users, and one of a few. */
  readonly groups: { readonly everyone: string; readonly few: string }
}

/**
 * Fills an empty database with the users of a large company, their devices, groups and invitations, by
 * one statement for each table.
 */
export async function foundCompany(store: Store, users: number): Promise<Company> {
  await store.transaction(async (db) => {
    if (store.dialect === 'postgres') await withoutTriggers(db)
    await addUsers(store, users, db)
    await addDevices(store, users, db)
    await addGroups(store, users, db)
    await addLocksAndCodes(store, users, db)
    if (store.dialect === 'postgres') await countDevices(db)
  })
  await sql`analyze`.execute(store.db)
  return { users, groups: { everyone: groupId(0), few: groupId(1) } }
}

/** PostgreSQL runs a trigger row by row, also that of each foreign key. */
async function withoutTriggers(db: StoreDb): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(db)
  await sql`set local session_replication_role = replica`.execute(db)
}

/** What the triggers of devices do. */
async function countDevices(db: StoreDb): Promise<void> {
  await sql`
    update users set devices = owned.devices, first_enrolled = owned.created
    from (
      select user_id, count(*) as devices, min(created) as created from (
        select user_id, created from phones union all select user_id, created from oath_tokens
      ) as device where user_id is not null group by user_id
    ) as owned
    where owned.user_id = users.user_id`.execute(db)
}

/** `n(i)`: the numbers from 0. */
export function numbers(store: Pick<Store, 'dialect'>, count: number): RawBuilder<unknown> {
  return store.dialect === 'postgres'
    ? sql`(select i from generate_series(0, ${sql.lit(count - 1)}) as s(i)) as n`
    : sql`(with recursive n(i) as (select 0 union all select i + 1 from n where i < ${sql.lit(count - 1)}) select i from n) as n`
}

/** The identifiers are not in the order of the names. */
function userId(count: number): RawBuilder<string> {
  return sql`'DU' || (10000000 + (n.i * 7919) % ${sql.lit(count)}) || 'QWERTYUIOP'`
}

function groupId(index: number): string {
  return `DG${10_000_000 + index}QWERTYUIOP`
}

function names(text: string): { readonly count: number; readonly padded: string } {
  const all = text.split(',').flatMap((name) => [name, `${name}a`, `${name}er`, `${name}son`])
  return { count: all.length, padded: all.map((name) => name.padEnd(nameWidth)).join('') }
}

const first = cut(firstNames, sql`n.i`)
const last = cut(lastNames, sql`(n.i / ${sql.lit(firstNames.count)})`)
const number = sql`(n.i / ${sql.lit(firstNames.count * lastNames.count)})`
/** Unique, as in `ada.baker17`. */
const username = sql`${first} || '.' || ${last} || ${number}`

function cut({ count, padded }: typeof firstNames, index: RawBuilder<unknown>): RawBuilder<string> {
  return sql`rtrim(substr(${sql.lit(padded)}, 1 + ${sql.lit(nameWidth)} * (${index} % ${sql.lit(count)}), ${sql.lit(nameWidth)}))`
}

async function addUsers(store: Store, count: number, db: StoreDb): Promise<void> {
  const from = numbers(store, count)
  const id = userId(count)
  const now = sql.lit(Date.now())
  const day = sql.lit(dayMs)
  const email = sql`${username} || '@example.com'`
  await sql`
    insert into users (user_id, username, realname, firstname, lastname, email, status, created, last_login,
      bypass_since, trashed)
    select ${id}, ${username}, ${first} || ' ' || ${last}, ${first}, ${last}, ${email},
      case when n.i % 50 = 1 then 'bypass' when n.i % 1000 = 7 then 'disabled'
        when n.i % 500 = 11 then 'locked out' else 'active' end,
      ${now} - cast(n.i as bigint) * 60000,
      case when n.i % 5 = 0 then null else ${now} - ((n.i * 31) % 100) * cast(${day} as bigint) - n.i end,
      case when n.i % 50 = 1 then ${now} end, case when n.i % 200 = 13 then ${now} end
    from ${from}`.execute(db)
  await sql`
    insert into user_names (name, user_id, position, written, folded, folded_simple, claims)
    select ${username}, ${id}, 0, ${username}, ${username}, ${username}, 1 from ${from}`.execute(db)
  const words = [
    ...[username, first, sql`${last} || ${number}`, last, email],
    ...[sql`${first} || ' ' || ${last}`, sql`'example'`, sql`'com'`],
  ]
  for (const word of words) {
    await sql`insert into user_words (word, user_id) select ${word}, ${id} from ${from} where true
      on conflict do nothing`.execute(db)
  }
}

async function addDevices(store: Store, count: number, db: StoreDb): Promise<void> {
  const from = numbers(store, count)
  const id = userId(count)
  const created = sql`${sql.lit(Date.now())} - cast(n.i as bigint) * 50000`
  const phoneId = sql`'DP' || (10000000 + n.i) || 'QWERTYUIOP'`
  await sql`
    insert into phones (phone_id, user_id, position, number, name, platform, created)
    select ${phoneId}, ${id}, 0, '+4930' || (10000000 + (n.i * 77) % 89999999), 'Phone', 'ios', ${created}
    from ${from} where n.i % 10 < 7`.execute(db)
  await sql`
    insert into push_devices (phone_id, public_key, user_agent, activated)
    select ${phoneId}, 'key', 'Safari', ${created} from ${from} where n.i % 10 < 5`.execute(db)
  await sql`
    insert into oath_tokens (token_id, user_id, serial, kind, digits, algorithm, step_secs, position, drift,
      resync_codes, sealed_secret, created)
    select 'DH' || (10000000 + n.i) || 'QWERTYUIOP', case when n.i % 20 = 0 then ${id} end,
      'T' || (10000000 + (n.i * 7919) % ${sql.lit(count)}), 'totp', 6, 'SHA1', 30, 0, 0, 0, 'sealed', ${created}
    from ${from} where n.i % 10 = 0`.execute(db)
}

async function addGroups(store: Store, count: number, db: StoreDb): Promise<void> {
  const groups = 300
  const id = sql`'DG' || (10000000 + n.i) || 'QWERTYUIOP'`
  await sql`insert into groups (group_id, name, status, description)
    select ${id}, 'Department ' || n.i, 'active', '' from ${numbers(store, groups)}`.execute(db)
  const from = numbers(store, count)
  await sql`insert into group_members (group_id, user_id)
    select ${sql.lit(groupId(0))}, ${userId(count)} from ${from}`.execute(db)
  await sql`insert into group_members (group_id, user_id)
    select 'DG' || (10000001 + n.i % ${sql.lit(groups - 1)}) || 'QWERTYUIOP', ${userId(count)}
    from ${from}`.execute(db)
}

async function addLocksAndCodes(store: Store, count: number, db: StoreDb): Promise<void> {
  const from = numbers(store, count)
  const id = userId(count)
  const now = Date.now()
  await sql`
    insert into failed_attempts (user_id, ikey, source, consecutive, last_wrong, locked_until, locks, updated)
    select ${id}, '', '', 10, 'x', ${sql.lit(now + dayMs)}, 1, ${sql.lit(now)}
    from ${from} where n.i % 400 = 3`.execute(db)
  await sql`
    insert into portal_codes (code_hash, username, user_id, created, created_by, expires, sent)
    select 'hash' || n.i, ${username}, ${id}, ${sql.lit(now)} - cast(n.i as bigint) * 1000, 'ada@example.com',
      ${sql.lit(now)} + (n.i % 3 - 1) * cast(${sql.lit(dayMs)} as bigint), ${sql.lit(now)}
    from ${from} where n.i % 10 > 6`.execute(db)
  await sql`
    insert into bypass_codes (bypass_code_id, user_id, code_hash, remaining, expires, created, created_by)
    select 'DB' || (10000000 + n.i) || 'QWERTYUIOP', ${id}, 'hash' || n.i, 1, null,
      ${sql.lit(now)} - cast(n.i as bigint) * 1000, 'ada@example.com'
    from ${from} where n.i % 20 = 1`.execute(db)
}
