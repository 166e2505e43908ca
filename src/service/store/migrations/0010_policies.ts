import { type Kysely, sql } from 'kysely'
import { newIdentifier } from '../identifier.ts'

/** An application as it was before this migration. */
interface OldIntegration {
  readonly ikey: string
  readonly name: string
  readonly type: string
  readonly new_user_policy: string
  readonly verified_push: string
  readonly verified_push_digits: number
  readonly created: number
}

/**
 * Creates the tables of policies and their attachments. The settings of each application become its own
 * policy, unless they are the defaults.
 */
export async function policies(db: Kysely<unknown>): Promise<void> {
  await createTables(db)
  const { rows } =
    await sql<OldIntegration>`select ikey, name, type, new_user_policy, verified_push,
    verified_push_digits, created from integrations`.execute(db)
  for (const integration of rows) {
    const sections = toSections(integration)
    if (Object.keys(sections).length === 0) continue
    const { ikey, name, created } = integration
    const key = newIdentifier('PO')
    const text = JSON.stringify(sections)
    await sql`insert into policies (policy_key, name, sections, is_global, created)
      values (${key}, ${name}, ${text}, 0, ${created})`.execute(db)
    await sql`insert into application_policies (ikey, policy_key)
      values (${ikey}, ${key})`.execute(db)
  }
  for (const column of ['new_user_policy', 'verified_push', 'verified_push_digits']) {
    await db.schema.alterTable('integrations').dropColumn(column).execute()
  }
  await db.schema
    .alterTable('sms_passcodes')
    .addColumn('spoken', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function createTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('policies')
    .addColumn('policy_key', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sections', 'text', (column) => column.notNull())
    .addColumn('is_global', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createIndex('policies_global')
    .unique()
    .on('policies')
    .column('is_global')
    .where(sql.ref('is_global'), '=', sql.lit(1))
    .execute()
  await schema
    .createTable('application_policies')
    .addColumn('ikey', 'text', (column) =>
      column.primaryKey().references('integrations.ikey').onDelete('cascade'),
    )
    .addColumn('policy_key', 'text', (column) =>
      column.notNull().references('policies.policy_key').onDelete('cascade'),
    )
    .execute()
  await schema
    .createTable('group_policies')
    .addColumn('ikey', 'text', (column) =>
      column.notNull().references('integrations.ikey').onDelete('cascade'),
    )
    .addColumn('policy_key', 'text', (column) =>
      column.notNull().references('policies.policy_key').onDelete('cascade'),
    )
    .addColumn('group_id', 'text', (column) =>
      column.notNull().references('groups.group_id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('group_policies_key', ['ikey', 'policy_key', 'group_id'])
    .execute()
  for (const table of ['application_policies', 'group_policies']) {
    await schema.createIndex(`${table}_of_policy`).on(table).column('policy_key').execute()
  }
  await schema
    .createIndex('group_policies_of_group')
    .on('group_policies')
    .column('group_id')
    .execute()
}

function toSections(integration: OldIntegration): Readonly<Record<string, unknown>> {
  const { type, new_user_policy, verified_push, verified_push_digits: digits } = integration
  // the portal always denies unknown users and requires a code
  const isPortal = type === 'portal'
  // unknown values used to be read as the strictest one
  const behavior = { enroll: 'enroll', allow: 'no-mfa' }[new_user_policy] ?? 'deny'
  const required = verified_push !== 'off'
  const isDefaultPush = isPortal ? digits === 4 : !required && digits === 3
  return {
    ...(isPortal || behavior === 'enroll' ? {} : { new_user: { new_user_behavior: behavior } }),
    ...(isDefaultPush
      ? {}
      : {
          authentication_methods: {
            require_verified_push: isPortal || required,
            verified_push_digits: digits,
          },
        }),
  }
}
