import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { RotatingFile } from '../../src/host/rotating_file.ts'
import { until } from '../rig/until.ts'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-log-'))
}

/** Whether a file is made while nothing but the threads of the system runs. */
function appearsInThisTurn(path: string): boolean {
  const end = performance.now() + 5
  while (performance.now() < end) if (existsSync(path)) return true
  return false
}

/** Writes each line by itself, so that the file can be rotated between any two. */
async function writeSlowly(file: RotatingFile, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    file.write(line)
    await after(20)
  }
}

describe('a rotating file', () => {
  test('takes lines, and what is left of them when it is closed', async () => {
    const folder = join(newFolder(), 'log', 'deep')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 6 })
    for (let line = 1; line <= 10_000; line++) file.write(`line ${line}`)
    await file.close()
    const lines = readFileSync(join(folder, 'a.log'), 'utf8').split('\n')
    assert.equal(lines.length, 10_001)
    assert.equal(lines[9_999], 'line 10000')
    assert.equal(file.lost, 0)
    assert.equal(statSync(join(folder, 'a.log')).mode & 0o007, 0)
  })

  test('log_max_size and log_max_files: the newest is .1, the oldest is dropped', async () => {
    const folder = newFolder()
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 10, maxFiles: 2 })
    await writeSlowly(file, ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'd'])
    await file.close()
    assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'a.log.1', 'a.log.2'])
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'd\n')
    assert.equal(readFileSync(join(folder, 'a.log.1'), 'utf8'), 'cccccccccc\n')
    assert.equal(readFileSync(join(folder, 'a.log.2'), 'utf8'), 'bbbbbbbbbb\n')
  })

  test('log_max_files=0 keeps all, also those of an earlier run', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log.1'), 'older\n')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 10, maxFiles: 0 })
    await writeSlowly(file, ['aaaaaaaaaa', 'bbbbbbbbbb', 'c'])
    await file.close()
    assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'a.log.1', 'a.log.2', 'a.log.3'])
    assert.equal(readFileSync(join(folder, 'a.log.1'), 'utf8'), 'older\n')
    assert.equal(readFileSync(join(folder, 'a.log.3'), 'utf8'), 'bbbbbbbbbb\n')
  })

  test('log_max_size=0 never rotates, and goes on where it stopped', async () => {
    const folder = newFolder()
    for (const line of ['one', 'two']) {
      const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
      file.write(line)
      await file.close()
    }
    assert.deepEqual(readdirSync(folder), ['a.log'])
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'one\ntwo\n')
  })

  test('a line that was cut off by a crash is ended first', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log'), 'one\n{"tw')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
    file.write('three')
    await file.close()
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'one\n{"tw\nthree\n')
  })

  test('a folder where a file is in the way is refused at once', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'log'), '')
    assert.throws(
      () => new RotatingFile({ folder: join(folder, 'log'), name: 'a', maxSize: 0, maxFiles: 0 }),
      { code: 'EEXIST' },
    )
    mkdirSync(join(folder, 'a.log'))
    assert.throws(() => new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 0 }), {
      code: 'EISDIR',
    })
  })

  test('a full disk: nothing is thrown, lines are counted, and it recovers', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.log')
    symlinkSync('/dev/full', path)
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1, retryMs: 20 })
    await until(() => {
      file.write('lost')
      return file.lost >= 2
    })
    rmSync(path)
    await until(() => {
      file.write('kept')
      return existsSync(path) && readFileSync(path, 'utf8').includes('kept')
    })
    await file.close()
  })

  test('a full disk is said once on standard error', () => {
    const program = `
      import { RotatingFile } from '${join(import.meta.dirname, '../../src/host/rotating_file.ts')}'
      const file = new RotatingFile({ folder: process.argv[1], name: 'a.log', maxSize: 0, maxFiles: 1, retryMs: 5 })
      const timer = setInterval(() => { file.write('x'); if (file.lost > 5) { clearInterval(timer); void file.close() } }, 2)`
    const folder = newFolder()
    symlinkSync('/dev/full', join(folder, 'a.log'))
    const ran = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '--eval', program, folder],
      { encoding: 'utf8', timeout: 10_000 },
    )
    assert.equal(ran.status, 0, ran.stderr)
    assert.equal(ran.stderr.split('lines are lost until the file is writable again').length, 2)
  })

  test('a file that was moved away, or its folder, is made anew', async () => {
    const folder = join(newFolder(), 'log')
    const path = join(folder, 'a.log')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
    file.write('first')
    await until(() => readFileSync(path, 'utf8') !== '')
    renameSync(path, `${path}.moved`)
    await until(() => {
      file.write('second')
      return existsSync(path)
    })
    rmSync(folder, { recursive: true })
    await until(() => {
      file.write('third')
      return existsSync(path)
    })
    await file.close()
  })

  test('a file that is gone as soon as it is there is made anew, too', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.log')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
    rmSync(path)
    // it is removed in the very turn in which it has been opened: nobody can have looked which it was
    while (!appearsInThisTurn(path)) await new Promise(setImmediate)
    rmSync(path)
    await until(() => {
      file.write('line')
      return existsSync(path) && readFileSync(path, 'utf8').startsWith('line')
    })
    await file.close()
  })

  test('copytruncate of logrotate: what comes after is appended from the start', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.log')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 0 })
    file.write('first')
    await until(() => readFileSync(path, 'utf8') !== '')
    execFileSync('truncate', ['--size=0', path])
    file.write('second')
    await file.close()
    assert.equal(readFileSync(path, 'utf8'), 'second\n')
  })
})
