import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runCommand } from '../../packaging/command.ts'
import { skipWithout } from '../rig/debian_package.ts'

const sources = join(import.meta.dirname, '../../packaging/selinux')
const name = 'countersign_authproxy'
const read = (file: string) => readFileSync(join(sources, file), 'utf8')
const skip =
  skipWithout('checkpolicy', '/usr/bin/checkmodule') ||
  skipWithout('semodule-utils', '/usr/bin/semodule_package') ||
  skipWithout('policycoreutils', '/usr/libexec/selinux/hll/pp')

describe('the SELinux module', () => {
  test('is what checkmodule makes of its source', { skip }, () => {
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
