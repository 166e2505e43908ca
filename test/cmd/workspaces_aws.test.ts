import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { RadiusServer } from '../../src/radius/udp/server.ts'
import type { Workspaces } from '../../src/workspaces/workspaces.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { client, secret, startServer } from '../rig/radius_peer.ts'
import { directoryId, startWorkspaces, workspacesVerb } from '../rig/workspaces_api.ts'

describe('the verbs that set up a directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workspaces-aws-'))
  const secretFile = join(folder, 'secret')
  const wrongFile = join(folder, 'wrong')
  const cfg = join(folder, 'authproxy.cfg')
  let workspaces: Workspaces
  let server: RadiusServer
  before(async () => {
    workspaces = await startWorkspaces({ probeTimeout: 300 })
    server = await startServer({ clients: [client({ messageAuthenticatorInReplies: true })] })
    writeFileSync(secretFile, `${secret}\n`)
    writeFileSync(wrongFile, 'another secret\n')
    writeFileSync(
      cfg,
      `[duo_only_client]
[radius_server_duo_only]
ikey=DI000000000000000001
skey=0123456789012345678901234567890123456789
api_host=localhost
port=${server.address.port}
radius_ip_1=127.0.0.11
radius_secret_1=${secret}
failmode=secure
`,
      { mode: 0o600 },
    )
  })
  after(async () => {
    await server.close()
    await workspaces.close()
    rmSync(folder, { recursive: true })
  })
  const run = (verb: string, ...words: readonly string[]) =>
    workspacesVerb([verb, '--directory', directoryId, '--endpoint', workspaces.url, ...words])
  const set = (verb: string, file: string, ...words: readonly string[]) =>
    run(verb, '--secret-file', file, '--port', String(server.address.port), ...words)
  const servers = ['--servers', '127.0.0.1'] as const

  test('a dry run shows settings and findings, and changes nothing', async () => {
    const { status, stdout } = await set(
      'enable',
      secretFile,
      ...servers,
      '--dry-run',
      '--cfg',
      cfg,
    )
    assert.equal(status, 1)
    assert.match(stdout, /^EnableRadius\n {2}RADIUS servers: +127\.0\.0\.1\n/)
    assert.match(stdout, /ERROR +\S+authproxy\.cfg does not allow the controller 127\.0\.0\.12\./)
    assert.match(stdout, /Shared secret: +\(not shown\)/)
    assert.equal(stdout.includes(secret), false)
    assert.equal(workspaces.directory.radius, undefined)
  })

  test('without a terminal and --yes, nothing is changed', async () => {
    const { status, stderr } = await set('enable', secretFile, ...servers)
    assert.equal(status, 4)
    assert.match(stderr, /not confirmed: no terminal to ask .*; add --yes/)
    assert.equal(workspaces.directory.radius, undefined)
  })

  test('enable fails with its likely reasons if the secret differs', async () => {
    const { status, stdout } = await set('enable', wrongFile, ...servers, '--yes', '--json')
    assert.equal(status, 1)
    const { outcome, reasons, directory } = JSON.parse(stdout)
    assert.equal(outcome, 'failed')
    // the simulator tells what each controller saw
    assert.deepEqual(
      reasons.map((reason: string) => reason.split(':')[0]),
      ['controller-1 to 127.0.0.1', 'controller-2 to 127.0.0.1'],
    )
    assert.match(reasons[0], /reply/)
    assert.equal(directory.radius_status, 'Failed')
  })

  test('--yes refuses a change in which the checks find an error, and names a blank in the secret', async () => {
    const blankFile = join(folder, 'blank')
    writeFileSync(blankFile, `${secret} \r\n`)
    const { status, stdout, stderr } = await set('update', blankFile, '--yes', '--cfg', cfg)
    assert.equal(status, 1)
    assert.match(stderr, /nothing was changed; the checks found:[\s\S]*differs from the secret/)
    assert.match(stdout, /ends with a blank, tab or carriage return; without it, both are equal/)
    const forced = await set('update', wrongFile, '--yes', '--force', '--cfg', cfg)
    assert.match(forced.stdout, /To go back, [\s\S]*workspaces update --directory d-0123456789/)
  })

  test('enable works again after it failed, and waits for Completed', async () => {
    const { status, stdout, stderr } = await set('enable', secretFile, ...servers, '--yes')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /Completed: d-0123456789 asks the proxies for every sign-in\n$/)
    assert.equal(workspaces.directory.radius?.status, 'Completed')
    assert.equal(workspaces.directory.radius?.settings.RadiusRetries, 2)
  })

  test('enable refers to update if RADIUS is enabled', async () => {
    const { status, stderr } = await set('enable', secretFile, ...servers, '--yes')
    assert.equal(status, 1)
    assert.match(stderr, /already enabled for d-0123456789 \(Completed\).*workspaces update/)
  })

  test('update keeps the settings that are not given', async () => {
    const { status, stderr } = await set('update', secretFile, '--timeout', '15', '--yes')
    assert.equal(status, 0, stderr)
    const settings = workspaces.directory.radius?.settings
    assert.deepEqual(
      [settings?.RadiusTimeout, settings?.RadiusRetries, settings?.RadiusServers],
      [15, 2, ['127.0.0.1']],
    )
  })

  test('update tells the application of a service how the directory retries, and advise compares', async () => {
    const data = join(folder, 'data')
    const served = ['--data', data]
    assert.equal(countersignVerb(['init', ...served]).status, 0)
    const added = countersignVerb([
      ...['app', 'add', '--name', 'WorkSpaces', '--type', 'radius', '--radius-timeout', '20'],
      ...served,
    ])
    assert.equal(added.status, 0, added.stderr)
    const app = ['--app', 'WorkSpaces', ...served]
    const retriesOf = () => {
      const { stdout } = countersignVerb(['app', 'show', 'WorkSpaces', '--json', ...served])
      const shown = JSON.parse(stdout)
      return [shown.radius_timeout_secs, shown.radius_retries, shown.radius_servers]
    }
    const before = await run('advise', ...app)
    assert.match(
      before.stdout,
      /WARNING +The directory has timeout 15 s, retries 2, servers 1; WorkSpaces expects timeout 20 s, retries 1, servers 2\.\n/,
    )
    const { status, stdout, stderr } = await set('update', secretFile, ...app, '--yes')
    assert.equal(status, 0, stderr)
    assert.match(
      stdout,
      /\nApplication WorkSpaces\n {2}timeout 20 s, retries 1, servers 2 -> timeout 15 s, retries 2, servers 1\n/,
    )
    assert.deepEqual(retriesOf(), [15, 2, 1])
    const after = await run('advise', ...app)
    assert.match(after.stdout, /OK +WorkSpaces expects the retries of the directory/)

    countersignVerb(['app', 'edit', 'WorkSpaces', '--radius-timeout', '0', ...served])
    const off = await set('update', secretFile, ...app, '--yes')
    assert.match(off.stdout, /each retry stays a sign-in of its own/)
    assert.deepEqual(retriesOf(), [0, 2, 1])
    const unknown = await set('update', secretFile, '--app', 'WorkSpace', ...served, '--dry-run')
    assert.equal(
      unknown.stderr,
      "workspaces: there is no application 'WorkSpace'; did you mean WorkSpaces?\n",
    )
  })

  test('advise proves that secrets are equal, also by a signed request', async () => {
    const words = ['--cfg', cfg, '--probe', '--vpc-network', '10.0.0.0/16', '--json']
    const { stdout, status } = await run('advise', '--secret-file', secretFile, ...words)
    assert.equal(status, 1)
    const found = JSON.parse(stdout).findings as { readonly check: string; severity: string }[]
    const severities = Object.fromEntries(found.map(({ check, severity }) => [check, severity]))
    assert.equal(severities.secret, 'ok')
    assert.equal(severities.probe, 'ok')
    assert.equal(severities['management-network'], 'ok')
    assert(found.some((each) => each.check === 'controller-addresses' && each.severity === 'error'))
    assert.equal(stdout.includes(secret), false)
  })

  test('describe shows controllers and settings without the secret', async () => {
    const { stdout } = await run('describe', '--json')
    const { controllers, radius } = JSON.parse(stdout)
    assert.deepEqual(controllers, ['127.0.0.11', '127.0.0.12'])
    assert.equal(radius.timeout_secs, 15)
    assert.equal(stdout.includes(secret), false)
  })

  test('disable removes the settings', async () => {
    const dry = await run('disable', '--dry-run')
    assert.match(dry.stdout, /^DisableRadius\n[\s\S]*Nothing was changed/)
    const { status, stdout } = await run('disable', '--yes')
    assert.equal(status, 0)
    assert.match(stdout, /Disabled/)
    assert.equal(workspaces.directory.radius, undefined)
  })

  test('a directory that AWS does not know is named with its region', async () => {
    const { status, stderr } = await workspacesVerb([
      'describe',
      '--directory',
      'd-9999999999',
      '--endpoint',
      workspaces.url,
    ])
    assert.equal(status, 1)
    assert.match(stderr, /there is no directory d-9999999999/)
  })
})
