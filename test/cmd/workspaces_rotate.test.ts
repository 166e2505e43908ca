import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import {
  beginRotation,
  endRotation,
  rotatingKeys,
  undoRotation,
} from '../../src/workspaces/adviser/secret_lines.ts'
import type { Workspaces } from '../../src/workspaces/workspaces.ts'
import { freePort, Running } from '../rig/running.ts'
import { until } from '../rig/until.ts'
import { directoryId, startWorkspaces, workspacesVerb } from '../rig/workspaces_api.ts'

const authproxy = resolve(import.meta.dirname, '../../bin/authproxy')
const program = resolve(import.meta.dirname, '../../bin/workspaces')
const oldSecret = 'the-old-secret-of-24-characters'

function cfgText(port: number): string {
  return `; a comment stays
[main]
workers=1
[duo_only_client]
[radius_server_duo_only]
ikey=DI000000000000000001
skey=0123456789012345678901234567890123456789
api_host=localhost
api_port=1
port=${port}
radius_ip_1=127.0.0.11
radius_secret_1=${oldSecret}
radius_ip_2=127.0.0.12
radius_secret_2=${oldSecret}
radius_ip_3=10.9.9.9
radius_secret_3=another-client-with-a-secret
failmode=secure
`
}

describe('the lines of a rotation', () => {
  const clients = new Set([
    'radius_server_duo_only radius_ip_1',
    'radius_server_duo_only radius_ip_2',
  ])
  const seal = (secret: Secret) => `sealed:${secret.reveal()}`
  const before = cfgText(1812)
  const during = beginRotation(before, clients, new Secret('the-new-secret-of-24-characters'), seal)

  test('keep the present secret as the previous one, for the chosen clients only', () => {
    assert.match(
      during,
      /radius_secret_1=the-new-secret-of-24-characters\nradius_secret_previous_1=the-old/,
    )
    assert.match(during, /radius_secret_3=another-client-with-a-secret\nfailmode/)
    assert.match(during, /^; a comment stays/)
  })

  test('end with the new secret, or go back to exactly the former file', () => {
    assert.equal(endRotation(during).includes('previous'), false)
    assert.equal(endRotation(during).includes(oldSecret), false)
    assert.equal(undoRotation(during), before)
  })

  test('keep protected secrets protected', () => {
    const text = before.replace('radius_secret_1=', 'radius_secret_protected_1=')
    const changed = beginRotation(
      text,
      clients,
      new Secret('the-new-secret-of-24-characters'),
      seal,
    )
    assert.match(
      changed,
      /radius_secret_protected_1=sealed:the-new-secret-of-24-characters\nradius_secret_previous_protected_1=the-old/,
    )
    assert.match(
      changed,
      /radius_secret_2=the-new-secret-of-24-characters\nradius_secret_previous_2=the-old/,
    )
    assert.deepEqual(rotatingKeys(changed), [
      'radius_secret_protected_1',
      'radius_secret_previous_protected_1',
      'radius_secret_2',
      'radius_secret_previous_2',
    ])
    assert.equal(undoRotation(changed), text)
  })

  test('refuse a file that has a previous secret', () => {
    assert.throws(() => beginRotation(during, clients, new Secret('x'), seal), /--resume/)
  })
})

describe('workspaces rotate-secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workspaces-rotate-'))
  const cfg = join(folder, 'authproxy.cfg')
  let workspaces: Workspaces
  let proxy: Running | undefined
  before(async () => {
    const port = await freePort()
    workspaces = await startWorkspaces({ probeTimeout: 2000 })
    writeFileSync(cfg, cfgText(port), { mode: 0o600 })
    proxy = new Running(authproxy, ['--config', cfg])
    await proxy.prints(/listening on/)
    workspaces.directory.enableRadius({
      RadiusServers: ['127.0.0.1'],
      RadiusPort: port,
      RadiusTimeout: 20,
      RadiusRetries: 1,
      SharedSecret: oldSecret,
      AuthenticationProtocol: 'PAP',
    })
    await until(() => workspaces.directory.radius?.status === 'Completed')
  })
  after(async () => {
    await proxy?.stop()
    await workspaces.close()
    rmSync(folder, { recursive: true })
  })
  const rotate = (...words: readonly string[]) => {
    const place = ['--directory', directoryId, '--endpoint', workspaces.url, '--cfg', cfg]
    return workspacesVerb(['rotate-secret', ...place, '--yes', ...words])
  }

  test('replaces the secret of the directory and of its clients in the file', async () => {
    const { status, stdout, stderr } = await rotate()
    assert.equal(status, 0, stdout + stderr)
    assert.match(stderr, /1\/4.*2\/4.*3\/4.*4\/4/s)
    const text = readFileSync(cfg, 'utf8')
    const secret = /^radius_secret_1=(.+)$/m.exec(text)?.[1] ?? ''
    assert.notEqual(secret, oldSecret)
    assert.equal(workspaces.directory.radius?.settings.SharedSecret.reveal(), secret)
    assert.equal(text.includes('previous'), false)
    assert.match(text, /radius_secret_3=another-client-with-a-secret/)
    assert.equal(`${stdout}${stderr}`.includes(secret), false)
    assert.equal(existsSync(`${cfg}.rotation`), false)
  })

  test('can be killed in the middle, and resumed', async () => {
    const before = workspaces.directory.radius?.settings.SharedSecret.reveal()
    const place = ['--directory', directoryId, '--endpoint', workspaces.url, '--cfg', cfg]
    const killed = new Running(program, ['rotate-secret', ...place, '--yes'])
    await until(() => killed.stderr.includes('1/4'))
    killed.child.kill('SIGKILL')
    await killed.ended()
    assert.match((await rotate()).stderr, /continue it with --resume/)
    const { status, stdout, stderr } = await rotate('--resume')
    assert.equal(status, 0, stdout + stderr)
    const text = readFileSync(cfg, 'utf8')
    const secret = /^radius_secret_1=(.+)$/m.exec(text)?.[1] ?? ''
    assert.notEqual(secret, before)
    assert.equal(workspaces.directory.radius?.settings.SharedSecret.reveal(), secret)
    assert.equal(text.includes('previous'), false)
  })

  test('goes back to the former secret if AWS gets no reply', async () => {
    await proxy?.stop()
    proxy = undefined
    const before = readFileSync(cfg, 'utf8')
    const secret = workspaces.directory.radius?.settings.SharedSecret.reveal()
    const { status, stdout } = await rotate('--json')
    assert.equal(status, 1)
    assert.equal(JSON.parse(stdout).outcome, 'rolled-back')
    assert.equal(readFileSync(cfg, 'utf8'), before)
    assert.equal(workspaces.directory.radius?.settings.SharedSecret.reveal(), secret)
  })
})
