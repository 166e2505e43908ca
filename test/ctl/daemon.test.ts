import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { writeToolLog } from '../../src/ctl/connectivity/tool_log.ts'
import { Daemon } from '../../src/ctl/daemon.ts'
import { findAccount } from '../../src/host/account.ts'
import type { Installation } from '../../src/host/installation.ts'
import { until } from '../rig/until.ts'

const needsRoot = process.getuid?.() !== 0 && 'needs root'
const nobody = findAccount('nobody') ?? { uid: 65534, gid: 65534 }

describe('log_dir of a configuration that the service user can change', { skip: needsRoot }, () => {
  let folder: string
  let configFile: string
  /** Belongs to root. */
  let etc: string
  let installation: Installation

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daemon-'))
    chmodSync(folder, 0o755)
    etc = join(folder, 'etc')
    mkdirSync(etc)
    mkdirSync(join(folder, 'conf'))
    mkdirSync(join(folder, 'bin'))
    configFile = join(folder, 'conf', 'authproxy.cfg')
    writeFileSync(configFile, '[main]\n')
    for (const path of [join(folder, 'conf'), configFile]) chownSync(path, nobody.uid, nobody.gid)
    writeFileSync(join(folder, 'bin', 'authproxy'), '#!/bin/sh\nid -u >&2\nenv >&2\n', {
      mode: 0o755,
    })
    installation = {
      root: folder,
      configFile,
      runDir: join(folder, 'run'),
      logDir: join(folder, 'log'),
      unit: undefined,
      serviceUser: 'nobody',
    }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  for (const serviceUser of ['nobody', undefined]) {
    const who = serviceUser === undefined ? 'owner of the configuration' : 'service user'
    test(`gives nothing of root's to the ${who}`, () => {
      const own = { ...installation, serviceUser }
      const logDir = join(etc, 'made', 'log')
      const refused = { code: 'EACCES' }
      assert.throws(() => writeToolLog(['x'], { logDir, configFile }, own), refused)
      assert.throws(() => writeToolLog(['x'], { logDir: etc, configFile }, own), refused)
      assert.throws(() => Daemon.spawn(configFile, logDir, own), refused)
      assert.throws(() => Daemon.spawn(configFile, etc, own), refused)
      assert.equal(existsSync(join(etc, 'made')), false)
      assert.equal(statSync(etc).uid, 0)
    })
  }

  test('is made if it is that of the installation, and belongs to the service user', () => {
    const logDir = join(folder, 'log')
    const file = writeToolLog(['x'], { logDir, configFile }, installation)
    assert.equal(readFileSync(file, 'utf8'), 'x\n')
    assert.deepEqual([statSync(logDir).uid, statSync(file).uid], [nobody.uid, nobody.uid])
    rmSync(logDir, { recursive: true })
    symlinkSync(etc, logDir)
    assert.throws(() => writeToolLog(['x'], { logDir, configFile }, installation), {
      code: 'EACCES',
    })
  })

  test('does not stop the tool by a pipe in the place of its log', () => {
    const logDir = join(folder, 'conf')
    const pipe = join(logDir, 'connectivity_tool.log')
    spawnSync('mkfifo', ['-m', '666', pipe])
    chownSync(pipe, nobody.uid, nobody.gid)
    assert.throws(() => writeToolLog(['x'], { logDir, configFile }, installation), {
      code: 'ENXIO',
    })
  })

  test('the proxy in the background sees no secret of the environment of root', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'secret of root'
    process.env.LC_TIME = 'C'
    try {
      const daemon = Daemon.spawn(configFile, join(folder, 'log'), installation)
      await until(() => daemon.failure !== undefined)
      const lines = daemon.errorLines
      assert.equal(lines[0], String(nobody.uid))
      assert(lines.includes('LC_TIME=C'), lines.join('\n'))
      assert.doesNotMatch(lines.join('\n'), /secret|HOME=/)
      rmSync(join(folder, 'log', 'authproxy.out'))
      symlinkSync(configFile, join(folder, 'log', 'authproxy.out'))
      assert.throws(() => daemon.errorLines, { code: 'ELOOP' })
    } finally {
      delete process.env.AWS_SECRET_ACCESS_KEY
      delete process.env.LC_TIME
    }
  })
})
