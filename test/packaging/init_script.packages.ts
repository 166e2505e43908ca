import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort } from '../rig/running.ts'
import { buildPackages } from './rig/built_packages.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'

const root = '/opt/countersign-authproxy'
const secret = 'z0PSzBM1sUbh3p2L4MBT4cQA'

/** A chroot in which no systemd runs; its loopback is that of the machine. */
describe('./install without systemd', { skip: whyNoTrees() ?? false }, () => {
  let tree: DebianTree
  let unpacked: string
  let port: number

  before(async () => {
    const folder = buildPackages('tar')
    const archive = readdirSync(folder).find((name) => /authproxy.*gz$/.test(name)) ?? ''
    tree = DebianTree.create('bookworm')
    tree.mountKernelFolders()
    unpacked = tree.unpack(join(folder, archive))
    port = await freePort()
  })
  after(() => {
    tree?.attempt('/etc/init.d/countersign-authproxy stop')
    return tree?.[Symbol.asyncDispose]()
  })

  const signIn = () =>
    tree.run(
      `echo 'User-Name=alice,User-Password=push' | radclient -x 127.0.0.1:${port} auth ${secret}`,
    )

  test('installs an init script that starts the proxy without privileges', () => {
    assert.match(tree.run(`${unpacked}/install --silent`), /init\.d\/countersign-authproxy start/)
    // nothing listens at the port of the API, so failmode decides
    tree.write(
      `${root}/conf/authproxy.cfg`,
      `[duo_only_client]
[radius_server_duo_only]
ikey=DI3NW6TN9AIHX4IUGHW8
skey=9OKeBA0QjEkfBOP0ZY9FQR5WH2fCw3ey6FOra2M8
api_host=127.0.0.1
api_port=9
failmode=safe
radius_ip_1=127.0.0.1
radius_secret_1=${secret}
port=${port}
`,
    )
    tree.run('/etc/init.d/countersign-authproxy start')
    const status = tree.run('cat /proc/$(cat /run/countersign-authproxy.pid)/status')
    assert.match(status, /^NoNewPrivs:\t1$/m)
    assert.match(status, /^CapEff:\t0000000000000400$/m)
    assert.doesNotMatch(status, /^Uid:\t0/m)
    assert.match(signIn(), /Received Access-Accept/)
  })

  test('upgrades and restarts it', () => {
    tree.run(`sed -i 's/"version": ".*"/"version": "9.0.1"/' ${unpacked}/package.json`)
    tree.run(`${unpacked}/install --silent`)
    assert.match(tree.run(`${root}/bin/authproxyctl version`), /9\.0\.1/)
    assert.match(signIn(), /Received Access-Accept/)
  })

  test('uninstalls it', () => {
    tree.run(`${root}/uninstall --silent --keep-conf no --keep-log no`)
    assert.equal(tree.run('ls /opt; ls /etc/rc2.d | grep countersign || true'), '')
  })
})
