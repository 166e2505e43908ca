import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { findFilePermissions } from '../../../src/ctl/connectivity/file_permissions.ts'

const nobody = { uid: 65_534, gid: 65_534 }

describe('the user that runs the proxy', { skip: process.platform === 'win32' }, () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'permissions-'))
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'authproxy.cfg'), '[main]\n', { mode: 0o600 })
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function find(user: { uid: number; gid: number }): string {
    const paths = { configFile: join(folder, 'authproxy.cfg'), logDir: join(folder, 'log') }
    return findFilePermissions(paths, user)
      .map(({ message, remedy = '' }) => `${message}; ${remedy}`)
      .join('\n')
  }

  test('must be able to read the configuration and to write the logs', () => {
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    assert.equal(find(own), '')
    const found = find(nobody)
    assert.match(
      found,
      /\(id 65534\) can't read .*authproxy\.cfg \(mode 0600, owner \d+\); run: chown/,
    )
    assert.match(found, /can't write to log_dir .*log; run: mkdir -p .* && chown 65534:65534 /)
  })

  test('is given commands that a shell takes as they are meant', () => {
    const logDir = join(folder, "a log; touch 'owned'")
    const paths = { configFile: join(folder, 'authproxy.cfg'), logDir }
    const remedies = findFilePermissions(paths, nobody).map(({ remedy }) => remedy)
    const quoted = `'${folder}/a log; touch '\\''owned'\\'''`
    assert.equal(remedies.at(-1), `run: mkdir -p ${quoted} && chown 65534:65534 ${quoted}`)
  })

  test('may be one of others or of the group', () => {
    chmodSync(join(folder, 'authproxy.cfg'), 0o604)
    mkdirSync(join(folder, 'log'))
    chmodSync(join(folder, 'log'), 0o777)
    assert.match(
      find(nobody),
      /^.*authproxy\.cfg holds secrets, and every user .*; run: chmod 600 \S+$/,
    )
  })

  test('a key file that others can read is a finding of its own', () => {
    writeFileSync(join(folder, 'authproxy.key'), 'key')
    chmodSync(join(folder, 'authproxy.key'), 0o644)
    assert.match(find({ uid: 0, gid: 0 }), /authproxy\.key holds secrets, and every user/)
  })
})
