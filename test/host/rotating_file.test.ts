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
import { RotatingFile } from '../../src/host/rotating_file.ts'
import { until } from '../rig/until.ts'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-log-'))
}

/** Whether a file appears while this turn of the event loop is blocked. */
function appearsInThisTurn(path: string): boolean {
  const end = performance.now() + 5
  while (performance.now() < end) if (existsSync(path)) return true
  return false
}

/** Writes each line once the one before is on disk, so that the file can be rotated between them. */
async function writeSlowly(
  file: RotatingFile,
  folder: string,
  lines: readonly string[],
): Promise<void> {
  // by another process, as a file may be renamed between two calls here
  const isWritten = (line: string) => spawnSync('grep', ['-rq', line, folder]).status === 0
  for (const line of lines) {
    file.write(line)
    await until(() => isWritten(line))
  }
}

describe('a rotating file', () => {
  test('writes all lines before it closes', async () => {
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

  test('rotates at log_max_size, and keeps log_max_files, the newest as .1', async () => {
    const folder = newFolder()
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 10, maxFiles: 2 })
    await writeSlowly(file, folder, ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'd'])
    await file.close()
    assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'a.log.1', 'a.log.2'])
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'd\n')
    assert.equal(readFileSync(join(folder, 'a.log.1'), 'utf8'), 'cccccccccc\n')
    assert.equal(readFileSync(join(folder, 'a.log.2'), 'utf8'), 'bbbbbbbbbb\n')
  })

  test('keeps all files with log_max_files=0, including those of earlier runs', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log.1'), 'older\n')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 10, maxFiles: 0 })
    await writeSlowly(file, folder, ['aaaaaaaaaa', 'bbbbbbbbbb', 'c'])
    await file.close()
    assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'a.log.1', 'a.log.2', 'a.log.3'])
    assert.equal(readFileSync(join(folder, 'a.log.1'), 'utf8'), 'older\n')
    assert.equal(readFileSync(join(folder, 'a.log.3'), 'utf8'), 'bbbbbbbbbb\n')
  })

  test('never rotates with log_max_size=0, and appends after a restart', async () => {
    const folder = newFolder()
    for (const line of ['one', 'two']) {
      const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
      file.write(line)
      await file.close()
    }
    assert.deepEqual(readdirSync(folder), ['a.log'])
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'one\ntwo\n')
  })

  test('first ends a line that a crash truncated', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.log'), 'one\n{"tw')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
    file.write('three')
    await file.close()
    assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'one\n{"tw\nthree\n')
  })

  test('throws if the folder or the file can’t be created', () => {
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

  test('counts lost lines on a full disk, and recovers', async () => {
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

  test('reports a full disk once on standard error', () => {
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

  test('recreates a file and its folder after they were moved or removed', async () => {
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

  test('recreates a file that was removed right after it was opened', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.log')
    const file = new RotatingFile({ folder, name: 'a.log', maxSize: 0, maxFiles: 1 })
    rmSync(path)
    // removes it in the same turn in which it was opened, before its inode could be read
    while (!appearsInThisTurn(path)) await new Promise(setImmediate)
    rmSync(path)
    await until(() => {
      file.write('line')
      return existsSync(path) && readFileSync(path, 'utf8').startsWith('line')
    })
    await file.close()
  })

  test('continues at the start after logrotate’s copytruncate', async () => {
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
