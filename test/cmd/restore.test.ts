import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { Running } from '../rig/running.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')

describe('countersign restore, on a new machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  const [old, file] = [join(folder, 'old'), join(folder, 'backup')]
  before(() => {
    assert.equal(run(old, 'init').status, 0)
    assert.equal(run(old, 'user add alice').status, 0)
    assert.equal(run(old, `backup ${file}`).status, 0)
  })
  after(() => rmSync(folder, { recursive: true }))

  function run(data: string, line: string, more: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, COUNTERSIGN_DATA: data, NO_COLOR: '1', ...more }
    return countersignVerb(line.split(' '), { env, cwd: folder })
  }
  const key = (data: string) => join(data, 'sealing.key')

  test('works in a folder with an empty database', () => {
    const data = join(folder, 'made')
    run(data, 'init')
    const refused = run(data, `restore ${file}`)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /put the right sealing\.key back/)
    copyFileSync(key(old), key(data))
    assert.equal(run(data, `restore ${file}`).stderr, '')
    assert.match(run(data, 'user list').stdout, /alice/)
    assert.match(run(data, `restore ${file}`).stderr, /has data in it; .*--force/)
  })

  test('works in a folder that another verb used before', () => {
    const data = join(folder, 'pointed')
    mkdirSync(data)
    copyFileSync(key(old), key(data))
    assert.equal(run(data, 'user list').status, 1)
    assert.equal(run(data, `restore ${file}`).stderr, '')
    assert.match(run(data, 'user list').stdout, /alice/)
  })

  test('creates the folder if the sealing key is in the environment', () => {
    const data = join(folder, 'absent')
    const COUNTERSIGN_SEALING_KEY = readFileSync(key(old), 'utf8').trim()
    assert.equal(run(data, `restore ${file}`, { COUNTERSIGN_SEALING_KEY }).stderr, '')
    assert.match(run(data, 'user list', { COUNTERSIGN_SEALING_KEY }).stdout, /alice/)
    assert(!existsSync(key(data)))
  })

  test('refuses while a service uses the data, even with --force', async (t) => {
    const data = join(folder, 'used')
    mkdirSync(data)
    copyFileSync(key(old), key(data))
    assert.equal(run(data, `restore ${file}`).stderr, '')
    const args = ['service', '--data', data, '--port', '0']
    const service = new Running(program, args)
    t.after(() => service.stop())
    await service.prints(/listening on/)
    for (const line of [`restore ${file} --force`, `restore ${file} --force --json`]) {
      const { status, stderr } = run(data, line)
      assert.equal(status, 1)
      assert.equal(stderr, 'countersign: a service or command is using this data; stop it first\n')
    }
    assert(!existsSync(join(data, 'countersign.db.before-restore')))
    assert.equal(await service.stop(), 0)
    assert.equal(run(data, `restore ${file} --force`).stderr, '')
    assert(existsSync(join(data, 'countersign.db.before-restore')))
    assert.match(run(data, 'user list').stdout, /alice/)
  })
})
