import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { buildPackages } from './rig/built_packages.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'
import { signIn, startPair } from './rig/installed_pair.ts'

const skip = whyNoTrees() ?? false
const config = '/etc/countersign/authproxy.cfg'

/** Every path but those of the system's own bookkeeping. */
const listTree = `find / -xdev \\( -path /root -o -path /run -o -path /tmp -o -path /proc -o -path /sys -o -path /dev \\
  -o -path /var/log/journal -o -path /var/lib/systemd/catalog -o -path /var/lib/dpkg -o -path /var/log/dpkg.log \\
  -o -path /var/tmp \\) -prune -o -printf '%p %u:%g %m\\n' | sort
  sort /etc/passwd /etc/group`

/** What adduser leaves; and /opt, which is empty and belongs to no package in a minimal system. */
const documented = /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)- |^\/opt /

describe('the Debian packages', { skip }, () => {
  let tree: DebianTree
  let listed: string

  before(async () => {
    tree = DebianTree.create('bookworm')
    for (const version of ['1.0.0', '1.0.1']) {
      const folder = buildPackages('deb', ['--version', version])
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
        tree.add(join(folder, file), `/root/${file}`)
      }
    }
    await tree.boot()
    listed = tree.run(listTree)
  })
  after(() => tree?.[Symbol.asyncDispose]())

  test('install, and start nothing before it is configured', () => {
    const printed = tree.run('dpkg -i /root/*_1.0.0_amd64.deb')
    assert.match(printed, /edit \/etc\/countersign\/authproxy.cfg, then run: systemctl start/)
    assert.equal(tree.attempt('systemctl is-active countersign-authproxy').status, 3)
    assert.equal(
      tree.run('systemctl is-enabled countersign-authproxy countersign'),
      'enabled\nenabled\n',
    )
  })

  test('give files the documented owners and modes', () => {
    const log = '/var/log/countersign-authproxy'
    assert.equal(
      tree.run(
        `stat -c '%n %U:%G %a' ${config} /etc/countersign/countersign.cfg ${log} /var/lib/countersign`,
      ),
      `${config} authproxy_svc:authproxy_svc 600
/etc/countersign/countersign.cfg root:countersign 640
${log} authproxy_svc:authproxy_grp 2750
/var/lib/countersign countersign:countersign 700
`,
    )
  })

  test('answer a sign-in', () => {
    startPair(tree, { serviceBin: '/usr/bin', proxyBin: '/usr/bin', proxyConfig: config })
    assert.match(signIn(tree, config), /Received Access-Accept/)
    tree.run('authproxyctl status')
  })

  test('share the program workspaces, and prefer that of the proxy', () => {
    assert.equal(
      tree.run('readlink -f /usr/bin/workspaces'),
      '/opt/countersign-authproxy/bin/workspaces\n',
    )
    assert.match(tree.run('workspaces --help'), /rotate-secret/)
  })

  test('refuse an upgrade to a version that rejects the configuration', () => {
    const pid = tree.run('systemctl show -p MainPID countersign-authproxy')
    tree.run(`cp ${config} /root/good.cfg; echo '[radius_server_nonsense' >> ${config}`)
    const { status, output } = tree.attempt('dpkg -i /root/countersign-authproxy_1.0.1_amd64.deb')
    assert.notEqual(status, 0)
    assert.match(output, /the new version does not accept .*; nothing was changed/)
    assert.equal(tree.run('systemctl show -p MainPID countersign-authproxy'), pid)
    assert.match(tree.run('dpkg -s countersign-authproxy'), /ok installed(.|\n)*Version: 1.0.0/)
    tree.run(`cp /root/good.cfg ${config}`)
  })

  test('keep an edited configuration in an upgrade, and restart', () => {
    tree.run(`echo '; kept' >> ${config}; dpkg -i /root/*_1.0.1_amd64.deb`)
    assert.match(tree.read(config), /; kept/)
    assert.equal(tree.run(`stat -c '%U %a' ${config}`), 'authproxy_svc 600\n')
    assert.match(tree.run('authproxyctl version'), /1\.0\.1/)
    assert.match(signIn(tree, config), /Received Access-Accept/)
    assert.match(tree.run('ls /var/lib/countersign'), /before-upgrade-from-1.0.0.db/)
    assert.equal(tree.run('ls /var/lib/dpkg/info | grep -c check.tar || true'), '0\n')
  })

  test('keep the program workspaces as long as one of them is installed', () => {
    tree.run('dpkg -r countersign-authproxy')
    assert.equal(tree.run('readlink -f /usr/bin/workspaces'), '/opt/countersign/bin/workspaces\n')
    assert.match(tree.run('workspaces --version'), /1\.0\.1/)
  })

  test('leave configuration and logs when removed', () => {
    tree.run('dpkg -r countersign')
    assert.equal(tree.run('find /usr/bin /etc/alternatives -name workspaces'), '')
    assert.match(tree.read(config), /; kept/)
    assert.match(tree.run('ls /var/log/countersign-authproxy'), /authproxy.log/)
    assert.equal(tree.attempt('systemctl is-active countersign-authproxy').status, 3)
  })

  test('leave nothing but the data of the service when purged', () => {
    const printed = tree.run('dpkg -P countersign-authproxy countersign')
    assert.match(printed, /the data in \/var\/lib\/countersign is kept, with the user countersign/)
    tree.run('rm -rf /var/lib/countersign; deluser --quiet --system countersign')
    const now = tree.run(listTree).split('\n')
    const before_ = listed.split('\n')
    const left = now.filter((line) => !before_.includes(line) && !documented.test(line))
    const lost = before_.filter((line) => !now.includes(line) && !documented.test(line))
    assert.deepEqual({ left, lost }, { left: [], lost: [] })
  })
})
