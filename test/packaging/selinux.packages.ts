import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { runCommand } from '../../packaging/command.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'

const name = 'countersign_authproxy'

describe("the SELinux module in Debian's policy", { skip: whyNoTrees() ?? false }, () => {
  let tree: DebianTree
  const installDir = '/srv/mfa.proxy'

  before(() => {
    tree = DebianTree.create('selinux')
    const filled = runCommand('sh', [
      '-c',
      `source_dir=packaging install_dir=${installDir}; . packaging/linux/installer/selinux.sh; print_policy_module`,
    ])
    tree.write(`/root/${name}.cil`, filled)
  })
  after(() => tree?.[Symbol.asyncDispose]())

  test('links', () => {
    tree.run(`semodule -n -s default -i /root/${name}.cil`)
    assert.match(tree.run('semodule -s default -l'), new RegExp(`^${name}$`, 'm'))
  })

  test('permits what V8, systemd and the ports need', () => {
    const policy = '/etc/selinux/default/policy/policy.*'
    const search = (rule: string) => tree.run(`sesearch -A ${rule} $(ls ${policy})`)
    assert.match(search(`-s ${name}_t -t ${name}_t -c process -p execmem`), /allow/)
    assert.match(search(`-s init_t -t ${name}_t -c process2 -p nnp_transition`), /allow/)
    assert.match(search(`-s ${name}_t -t radius_port_t -c udp_socket -p name_bind`), /allow/)
    assert.match(search(`-s ${name}_t -t init_runtime_t -c sock_file -p write`), /allow/)
  })

  test('gives files of another install directory their types', () => {
    const contexts = '/etc/selinux/default/contexts/files/file_contexts'
    const typeOf = (path: string, kind: string) =>
      /:(\w+):s0/.exec(
        tree.run(`matchpathcon -n -m ${kind} -f ${contexts} ${installDir}/${path}`),
      )?.[1]
    assert.equal(typeOf('versions/1.2.3/bin/authproxy', 'file'), `${name}_exec_t`)
    assert.equal(typeOf('versions/1.2.3/runtime/node', 'file'), `${name}_exec_t`)
    assert.equal(typeOf('conf/authproxy.cfg', 'file'), `${name}_conf_t`)
    assert.equal(typeOf('log', 'dir'), `${name}_log_t`)
    assert.equal(typeOf('run/authproxy.sock', 'file'), `${name}_run_t`)
  })
})
