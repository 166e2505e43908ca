import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { skipRadclient } from '../rig/countersign_up.ts'
import { codeBlocks } from '../rig/guide.ts'
import { GuideSandbox, type Replacement } from '../rig/guide_sandbox.ts'
import { skipPostgres } from '../rig/postgres.ts'
import { freePort } from '../rig/running.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../rig/shared_postgres.ts'

const docs = resolve(import.meta.dirname, '../../docs')

/** The guides in the order in which an administrator follows them; each goes on where the last one ends. */
const guides = [
  'workspaces.md',
  'tour.md',
  'vpn.md',
  'troubleshooting.md',
  'security.md',
  'reverse-proxy.md',
  'backup.md',
  'upgrading.md',
  'monitoring.md',
  'replacing-the-duo-proxy.md',
  'high-availability.md',
]

/** Names in the guides, and what the sandbox has in their place. */
const names =
  (ports: {
    readonly service: number
    readonly radius: number
    readonly metrics: number
    readonly databaseUrl: string
  }) =>
  (folder: string): readonly Replacement[] => [
    [
      'postgres://countersign:PASSWORD@db.example.com:5432/countersign?sslmode=verify-full',
      ports.databaseUrl,
    ],
    [/^port=443$/gm, `port=${ports.service}`],
    ['database_url=', `port=${ports.service}\ndatabase_url=`],
    ['--cfg --reveal', `--cfg --reveal --radius-port ${ports.radius}`],
    ['mfa.example.com', 'localhost'],
    ['./bin/', ''],
    ['/etc/countersign', `${folder}/etc/countersign`],
    ['/var/lib/countersign', `${folder}/var/lib/countersign`],
    ['$PWD/data', `${folder}/var/lib/countersign`],
    ['/var/backups', `${folder}/var/backups`],
    ['/etc/ssl/certs', `${folder}/etc/ssl/certs`],
    ['/var/log/countersign-authproxy', `${folder}/etc/countersign/log`],
    [/\b8443\b/g, String(ports.service)],
    [/\b1812\b/g, String(ports.radius)],
    [/\b9812\b/g, String(ports.metrics)],
    // what the reader copies from the output of the block before
    ['CODE', `'"$(grep -oE '^ +[0-9]{9}$' "$LAST_OUTPUT" | tail -1 | tr -d ' ')"'`],
    [
      'auth SECRET',
      `auth "$(sed -n 's/^radius_secret_1=//p' ${folder}/etc/countersign/authproxy.cfg)"`,
    ],
  ]

/** Marked blocks that do not run here, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'needs-aws':
    'needs an AWS account; test/cmd/workspaces_aws.test.ts and workspaces_rotate.test.ts run the verbs against the simulated directory',
  'nginx-reload': 'needs root and systemd; reverse_proxy.test.ts runs nginx with the same file',
  'caddy-reload': 'needs root and systemd; reverse_proxy.test.ts runs Caddy with the same file',
  'from-another-machine':
    'needs DNS and a public certificate; reverse_proxy.test.ts sends the request',
  'from-the-authentication-proxy': 'workspaces.md runs the same command',
  'database-server': 'creates an account in PostgreSQL; the sandbox has a database of its own',
  'second-node': 'needs a second machine; test/service runs two nodes on one PostgreSQL',
  'needs-metrics-port': 'needs the settings above it; test/deploy reads both addresses',
  'from-a-clone': 'keeps two programs running; cmd/authproxy.test.ts and journey/ run each line',
  certbot: 'needs the Internet; the page says that it is not tested',
}

/** Pages whose unmarked commands do not run here, and where they do. */
const references: Readonly<Record<string, string>> = {
  'administrators.md': 'test/cmd/first_owner.test.ts',
  'applications.md': 'workspaces.md runs the same verbs',
  'authproxy.cfg.md': 'test/cmd/authproxy.test.ts, test/cmd/authproxy_passwd.test.ts, test/radius',
  'authproxyctl.md': 'test/ctl',
  'command-line.md': 'workspaces.md runs the same verbs',
  'directory.md': 'test/workspaces, test/web/sign_in.test.ts',
  'duo-unix.md': 'test/peer/login_duo.test.ts, test/peer/pam_duo.test.ts',
  'hardware-tokens.md': 'test/cmd/token.test.ts, test/journey/hardware_token.test.ts',
  'installing.md': 'test/packaging/installing_guide.packages.ts, with npm run test:packages',
  'messages-and-calls.md': 'test/journey/sms_and_calls.test.ts',
  'moving-from-duo.md': 'test/cmd/duo_export.test.ts, test/cmd/user_import.test.ts',
  'policies.md': 'test/cmd/policy.test.ts',
  'proxy-manager.md': 'test/manager',
  'settings.md': 'test/cmd/settings.test.ts',
  'trusting-the-ca.md': 'changes the trust of the machine: nothing runs these',
  'usernames.md': 'test/cmd/usernames.test.ts',
  'users.md': 'test/cmd/help_desk.test.ts, test/cmd/user_import.test.ts',
}

describe('the guides', { skip: skipRadclient || skipPostgres }, () => {
  let sandbox: GuideSandbox
  let database: SuiteDatabase
  before(async () => {
    database = await makeSuiteDatabase()
    const ports = { service: await freePort(), radius: await freePort(), metrics: await freePort() }
    sandbox = await GuideSandbox.create(names({ ...ports, databaseUrl: database.url.reveal() }))
  })
  after(async () => {
    await sandbox?.close()
    await database?.release()
  })

  for (const guide of guides) {
    test(`${guide}: every command works as written`, async () => {
      for (const { at, language, text, marker, file } of codeBlocks(resolve(docs, guide))) {
        if (file !== undefined) sandbox.write(file, text)
        if (language !== 'sh' || marker !== undefined) continue
        const { status, output } = await sandbox.run(text)
        assert.equal(status, 0, `docs/${at}:\n${text}\n${output}`)
      }
    })
  }
})

describe('commands in docs/', () => {
  const pages = globSync('*.md', { cwd: docs }).sort()
  const blocks = pages.flatMap((page) => codeBlocks(resolve(docs, page)))
  const commands = blocks.filter(({ language }) => language === 'sh')

  test('are in a guide that runs, in a reference, or are marked', () => {
    const unknown = commands.filter(
      ({ page, marker }) =>
        marker === undefined && !guides.includes(page) && references[page] === undefined,
    )
    assert.deepEqual(
      unknown.map(({ at }) => at),
      [],
    )
  })

  test('are marked only with names that this test explains', () => {
    const markers = blocks.flatMap(({ marker }) => marker ?? [])
    assert.deepEqual([...new Set(markers)].sort(), Object.keys(elsewhere).sort())
  })

  test('have pages that exist', () => {
    const missing = guides.filter((page) => !pages.includes(basename(page)))
    assert.deepEqual(missing, [])
  })
})
