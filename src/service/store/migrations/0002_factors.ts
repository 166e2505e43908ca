import { type Kysely, sql } from 'kysely'
import { serialKey } from './serial_key.ts'

/** What push, calls, messages, hardware tokens and the portal need to remember. */
export async function factors(db: Kysely<unknown>): Promise<void> {
  await createDevices(db)
  await extendTokens(db)
  await createCodes(db)
  await createPortal(db)
  await createTelephonyLog(db)
  await extendTransactions(db)
  await extendIntegrations(db)
}

async function createDevices({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('push_devices')
    .addColumn('phone_id', 'text', (column) =>
      column.primaryKey().references('phones.phone_id').onDelete('cascade'),
    )
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('activated', 'bigint', (column) => column.notNull())
    .addColumn('seen', 'bigint')
    .addColumn('subscription', 'text')
    .execute()
  await schema
    .createTable('yubikeys')
    .addColumn('token_id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.references('users.user_id').onDelete('set null'),
    )
    .addColumn('serial', 'text', (column) => column.notNull().unique())
    .addColumn('public_id', 'text', (column) => column.notNull().unique())
    .addColumn('sealed_key', 'text', (column) => column.notNull())
    .addColumn('session_counter', 'integer', (column) => column.notNull())
    .addColumn('use_counter', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('yubikeys_of_user').on('yubikeys').column('user_id').execute()
  await schema
    .createTable('webauthn_credentials')
    .addColumn('credential_id', 'text', (column) => column.primaryKey())
    .addColumn('webauthn_id', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint')
    .execute()
  await schema
    .createIndex('webauthn_credentials_of_user')
    .on('webauthn_credentials')
    .column('user_id')
    .execute()
}

/** A serial names one token of its kind. Of those that bear the same, all but one get their identifier. */
async function extendTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oath_tokens').addColumn('expires', 'bigint').execute()
  await sql`
    update oath_tokens set serial = token_id where phone_id is null and exists (
      select 1 from oath_tokens as other
      where other.phone_id is null and other.kind = oath_tokens.kind
        and other.serial = oath_tokens.serial and other.token_id < oath_tokens.token_id)`.execute(
    db,
  )
  await db.schema
    .createIndex('oath_tokens_serial')
    .unique()
    .on('oath_tokens')
    .columns(['kind', 'serial'])
    .where(sql.ref('phone_id'), 'is', null)
    .execute()
}

async function createCodes({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('sms_passcodes')
    .addColumn('phone_id', 'text', (column) =>
      column.notNull().references('phones.phone_id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('first_digit', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint')
    .addColumn('used', 'bigint')
    .addPrimaryKeyConstraint('sms_passcodes_key', ['phone_id', 'position'])
    .execute()
  await schema.createIndex('sms_passcodes_of_user').on('sms_passcodes').column('user_id').execute()
  await schema
    .createTable('verification_codes')
    .addColumn('txid', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .alterTable('activation_codes')
    .addColumn('phone_id', 'text', (column) =>
      column.references('phones.phone_id').onDelete('cascade'),
    )
    .execute()
}

async function createPortal({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('portal_codes')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) =>
      column.references('users.user_id').onDelete('cascade'),
    )
    .addColumn('ikey', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('session_hash', 'text')
    .addColumn('made_user', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('used', 'bigint')
    .execute()
  await schema.createIndex('portal_codes_expiry').on('portal_codes').column('expires').execute()
  await schema
    .createTable('portal_sessions')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) =>
      column.references('users.user_id').onDelete('cascade'),
    )
    .addColumn('code_hash', 'text')
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('challenge', 'text')
    .addColumn('txid', 'text')
    .addColumn('shown_code', 'text')
    .addColumn('asked', 'bigint')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('seen', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  const index = schema.createIndex.bind(schema)
  await index('portal_sessions_expiry').on('portal_sessions').column('expires').execute()
  await index('portal_sessions_of_user').on('portal_sessions').column('user_id').execute()
  await schema
    .createTable('number_checks')
    .addColumn('check_id', 'text', (column) => column.primaryKey())
    .addColumn('session_hash', 'text', (column) => column.notNull())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint')
    .execute()
  await index('number_checks_of_user')
    .on('number_checks')
    .columns(['username', 'created'])
    .execute()
  await index('number_checks_number').on('number_checks').columns(['number', 'created']).execute()
}

async function createTelephonyLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('telephony_log')
    .addColumn('id', ...serialKey(db))
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('context', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('txid', 'text')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute()
  const index = db.schema.createIndex.bind(db.schema)
  await index('telephony_log_time').on('telephony_log').column('timestamp').execute()
  await index('telephony_log_number').on('telephony_log').columns(['number', 'timestamp']).execute()
  await index('telephony_log_user').on('telephony_log').columns(['user_id', 'timestamp']).execute()
  await index('authentication_log_user')
    .on('authentication_log')
    .columns(['user_id', 'timestamp'])
    .execute()
  await index('authentication_log_txid').on('authentication_log').column('txid').execute()
}

/** SQLite adds one column at a time. */
async function extendTransactions({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of ['application', 'username', 'ipaddr', 'hostname', 'details'] as const) {
    await schema
      .alterTable('transactions')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
      .execute()
  }
  for (const name of ['phone_id', 'code_kind', 'code'] as const) {
    await schema.alterTable('transactions').addColumn(name, 'text').execute()
  }
  for (const name of ['code_tries', 'waiting_replies', 'changed'] as const) {
    await schema
      .alterTable('transactions')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
  }
  await schema
    .createIndex('transactions_of_phone')
    .on('transactions')
    .columns(['phone_id', 'settled'])
    .execute()
  await schema
    .createIndex('transactions_of_user')
    .on('transactions')
    .columns(['user_id', 'settled'])
    .execute()
  await schema.createIndex('transactions_changed').on('transactions').column('changed').execute()
}

async function extendIntegrations({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('integrations')
    .addColumn('verified_push', 'text', (column) => column.notNull().defaultTo('off'))
    .execute()
  await schema
    .alterTable('integrations')
    .addColumn('verified_push_digits', 'integer', (column) => column.notNull().defaultTo(3))
    .execute()
}
