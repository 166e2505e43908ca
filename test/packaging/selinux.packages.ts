import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runCommand } from '../../packaging/command.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'

const sources = join(import.meta.dirname, '../../packaging/selinux')
const name = 'countersign_authproxy'
const read = (file: string) => readFileSync(join(sources, file), 'utf8')

describe('the SELinux module', () => {
  test('is what checkmodule makes of its source', () => {
    const folder = mkdtempSync(join(tmpdir(), 'selinux-'))
    runCommand(join(sources, 'compile.sh'), [folder])
    assert.equal(readFileSync(join(folder, `${name}.cil`), 'utf8'), read(`${name}.cil`))
    rmSync(folder, { recursive: true })
  })

  test("requires only types that Fedora's policy has, too", () => {
    const known = new Set(
      read('fedora_names.txt')
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    )
    // types in an optional block may be missing
    const required = read(`${name}.te`).split('\noptional')[0] ?? ''
    const names = [...required.matchAll(/^\t(?:type|attribute) ([^;]+);/gm)].flatMap(([, list]) =>
      (list ?? '').split(/,\s*/),
    )
    assert.ok(names.length > 40)
    assert.deepEqual(
      names.filter((each) => !known.has(each)),
      [],
    )
  })
})

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
