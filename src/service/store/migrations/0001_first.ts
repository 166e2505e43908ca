import type { Kysely } from 'kysely'
import { serialKey } from './serial_key.ts'

/** The first schema. */
export async function first(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('users')
    .addColumn('user_id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('realname', 'text', (column) => column.notNull())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_login', 'bigint')
    .execute()
  await schema
    .createTable('user_names')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('written', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('user_names_of_user').on('user_names').column('user_id').execute()
  await schema
    .createTable('groups')
    .addColumn('group_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createTable('group_members')
    .addColumn('group_id', 'text', (column) =>
      column.notNull().references('groups.group_id').onDelete('cascade'),
    )
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('group_members_key', ['user_id', 'group_id'])
    .execute()
  await schema
    .createTable('phones')
    .addColumn('phone_id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('phones_of_user').on('phones').columns(['user_id', 'position']).execute()
  await schema
    .createTable('oath_tokens')
    .addColumn('token_id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.references('users.user_id').onDelete('set null'),
    )
    .addColumn('phone_id', 'text', (column) =>
      column.references('phones.phone_id').onDelete('cascade'),
    )
    .addColumn('serial', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('digits', 'integer', (column) => column.notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('step_secs', 'integer', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('drift', 'integer', (column) => column.notNull())
    .addColumn('resync_position', 'bigint')
    .addColumn('resync_codes', 'integer', (column) => column.notNull())
    .addColumn('resync_at', 'bigint')
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('oath_tokens_of_user').on('oath_tokens').column('user_id').execute()
  await schema
    .createTable('bypass_codes')
    .addColumn('bypass_code_id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('remaining', 'integer')
    .addColumn('expires', 'bigint')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute()
  await schema
    .createIndex('bypass_codes_of_user')
    .unique()
    .on('bypass_codes')
    .columns(['user_id', 'code_hash'])
    .execute()
  await schema
    .createTable('integrations')
    .addColumn('ikey', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('sealed_skey', 'text', (column) => column.notNull())
    .addColumn('new_user_policy', 'text', (column) => column.notNull())
    .addColumn('username_normalization', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createTable('failed_attempts')
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('consecutive', 'integer', (column) => column.notNull())
    .addColumn('last_wrong', 'text', (column) => column.notNull())
    .addColumn('locked_until', 'bigint', (column) => column.notNull())
    .addColumn('locks', 'integer', (column) => column.notNull())
    .addColumn('updated', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('failed_attempts_key', ['user_id', 'ikey', 'source'])
    .execute()
  await schema
    .createTable('transactions')
    .addColumn('txid', 'text', (column) => column.primaryKey())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('factor', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('status_msg', 'text', (column) => column.notNull())
    .addColumn('opened', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('settled', 'bigint')
    .execute()
  await schema.createIndex('transactions_expiry').on('transactions').column('expires').execute()
  await schema
    .createTable('activation_codes')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint')
    .execute()
  await createLogs(db)
}

async function createLogs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('authentication_log')
    .addColumn('id', ...serialKey(db))
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('txid', 'text')
    .addColumn('user_id', 'text')
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('application', 'text', (column) => column.notNull())
    .addColumn('factor', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('ipaddr', 'text', (column) => column.notNull())
    .addColumn('hostname', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('authentication_log_time')
    .on('authentication_log')
    .column('timestamp')
    .execute()
  await db.schema
    .createTable('administrator_log')
    .addColumn('id', ...serialKey(db))
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .execute()
}
