import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import { ConfigStore, type SaveOutcome } from '../../src/manager/config_store.ts'
import { ManualClock } from '../rig/manual_clock.ts'

let folder: string
let file: string
let store: ConfigStore
const clock = new ManualClock()
const needsRoot = process.getuid?.() !== 0 && 'needs root'

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manager-store-'))
  file = join(folder, 'authproxy.cfg')
  store = new ConfigStore(file, clock)
})
afterEach(() => rmSync(folder, { recursive: true }))

function save(text: string, base = store.read().version): SaveOutcome {
  return store.save({ text, base })
}

describe('saving', () => {
  test('creates a missing file that others cannot read', () => {
    assert.equal(store.read().version, null)
    const saved = save('[main]\n')
    assert.deepEqual(saved, { kind: 'saved', version: store.read().version })
    assert.equal(readFileSync(file, 'utf8'), '[main]\n')
    assert.equal(statSync(file).mode & 0o007, 0)
    assert.deepEqual(readdirSync(folder), ['authproxy.cfg'])
  })

  test('replaces the file, and keeps its mode and the link that leads to it', () => {
    const target = join(folder, 'real.cfg')
    writeFileSync(target, 'old\n')
    chmodSync(target, 0o640)
    symlinkSync(target, file)
    assert.equal(save('new\n').kind, 'saved')
    assert.equal(readFileSync(target, 'utf8'), 'new\n')
    assert.equal(statSync(target).mode & 0o777, 0o640)
  })

  test('as root, follows no link that the owner of the folder planted', { skip: needsRoot }, () => {
    const nobody = findAccount('nobody') ?? { uid: 65534, gid: 65534 }
    chmodSync(folder, 0o755)
    const conf = join(folder, 'conf')
    const secret = join(folder, 'secret')
    const etc = join(folder, 'etc')
    mkdirSync(conf)
    mkdirSync(etc)
    chownSync(conf, nobody.uid, nobody.gid)
    writeFileSync(secret, 'secret of root\n', { mode: 0o600 })
    store = new ConfigStore(join(conf, 'authproxy.cfg'), clock)
    symlinkSync(secret, store.file)
    assert.throws(() => store.read(), /can't be read/)
    rmSync(store.file)
    writeFileSync(store.file, 'old\n')
    chownSync(store.file, nobody.uid, nobody.gid)
    symlinkSync(etc, store.backups.folder)
    assert.equal(save('new\n').kind, 'refused')
    assert.deepEqual(readdirSync(etc), [])
    rmSync(store.backups.folder)
    assert.equal(save('new\n').kind, 'saved')
    const [backup] = store.backups.list()
    assert(backup !== undefined)
    const copy = join(store.backups.folder, backup.name)
    assert.deepEqual(
      [statSync(store.backups.folder).uid, statSync(copy).uid],
      [nobody.uid, nobody.uid],
    )
    rmSync(copy)
    symlinkSync(secret, copy)
    assert.throws(() => store.backups.read(backup.name), { code: 'ELOOP' })
  })

  test('keeps the owner', { skip: needsRoot }, () => {
    spawnSync('sh', ['-c', `echo old > ${file} && chown 1234:1235 ${file}`])
    assert.equal(save('new\n').kind, 'saved')
    const { uid, gid } = statSync(file)
    assert.deepEqual([uid, gid], [1234, 1235])
    const copy = statSync(join(folder, 'backup', store.backups.list()[0]?.name ?? ''))
    assert.equal(copy.uid, 1234)
  })

  test('gives a new file to the account that runs the proxy', { skip: needsRoot }, () => {
    const owner = findAccount('nobody')
    assert(owner !== undefined && owner.uid > 0)
    assert.equal(findAccount('no-such-account'), undefined)
    assert.equal(new ConfigStore(file, clock, owner).save({ text: '', base: null }).kind, 'saved')
    const { uid, gid, mode } = statSync(file)
    assert.deepEqual([uid, gid, mode & 0o777], [owner.uid, owner.gid, 0o600])
  })

  test('is refused if the file was changed, created or deleted meanwhile', () => {
    writeFileSync(file, 'one\n')
    const { version } = store.read()
    writeFileSync(file, 'other\n')
    const stale = save('mine\n', version)
    assert(stale.kind === 'stale')
    assert.equal(stale.current.text, 'other\n')
    assert.equal(readFileSync(file, 'utf8'), 'other\n')
    assert.equal(save('mine\n', stale.current.version).kind, 'saved')
    assert.equal(save('mine\n', null).kind, 'stale')
    rmSync(file)
    assert.equal(save('mine\n', version).kind, 'stale')
  })

  test('is refused for a read-only file, and says so before', () => {
    writeFileSync(file, 'old\n')
    chmodSync(file, 0o444)
    assert.match(store.read().readOnly ?? '', /read-only; make it writable/)
    const refused = save('new\n')
    assert(refused.kind === 'refused')
    assert.match(refused.message, /read-only/)
    assert.equal(readFileSync(file, 'utf8'), 'old\n')
  })

  test('is refused if the folder does not exist', () => {
    const refused = new ConfigStore(join(folder, 'none/authproxy.cfg'), clock).save({
      text: '',
      base: null,
    })
    assert(refused.kind === 'refused')
    assert.match(refused.message, /does not exist; create it/)
  })

  test('is refused on a full disk, and the file is unchanged', (t) => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk])
    if (mounted.status !== 0) return t.skip('needs permission to mount')
    try {
      const small = join(disk, 'authproxy.cfg')
      writeFileSync(small, 'old\n')
      const full = new ConfigStore(small, clock)
      const refused = full.save({ text: 'x'.repeat(100_000), base: full.read().version })
      assert(refused.kind === 'refused')
      assert.match(refused.message, /disk is full/)
      assert.equal(readFileSync(small, 'utf8'), 'old\n')
      assert(!readdirSync(disk).some((name) => name.endsWith('.new')))
    } finally {
      spawnSync('umount', [disk])
    }
  })
})

