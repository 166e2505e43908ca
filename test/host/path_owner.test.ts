import assert from 'node:assert/strict'
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
import { findAccount } from '../../src/host/account.ts'
import { asAccount, findPathOwner } from '../../src/host/path_owner.ts'
import { readConfigFile, readRegularFile } from '../../src/host/regular_file.ts'
import { createFile, replaceFile } from '../../src/host/replace_file.ts'
import { readOrMakeKey } from '../../src/proxy/sections/protected_value.ts'

const isRoot = process.getuid?.() === 0
const nobody = findAccount('nobody') ?? { uid: 65534, gid: 65534 }

describe('file work of root in a folder of another user', { skip: !isRoot && 'needs root' }, () => {
  let folder: string
  /** Belongs to `nobody`. */
  let conf: string
  let file: string
  /** Only root can read it. */
  let secret: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'path-owner-'))
    chmodSync(folder, 0o755)
    conf = join(folder, 'conf')
    mkdirSync(conf)
    chownSync(conf, nobody.uid, nobody.gid)
    file = join(conf, 'authproxy.cfg')
    secret = join(folder, 'secret')
    writeFileSync(secret, 'secret of root\n', { mode: 0o600 })
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('has the rights of that user only until the work ends, also if it fails', () => {
    const groups = process.getgroups?.()
    const refused = { code: 'EACCES' }
    assert.throws(() => asAccount(nobody, () => readFileSync(secret)), refused)
    assert.equal(readFileSync(secret, 'utf8'), 'secret of root\n')
    assert.deepEqual([process.geteuid?.(), process.getegid?.()], [0, process.getgid?.()])
    assert.deepEqual(process.getgroups?.(), groups)
  })

  test('finds the user behind links of root, and root where only root can change the path', () => {
    const link = join(folder, 'link.cfg')
    symlinkSync(file, link)
    assert.equal(findPathOwner(link).uid, nobody.uid)
    writeFileSync(join(folder, 'own.cfg'), '')
    chownSync(join(folder, 'own.cfg'), nobody.uid, nobody.gid)
    assert.equal(findPathOwner(join(folder, 'own.cfg')).uid, 0)
    assert.equal(findPathOwner(join(folder, 'own.cfg'), { ofFile: true }).uid, nobody.uid)
  })

  test('neither reads nor replaces the target of a planted link', () => {
    symlinkSync(secret, file)
    assert.throws(() => readConfigFile(file), { code: 'EACCES' })
    assert.throws(() => readRegularFile(file), { code: 'ELOOP' })
    assert.throws(() => replaceFile(file, 'changed\n'))
    assert.equal(readFileSync(secret, 'utf8'), 'secret of root\n')
  })

  test('creates no file and no key through a planted folder', () => {
    const etc = join(folder, 'etc')
    mkdirSync(etc)
    const planted = join(conf, 'planted')
    symlinkSync(etc, planted)
    assert.throws(() => createFile(join(planted, 'new.cfg'), 'new\n', nobody), { code: 'EACCES' })
    assert.throws(() => readOrMakeKey(join(planted, 'authproxy.key'), nobody), /no permission/)
    assert.equal(existsSync(join(etc, 'new.cfg')), false)
    assert.equal(existsSync(join(etc, 'authproxy.key')), false)
  })

  test('keeps mode and owner of a replaced file, and gives a key to its owner', () => {
    writeFileSync(file, 'old\n')
    chmodSync(file, 0o640)
    for (const [uid, gid] of [
      [nobody.uid, nobody.gid],
      [0, nobody.gid],
    ] as const) {
      chownSync(file, uid, gid)
      replaceFile(file, 'new\n')
      const found = statSync(file)
      assert.deepEqual([found.uid, found.gid, found.mode & 0o777], [uid, gid, 0o640])
      assert.equal(readFileSync(file, 'utf8'), 'new\n')
      const key = join(conf, `${uid}.key`)
      readOrMakeKey(key, { uid, gid })
      assert.deepEqual([statSync(key).uid, statSync(key).mode & 0o777], [uid, 0o600])
    }
  })
})
