import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { effectivePolicy } from '../../../src/service/applications/policy/effective_policy.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import { migrations } from '../../../src/service/store/migrations/migrations.ts'
import { integrationPlace } from '../../../src/service/store/rotation.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

const limits = { lockout: { threshold: 10, minutes: 15 }, push_fatigue: { limit: 5, minutes: 30 } }

/** Name, type, new_user_policy, verified_push, verified_push_digits, and the effective policy afterwards. */
const applications = [
  ['default', 'radius', 'enroll', 'off', 3, { users: 'enroll', push: false, digits: 3 }],
  ['allows', 'authapi', 'allow', 'off', 3, { users: 'no-mfa', push: false, digits: 3 }],
  ['denies', 'unix', 'deny', 'required', 6, { users: 'deny', push: true, digits: 6 }],
  ['verifies', 'radius', 'enroll', 'required', 3, { users: 'enroll', push: true, digits: 3 }],
  ['keeps digits', 'radius', 'enroll', 'off', 5, { users: 'enroll', push: false, digits: 5 }],
  [
    'reads unknown values strictly',
    'radius',
    '?',
    '?',
    3,
    { users: 'deny', push: true, digits: 3 },
  ],
  ['portal', 'portal', 'deny', 'required', 4, { users: 'deny', push: true, digits: 4 }],
  ['another portal', 'portal', 'deny', 'required', 6, { users: 'deny', push: true, digits: 6 }],
] as const

/** Undoes the migrations from 0010 on, and adds these applications. */
async function downgrade({ db, sealing }: Store): Promise<void> {
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  const referred = ['users', 'phones', 'groups', 'integrations', 'policies']
  const ordered = [...tables.filter((name) => !referred.includes(name)), ...referred.toReversed()]
  for (const table of ordered) await db.schema.dropTable(table).ifExists().execute()
  for (const [name, { up }] of Object.entries(migrations)) {
    if (name < '0010') await up(db)
  }
  await sql`delete from kysely_migration where name >= '0010'`.execute(db)
  for (const [name, type, newUsers, push, digits] of applications) {
    const skey = sealing.seal('s'.repeat(40), integrationPlace(name))
    await sql`insert into integrations (ikey, name, name_key, type, sealed_skey, new_user_policy,
      username_normalization, verified_push, verified_push_digits, signature_v1, enabled, created)
      values (${name}, ${name}, ${name}, ${type}, ${skey}, ${newUsers}, 'simple', ${push}, ${digits},
      0, 1, 1700000000000)`.execute(db)
  }
}

onBothDatabases('migration 0010', (rig) => {
  test('keeps the settings of each application in effect', async () => {
    await downgrade(await rig().open())
    const store = await rig().open()
    const attachments = new PolicyAttachments(store)
    const effective: [string, unknown][] = []
    for (const integration of await new Integrations(store).list(store.db)) {
      const layers = await attachments.layers(integration.ikey, store.db)
      const { rules } = effectivePolicy(integration, layers, new Set(), limits)
      const { require_verified_push: push, verified_push_digits: digits } =
        rules.authentication_methods
      effective.push([integration.name, { users: rules.new_user.new_user_behavior, push, digits }])
    }
    const expected = applications.map((row) => [row[0], row[5]])
    assert.deepEqual(Object.fromEntries(effective), Object.fromEntries(expected))
  })

  test('creates policies only for settings that are not the default', async () => {
    const store = await rig().open()
    const rows = await store.db
      .selectFrom('policies')
      .select(['name', 'sections', 'created'])
      .orderBy('name')
      .execute()
    const sections = Object.fromEntries(rows.map((row) => [row.name, JSON.parse(row.sections)]))
    const methods = (push: boolean, digits: number) => ({
      authentication_methods: { require_verified_push: push, verified_push_digits: digits },
    })
    assert.deepEqual(sections, {
      allows: { new_user: { new_user_behavior: 'no-mfa' } },
      denies: { new_user: { new_user_behavior: 'deny' }, ...methods(true, 6) },
      verifies: methods(true, 3),
      'keeps digits': methods(false, 5),
      'reads unknown values strictly': {
        new_user: { new_user_behavior: 'deny' },
        ...methods(true, 3),
      },
      'another portal': methods(true, 6),
    })
    assert(rows.every(({ created }) => Number(created) === 1_700_000_000_000))
  })
})