describe('backups', () => {
  test('hold what the file was before each save, and can be read', () => {
    save('one\n')
    save('two\n')
    chmodSync(file, 0o600)
    save('three\n')
    const [newest, oldest] = store.backups.list()
    assert.equal(store.backups.read(newest?.name ?? '')?.toString(), 'two\n')
    assert.equal(store.backups.read(oldest?.name ?? '')?.toString(), 'one\n')
    assert.match(newest?.name ?? '', /^authproxy\.cfg\.\d{8}T\d{6}Z-2$/)
    assert.equal(statSync(join(folder, 'backup', newest?.name ?? '')).mode & 0o777, 0o600)
  })

  test('are at most 20, the newest', () => {
    for (let number = 0; number < 23; number++) {
      save(`${number}\n`)
      clock.advance(1000)
    }
    const names = store.backups.list().map(({ name }) => name)
    assert.equal(names.length, 20)
    assert.equal(store.backups.read(names[0] ?? '')?.toString(), '21\n')
  })

  test('no other file can be read through them', () => {
    save('one\n')
    save('two\n')
    writeFileSync(join(folder, 'backup/other'), '')
    for (const name of ['../authproxy.cfg', 'other', '', 'authproxy.cfg']) {
      assert.equal(store.backups.read(name), undefined)
    }
  })
})

describe('the encoding', () => {
  test('of files from Windows editors is recognised', () => {
    writeFileSync(file, Buffer.from('\uFEFF[main]\r\n', 'utf16le'))
    assert.deepEqual([store.read().text, store.read().encoding], ['[main]\r\n', 'utf-16'])
    writeFileSync(file, Buffer.from('; M\xfcller\n', 'latin1'))
    assert.deepEqual([store.read().text, store.read().encoding], ['; Müller\n', 'windows-1252'])
    writeFileSync(file, '\uFEFF[main]\n')
    assert.deepEqual([store.read().text, store.read().encoding], ['\uFEFF[main]\n', 'utf-8'])
  })
})

test('notices a change on disk without a change of size', () => {
  writeFileSync(file, 'one\n')
  const before = store.version()
  assert.equal(store.version(), before)
  rmSync(file)
  writeFileSync(file, 'two\n')
  assert.notEqual(store.version(), before)
  rmSync(file)
  assert.equal(store.version(), null)
})
