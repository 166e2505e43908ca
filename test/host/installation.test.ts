import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { readInstallation, runDirFor } from '../../src/host/installation.ts'

describe('the places of an installation', () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'installation-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  test('a clone has its configuration in conf, and run beside that folder', () => {
    const { configFile, runDir, unit } = readInstallation(root)
    assert.equal(configFile, join(root, 'conf/authproxy.cfg'))
    assert.equal(runDir, join(root, 'run'))
    assert.equal(unit, undefined)
  })

  test('installation.json names other places, from the root or absolute', () => {
    const stated = { configFile: '/etc/p/authproxy.cfg', runDir: '../run', unit: 'proxy.service' }
    writeFileSync(join(root, 'installation.json'), JSON.stringify(stated))
    const installation = readInstallation(root)
    assert.equal(installation.configFile, '/etc/p/authproxy.cfg')
    assert.equal(installation.runDir, join(root, '../run'))
    assert.equal(installation.unit, 'proxy.service')
    assert.equal(runDirFor('/etc/p/authproxy.cfg', installation), join(root, '../run'))
    assert.equal(runDirFor('/srv/conf/other.cfg', installation), '/srv/run')
    assert.equal(runDirFor('/srv/other.cfg', installation), '/srv/run')
  })

  test('an installation.json that cannot be read ends a program with its message alone', () => {
    writeFileSync(join(root, 'installation.json'), '[')
    const module = join(import.meta.dirname, '../../src/host/installation.ts')
    const program = `import { ownInstallation } from ${JSON.stringify(module)}\nownInstallation(process.argv[1])`
    const args = ['--input-type=module', '-e', program, root]
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.match(stderr, /^\S+installation\.json can't be read: .*; install the package again\n$/)
    assert.equal(status, 1)
  })

  test('an installation.json that cannot be read says what to do', () => {
    writeFileSync(join(root, 'installation.json'), '{')
    assert.throws(() => readInstallation(root), {
      name: 'InstallationError',
      message: /installation\.json can't be read: .*; install the package again$/,
    })
  })
})
