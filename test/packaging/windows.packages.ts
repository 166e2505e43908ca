import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runCommand } from '../../packaging/command.ts'
import { version } from '../../src/host/version.ts'
import { freePort } from '../rig/running.ts'
import { until } from '../rig/until.ts'
import { buildPackages } from './rig/built_packages.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'

const skip = whyNoTrees() ?? false
const place = '/root/.wine/drive_c/Program Files/Countersign Authentication Proxy'
const secret = 'z0PSzBM1sUbh3p2L4MBT4cQA'

/**
 * Wine 10, which is in Debian 13; that of Debian 12 can't run Node 24. It has no permissions, no real DPAPI
 * and no event log, and a pipe to a Linux program is none to a Windows program: output goes to files.
 */
describe('the Windows installer under Wine', { skip }, () => {
  let tree: DebianTree

  before(() => {
    const folder = buildPackages('windows')
    tree = DebianTree.create('wine')
    const installer = readdirSync(folder).find((name) => name.endsWith('.exe')) ?? ''
    tree.add(join(folder, installer), '/root/setup.exe')
    tree.mountKernelFolders()
    wine('wineboot --init')
  })
  after(() => {
    if (tree !== undefined) tree.attempt('HOME=/root /usr/lib/wine/wineserver64 -k')
    return tree?.[Symbol.asyncDispose]()
  })

  const path = (name: string) => join(tree.folder, place, name)

  /** @returns What the Windows program prints. */
  function wine(command: string, input = '/dev/null'): string {
    const environment = 'export HOME=/root WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="'
    tree.run(
      `${environment}; cd /root; /usr/lib/wine/wine64 ${command} < ${input} > /root/out 2> /root/err || { cat /root/err /root/out; exit 1; }`,
    )
    return tree.read('/root/out')
  }

  const state = () => /STATE +: \d+ +(\w+)/.exec(wine('sc query CountersignAuthProxy'))?.[1]

  function run(program: string, args: string, input?: string): string {
    return wine(`'${place}/runtime/node.exe' '${place}/lib/cmd/${program}.js' ${args}`, input)
  }

  test('installs silently, and registers service and uninstaller', () => {
    wine('setup.exe /S')
    assert.ok(existsSync(path('runtime/node.exe')))
    assert.ok(existsSync(path('conf/authproxy.cfg')))
    assert.equal(state(), 'STOPPED')
    const key =
      'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\CountersignAuthProxy'
    assert.match(
      wine(`reg query '${key}' /v DisplayVersion`),
      new RegExp(version.replaceAll('.', '\\.')),
    )
  })

  test('runs its programs', () => {
    assert.match(run('authproxy', '--version'), new RegExp(`^${version}`))
  })

  test('encrypts secrets for this machine with DPAPI', async () => {
    const port = await freePort()
    writeFileSync(
      path('conf/authproxy.cfg'),
      [
        '[duo_only_client]',
        '[radius_server_duo_only]',
        'ikey=DI3NW6TN9AIHX4IUGHW8',
        'skey=9OKeBA0QjEkfBOP0ZY9FQR5WH2fCw3ey6FOra2M8',
        'api_host=127.0.0.1',
        'api_port=9',
        'failmode=safe',
        'radius_ip_1=127.0.0.1',
        `radius_secret_1=${secret}`,
        `port=${port}`,
        '',
      ].join('\r\n'),
    )
    run('authproxy_passwd', `--whole-config -y --config '${place}/conf/authproxy.cfg'`)
    const config = readFileSync(path('conf/authproxy.cfg'), 'utf8')
    assert.match(config, /^skey_protected=/m)
    assert.doesNotMatch(config, new RegExp(secret))
    // more than the 32 bytes of the key itself
    const key = Buffer.from(readFileSync(path('conf/authproxy.key'), 'utf8'), 'base64')
    assert.ok(key.length > 100)
  })

  test('answers RADIUS requests as a service, and stops', async () => {
    const port = /^port=(\d+)/m.exec(readFileSync(path('conf/authproxy.cfg'), 'utf8'))?.[1]
    // Wine's sc reports a failure though the service starts
    try {
      wine('sc start CountersignAuthProxy')
    } catch {}
    await until(() => state() === 'RUNNING')
    await until(() => /Init Complete/.test(readLog()))
    writeFileSync(join(tree.folder, 'root/request'), 'User-Name=alice,User-Password=push\n')
    const reply = runCommand('radclient', [
      '-x',
      '-f',
      join(tree.folder, 'root/request'),
      `127.0.0.1:${port}`,
      'auth',
      secret,
    ])
    assert.match(reply, /Received Access-Accept/)
    try {
      wine('sc stop CountersignAuthProxy')
    } catch {}
    await until(() => state() === 'STOPPED')
  })

  const readLog = () =>
    existsSync(path('log/authproxy.log')) ? readFileSync(path('log/authproxy.log'), 'utf8') : ''

  test('leaves out the Proxy Manager if asked to, and keeps the configuration in an upgrade', () => {
    const before_ = readFileSync(path('conf/authproxy.cfg'), 'utf8')
    wine('setup.exe /S /exclude-auth-proxy-manager')
    assert.ok(existsSync(path('lib/cmd/authproxy.js')))
    assert.ok(!existsSync(path('lib/cmd/authproxy_manager.js')))
    assert.equal(readFileSync(path('conf/authproxy.cfg'), 'utf8'), before_)
  })

  test('uninstalls silently, and keeps configuration and logs', async () => {
    wine(`'${place}/uninstall.exe' /S`)
    // it runs as a copy of itself, so that it can delete the file
    await until(() => !existsSync(path('uninstall.exe')))
    await until(() => !existsSync(path('runtime')))
    assert.deepEqual(readdirSync(path('')).sort(), ['conf', 'log'])
  })
})
