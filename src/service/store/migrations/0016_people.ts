import { type Kysely, type RawBuilder, sql } from 'kysely'
import { findDialect } from '../dialect.ts'
import type { Schema } from '../schema.ts'

/** Tables whose rows are devices of users. A token is a device from its assignment on. */
const deviceTables = {
  phones: 'created',
  oath_tokens: 'coalesce(assigned, created)',
  yubikeys: 'coalesce(assigned, created)',
} as const

/**
 * Adds what the administration of many users needs: further fields, the trash, the end of bypass, the
 * number of devices, and the states of invitations.
 */
export async function people(db: Kysely<Schema>): Promise<void> {
  const postgres = findDialect(db) === 'postgres'
  await extendUsers(db)
  await extendDevices(db, postgres)
  await extendInvitations(db)
  await createIndexes(db, postgres)
  await countDevices(db, postgres)
}

async function extendUsers({ schema }: Kysely<Schema>): Promise<void> {
  for (const name of ['firstname', 'lastname', 'notes'] as const) {
    await schema
      .alterTable('users')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
      .execute()
  }
  for (const name of ['external_id', 'bypass_by', 'trashed_by'] as const) {
    await schema.alterTable('users').addColumn(name, 'text').execute()
  }
  for (const name of ['bypass_since', 'bypass_until', 'trashed', 'first_enrolled'] as const) {
    await schema.alterTable('users').addColumn(name, 'bigint').execute()
  }
  await schema
    .alterTable('users')
    .addColumn('devices', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function extendDevices(db: Kysely<Schema>, postgres: boolean): Promise<void> {
  // the Admin API creates phones before it attaches them to a user
  await sql
    .raw(
      postgres
        ? 'alter table phones alter column user_id drop not null'
        : 'alter table phones alter user_id drop not null',
    )
    .execute(db)
  for (const name of ['type', 'extension'] as const) {
    await db.schema
      .alterTable('phones')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
      .execute()
  }
  for (const table of ['oath_tokens', 'yubikeys'] as const) {
    await db.schema.alterTable(table).addColumn('assigned', 'bigint').execute()
  }
  await db.schema.alterTable('oath_tokens').addColumn('secret_hash', 'text').execute()
  await db.schema
    .createIndex('oath_tokens_by_secret')
    .on('oath_tokens')
    .column('secret_hash')
    .execute()
}

async function extendInvitations({ schema }: Kysely<Schema>): Promise<void> {
  for (const name of ['opened', 'sent', 'replaced', 'reminded'] as const) {
    await schema.alterTable('portal_codes').addColumn(name, 'bigint').execute()
  }
  await schema
    .alterTable('portal_codes')
    .addColumn('email', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await schema
    .alterTable('portal_codes')
    .addColumn('reminders', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function createIndexes(db: Kysely<Schema>, postgres: boolean): Promise<void> {
  const text = (column: string): RawBuilder<unknown> =>
    postgres ? sql`${sql.ref(column)} collate "C"` : sql.ref(column)
  const username = sql`lower(${text('username')})`
  await sql`create index users_by_status on users (status, ${username}, user_id)`.execute(db)
  await sql`create index users_by_devices on users (devices, ${username}, user_id)`.execute(db)
  await sql`create index users_by_trashed on users (trashed, user_id) where trashed is not null`.execute(
    db,
  )
  await sql`create index users_by_bypass on users (bypass_until, user_id) where bypass_until is not null`.execute(
    db,
  )
  await sql`create index failed_attempts_locked on failed_attempts (locked_until, user_id)`.execute(
    db,
  )
  await sql`create index bypass_codes_by_created on bypass_codes (created, bypass_code_id)`.execute(
    db,
  )
  await sql`create index portal_codes_of_user on portal_codes (user_id, created)`.execute(db)
  await sql`create index portal_codes_by_created on portal_codes (created, code_hash)`.execute(db)
}

/**
 * Keeps `users.devices` and `users.first_enrolled` by triggers: devices are added and removed in many
 * places, and lists of 100,000 users need both without reading the devices.
 */
async function countDevices(db: Kysely<Schema>, postgres: boolean): Promise<void> {
  const count = Object.keys(deviceTables)
    .map((table) => `(select count(*) from ${table} where ${table}.user_id = users.user_id)`)
    .join(' + ')
  await sql.raw(`update users set devices = ${count}`).execute(db)
  for (const table of Object.keys(deviceTables)) {
    await sql
      .raw(
        `update users set first_enrolled = (select min(created) from ${table} where ${table}.user_id = users.user_id)
         where exists (select 1 from ${table} where ${table}.user_id = users.user_id and
           (users.first_enrolled is null or ${table}.created < users.first_enrolled))`,
      )
      .execute(db)
  }
  if (postgres) await createPostgresTriggers(db, count)
  else await createSqliteTriggers(db, count)
}

async function createSqliteTriggers(db: Kysely<Schema>, count: string): Promise<void> {
  for (const [table, since] of Object.entries(deviceTables)) {
    const added = since.replace(/assigned|created/g, (column) => `new.${column}`)
    const ofNew = `update users set devices = ${count}, first_enrolled = coalesce(first_enrolled, ${added}) where user_id = new.user_id;`
    const ofOld = `update users set devices = ${count} where user_id = old.user_id;`
    const statements = [
      `create trigger ${table}_device_added after insert on ${table} when new.user_id is not null begin ${ofNew} end`,
      `create trigger ${table}_device_removed after delete on ${table} when old.user_id is not null begin ${ofOld} end`,
      `create trigger ${table}_device_moved after update of user_id on ${table} when old.user_id is not new.user_id begin ${ofNew} ${ofOld} end`,
    ]
    for (const statement of statements) await sql.raw(statement).execute(db)
  }
}

async function createPostgresTriggers(db: Kysely<Schema>, count: string): Promise<void> {
  // the lock comes first, so that the count sees what another transaction has just committed
  await sql
    .raw(
      `create or replace function count_devices(counted text, since bigint) returns void language plpgsql as $$
       begin
         perform 1 from users where user_id = counted for no key update;
         update users set devices = ${count}, first_enrolled = coalesce(first_enrolled, since)
           where user_id = counted;
       end $$`,
    )
    .execute(db)
  await sql
    .raw(
      `create or replace function devices_changed() returns trigger language plpgsql as $$
       begin
         if tg_op <> 'DELETE' then
           if new.user_id is not null then
             perform count_devices(new.user_id,
               coalesce((to_jsonb(new)->>'assigned')::bigint, new.created));
           end if;
         end if;
         if tg_op <> 'INSERT' then
           if old.user_id is not null then perform count_devices(old.user_id, null); end if;
         end if;
         return null;
       end $$`,
    )
    .execute(db)
  for (const table of Object.keys(deviceTables)) {
    for (const event of ['insert', 'delete', 'update of user_id']) {
      const name = `${table}_device_${event.split(' ')[0]}`
      await sql
        .raw(
          `create trigger ${name} after ${event} on ${table} for each row execute function devices_changed()`,
        )
        .execute(db)
    }
  }
}
