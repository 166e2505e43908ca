import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'

const service = resolve(import.meta.dirname, '..', 'src', 'service')

/** The files, or folders with a trailing slash, that hold the SQL of a table. */
const owners: Readonly<Record<string, readonly string[]>> = {
  settings: ['store/settings.ts'],
  users: ['people/'],
  user_names: ['people/'],
  user_words: ['people/'],
  groups: ['people/groups.ts'],
  group_members: ['people/groups.ts'],
  approval_times: ['audit/approval_times.ts'],
  activation_codes: ['people/enrolment/activation_codes.ts'],
  portal_codes: ['people/enrolment/invitations.ts'],
  phones: ['authenticators/phone/phones.ts'],
  push_devices: ['authenticators/push/push_devices.ts'],
  verification_codes: ['authenticators/push/verification_codes.ts'],
  oath_tokens: ['authenticators/oath/'],
  yubikeys: ['authenticators/yubikey/'],
  bypass_codes: ['authenticators/bypass/bypass_codes.ts'],
  sms_passcodes: ['authenticators/sms/sms_passcodes.ts'],
  webauthn_credentials: ['authenticators/passkey/webauthn_credentials.ts'],
  integrations: ['applications/integrations.ts'],
  permitted_groups: ['applications/permitted_groups.ts'],
  policies: ['applications/policy/'],
  application_policies: ['applications/policy/'],
  group_policies: ['applications/policy/'],
  transactions: ['sign_in/transaction/transactions.ts'],
  joined_requests: ['sign_in/transaction/joined_requests.ts'],
  failed_attempts: ['sign_in/lockout.ts'],
  portal_sessions: ['self_service/portal_sessions.ts'],
  authenticator_setups: ['self_service/devices/authenticator_setups.ts'],
  number_checks: ['self_service/devices/number_checks.ts'],
  administrators: ['administrators/administrators.ts'],
  administrator_factors: ['administrators/factors.ts'],
  administrator_sessions: ['administrators/sessions.ts', 'administrators/session_end.ts'],
  administrator_browsers: ['administrators/known_browsers.ts'],
  administrator_links: ['administrators/links.ts'],
  administrator_roles: ['administrators/roles.ts'],
  administrator_counts: ['administration/hourly_caps.ts'],
  jobs: ['administration/jobs.ts'],
  proxies: ['proxies/proxies.ts'],
  proxy_reports: ['proxies/proxies.ts'],
  approvals: ['administration/approvals.ts'],
  administrator_log: ['audit/'],
  authentication_log: ['audit/'],
  telephony_log: ['audit/'],
  log_queue: ['audit/'],
  log_seals: ['audit/'],
  log_chains: ['audit/'],
  authentication_hours: ['audit/'],
}

/** Other files that may join a table to read it, but not write it. */
const joins: Readonly<Record<string, readonly string[]>> = {
  // a phone shows whether its app is activated, and a push device belongs to the phone's user
  push_devices: ['authenticators/phone/phones.ts'],
  phones: ['authenticators/push/push_devices.ts'],
  // what is attached to a group or an application is listed with the names of both
  integrations: ['applications/permitted_groups.ts', 'applications/policy/policy_attachments.ts'],
  groups: ['applications/policy/policy_attachments.ts'],
}

/** They work on all tables: the schema, its migrations, backups, and the resealing of secrets. */
const exempt: readonly string[] = [
  'store/schema.ts',
  'store/migrations/',
  'store/backup.ts',
  'store/rotation.ts',
]

interface TableUse {
  readonly file: string
  readonly table: string
  readonly isJoin: boolean
}

const statement =
  /\b(selectFrom|insertInto|updateTable|deleteFrom|replaceInto|mergeInto|\w*[jJ]oin)\(\s*\[?\s*['"`](\w+)/g
const rawStatement = /\b(?:from|into|update|join)\s+(\w+)/gi
const rawTemplate = /\bsql(?:<[^`]*>)?`([^`]*)`/g

function tableUses(file: string): TableUse[] {
  const text = readFileSync(join(service, file), 'utf8')
  const built = [...text.matchAll(statement)].map(([, verb = '', table = '']) => ({
    file,
    table,
    isJoin: /join$/i.test(verb),
  }))
  const raw = [...text.matchAll(rawTemplate)].flatMap(([, template = '']) =>
    [...template.matchAll(rawStatement)].map(([, table = '']) => ({ file, table, isJoin: false })),
  )
  return [...built, ...raw].filter(({ table }) => tables.includes(table))
}

function schemaTables(): string[] {
  const schema = readFileSync(join(service, 'store', 'schema.ts'), 'utf8')
  return [...schema.matchAll(/^ {2}(\w+): \{/gm)].map(([, table = '']) => table)
}

function lies(file: string, places: readonly string[] = []): boolean {
  return places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place))
}

const tables = schemaTables()
const files = readdirSync(service, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(service, join(entry.parentPath, entry.name)))
const uses = files.flatMap(tableUses)

describe('the owners of tables', () => {
  test('every table has an owner', () => {
    assert.deepEqual(tables.toSorted(), Object.keys(owners).toSorted())
  })

  test('SQL for a table stands with its owner', () => {
    const foreign = uses
      .filter(({ file }) => !lies(file, exempt))
      .filter(({ file, table }) => !lies(file, owners[table]))
      .filter(({ file, table, isJoin }) => !(isJoin && lies(file, joins[table])))
    assert.deepEqual(
      foreign.map(({ file, table }) => `${file} uses ${table}`),
      [],
    )
  })

  test('every owner uses its table', () => {
    const unused = Object.entries(owners).flatMap(([table, places]) =>
      places
        .filter((place) => !uses.some((use) => use.table === table && lies(use.file, [place])))
        .map((place) => `${place} does not use ${table}`),
    )
    assert.deepEqual(unused, [])
  })

  test('every permitted join exists', () => {
    const unused = Object.entries(joins).flatMap(([table, places]) =>
      places.filter((place) => !uses.some((use) => use.table === table && use.file === place)),
    )
    assert.deepEqual(unused, [])
  })
})
