import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { version } from '../../src/host/version.ts'
import { buildPackages } from './rig/built_packages.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'
import { signIn, startLoad, startPair } from './rig/installed_pair.ts'

const skip = whyNoTrees() ?? false
const root = '/opt/countersign-authproxy'
const config = `${root}/conf/authproxy.cfg`

/** Every path with owner, mode and link, except what changes by itself. */
const listTree = `find / -xdev \\( -path /root -o -path /run -o -path /tmp -o -path /proc -o -path /sys -o -path /dev \\
  -o -path /var/log/journal -o -path /var/lib/systemd -o -path /var/tmp \\) -prune -o -printf '%p %u:%g %m %l\\n' | sort
  sort /etc/passwd /etc/group /etc/shadow /etc/gshadow`

/** What useradd and userdel leave. */
const leftByAccounts =
  /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-|^\/var\/log\/(lastlog|faillog)/

describe('./install under systemd', { skip }, () => {
  let tree: DebianTree
  let proxy: string
  let service: string
  let listed: string[]

  before(async () => {
    const folder = buildPackages('tar')
    tree = DebianTree.create('bookworm')
    const [archiveOfService, archiveOfProxy] = ['countersign-[0-9]', 'countersign-authproxy'].map(
      (name) => readdirSync(folder).find((file) => new RegExp(`^${name}.*gz$`).test(file)) ?? '',
    )
    proxy = tree.unpack(join(folder, archiveOfProxy ?? ''))
    service = tree.unpack(join(folder, archiveOfService ?? ''))
    await tree.boot()
    listed = tree.run(listTree).split('\n')
  })
  after(() => tree?.[Symbol.asyncDispose]())

  /** A copy of the unpacked archive, with another version. */
  function makeVersion(name: string): string {
    tree.run(`cp -a ${proxy} /root/${name}
      sed -i 's/"version": ".*"/"version": "${name}"/' /root/${name}/package.json`)
    return `/root/${name}`
  }

  test('installs both silently', () => {
    tree.run(`cd ${service} && ./install --silent`)
    const printed = tree.run(
      `cd ${proxy} && ./install --silent --install-dir ${root} --service-user=authproxy_svc --log-group authproxy_grp --create-init-script yes --enable-selinux=no`,
    )
    assert.match(printed, new RegExp(`proxy ${version} was installed in ${root}`))
    assert.match(printed, new RegExp(`edit ${config}`))
  })

  test('gives files the documented owners and modes', () => {
    const listed = tree.run(
      `cd ${root} && stat -c '%n %U:%G %a' conf conf/authproxy.cfg log run versions current/runtime/node uninstall`,
    )
    assert.equal(
      listed,
      `conf authproxy_svc:authproxy_svc 750
conf/authproxy.cfg authproxy_svc:authproxy_svc 600
log authproxy_svc:authproxy_grp 2750
run authproxy_svc:authproxy_svc 750
versions root:root 755
current/runtime/node root:root 755
uninstall root:root 777
`,
    )
    assert.match(tree.run('getent passwd authproxy_svc'), /:\/usr\/sbin\/nologin$/m)
  })

  test('answers a sign-in', () => {
    startPair(tree, {
      serviceBin: '/opt/countersign/bin',
      proxyBin: `${root}/bin`,
      proxyConfig: config,
    })
    assert.match(signIn(tree, config), /Received Access-Accept/)
  })

  test('serves the pages and their assets', () => {
    const fetched = tree.run(`${root}/current/runtime/node -e "
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      const get = async (path) => (await fetch('https://localhost:8443' + path)).text()
      get('/portal').then(async (page) => console.log((await get(/src=.([^ ]+[.]js)/.exec(page)[1])).length))
    " 2> /dev/null`)
    assert.ok(Number(fetched) > 100, fetched)
  })

  test('confines the running proxy', (t) => {
    const status = tree.run(
      'cat /proc/$(systemctl show -p MainPID --value countersign-authproxy)/status',
    )
    assert.match(status, /^NoNewPrivs:\t1$/m)
    assert.match(status, /^Seccomp:\t2$/m)
    assert.match(status, /^CapEff:\t0000000000000400$/m)
    for (const unit of ['countersign-authproxy', 'countersign']) {
      const exposure = /exposure level.*: ([\d.]+)/.exec(
        tree.run(`systemd-analyze security --no-pager ${unit}`),
      )?.[1]
      t.diagnostic(`systemd-analyze security ${unit}: ${exposure}`)
      assert.ok(Number(exposure) <= 2, exposure)
    }
  })

  test('reloads through the unit', () => {
    tree.run('systemctl reload countersign-authproxy')
    assert.match(signIn(tree, config), /Received Access-Accept/)
  })

  test('gives log files to the log group', () => {
    assert.equal(tree.run(`stat -c %G ${root}/log/authproxy.log`), 'authproxy_grp\n')
  })

  test('upgrades under load without losing a sign-in', async (t) => {
    const next = makeVersion('9.0.1')
    tree.run(`echo '; kept' >> ${config}`)
    const load = await startLoad(tree, config, 600)
    const printed = tree.run(`${next}/install --silent`)
    t.diagnostic(printed)
    assert.match(printed, /was upgraded from .* to 9.0.1/)
    const counts = await load.output
    t.diagnostic(counts)
    assert.match(counts, /Accepted +: 600\n/)
    assert.match(counts, /Lost +: 0\n/)
    assert.match(tree.read(config), /; kept/)
    assert.match(tree.run(`${root}/bin/authproxyctl version`), /9\.0\.1/)
  })

  test('goes back to the running version if the new one does not start', () => {
    const broken = makeVersion('9.0.2')
    tree.run(`cat > ${broken}/lib/cmd/authproxy.js <<'EOF'
if (!process.argv.includes('--check')) {
  process.stderr.write('cannot start today\\n')
  process.exitCode = 1
}
EOF`)
    const { status, output } = tree.attempt(`${broken}/install --silent`)
    assert.equal(status, 1)
    assert.match(output, /9\.0\.2 does not start; the end of its log:\n(.|\n)*cannot start today/)
    assert.match(output, /runs again/)
    assert.equal(tree.run(`readlink ${root}/current`), 'versions/9.0.1\n')
    assert.equal(tree.run(`ls ${root}/versions`), `${version}\n9.0.1\n`)
    assert.match(signIn(tree, config), /Received Access-Accept/)
  })

  test('refuses a version that does not accept the configuration, and changes nothing', () => {
    const strict = makeVersion('9.0.3')
    tree.run(`cat > ${strict}/lib/cmd/authproxy.js <<'EOF'
process.stdout.write('authproxy.cfg:3: no')
process.exitCode = 2
EOF`)
    const pid = tree.run('systemctl show -p MainPID countersign-authproxy')
    const { status, output } = tree.attempt(`${strict}/install --silent`)
    assert.equal(status, 1)
    assert.match(output, /9\.0\.3 does not accept the configuration:\nauthproxy.cfg:3: no/)
    assert.equal(tree.run('systemctl show -p MainPID countersign-authproxy'), pid)
  })

  test('keeps the last two versions', () => {
    tree.run(`${makeVersion('9.0.4')}/install --silent`)
    assert.equal(tree.run(`ls ${root}/versions`), '9.0.1\n9.0.4\n')
  })

  test('uninstalls everything but what it says', () => {
    const kept = tree.run(`${root}/uninstall --silent`)
    assert.match(kept, /is removed; kept: \S+\/conf \S+\/log$/m)
    assert.equal(tree.run(`ls ${root}`), 'accounts\nconf\nlog\n')
    tree.run(`${proxy}/install --silent && ${root}/uninstall --silent --keep-conf no --keep-log=no`)
    tree.run('/opt/countersign/uninstall --silent --keep-conf=no --keep-data no')
    const now = tree.run(listTree).split('\n')
    const left = now.filter((line) => !listed.includes(line) && !leftByAccounts.test(line))
    const lost = listed.filter((line) => !now.includes(line) && !leftByAccounts.test(line))
    assert.deepEqual({ left, lost }, { left: [], lost: [] })
  })
})
