import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Log } from '../../src/host/log.ts'
import { ProgramLog } from '../../src/host/program_log.ts'
import { Secret } from '../../src/host/secret.ts'
import { Syslog } from '../../src/host/syslog.ts'
import { until } from '../rig/until.ts'

const source = join(import.meta.dirname, '../../src/host')

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-log-'))
}

async function writeLines(write: (log: Log) => void, debug = false): Promise<string[]> {
  const folder = newFolder()
  const log = new ProgramLog({
    component: 'countersign.proxy',
    debug,
    file: { folder, name: 'authproxy.log', maxSize: 0, maxFiles: 6 },
    clock: { now: () => Date.UTC(2021, 5, 16, 10, 55, 9, 103) },
  })
  write(log)
  await log.close()
  return readFileSync(join(folder, 'authproxy.log'), 'utf8').split('\n').slice(0, -1)
}

describe('authproxy.log', () => {
  test('writes the date with microseconds and offset, component, level and text', async () => {
    const [line] = await writeLines((log) => log.info('Init Complete'))
    assert.match(
      line ?? '',
      /^2021-06-1\dT\d\d:55:09\.103000[+-]\d{4} \[countersign\.proxy#info\] Init Complete$/,
    )
  })

  test('writes the current UTC offset when summer time ends', () => {
    const program = `
      import { ProgramLog } from '${source}/program_log.ts'
      let now = Date.UTC(2021, 9, 31, 0, 59, 59, 999)
      const log = new ProgramLog({ component: 'a', debug: false, stdout: true, clock: { now: () => now++ } })
      log.info('x'); log.info('x'); now = 0; log.info('x')`
    const ran = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', program], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'Europe/Berlin' },
    })
    assert.deepEqual(
      ran.stdout.split('\n').map((line) => line.slice(0, 31)),
      [
        '2021-10-31T02:59:59.999000+0200',
        '2021-10-31T02:00:00.000000+0100',
        '1970-01-01T01:00:00.000000+0100',
        '',
      ],
    )
  })

  test('appends fields to the message', async () => {
    const [line] = await writeLines((log) =>
      log.warn('dropped', { from: '10.0.0.1', count: 2, again: false, none: undefined, list: [1] }),
    )
    assert.match(
      line ?? '',
      /#warn\] dropped from='10\.0\.0\.1' count=2 again=false none=undefined list=\[ 1 \]$/,
    )
  })

  test('writes debug lines only if enabled', async () => {
    assert.equal((await writeLines((log) => log.debug('x'))).length, 0)
    assert.equal((await writeLines((log) => log.debug('x'), true)).length, 1)
  })

  test('prints secrets at any depth as [secret]', async () => {
    const secret = new Secret('open sesame')
    const lines = await writeLines((log) => {
      log.info(`a ${secret}`, { secret, deep: { list: [{ secret }] }, map: new Map([[1, secret]]) })
      log.error('failed', { error: new Error(`with ${secret}`) })
    })
    assert(!lines.join('\n').includes('sesame'))
    assert.equal(lines[0]?.split('[secret]').length, 5)
  })

  test('escapes line breaks and control characters', async () => {
    const lines = await writeLines((log) => {
      log.info('login attempt for username \r\n2021-01-01 [x#info] forged', {
        name: 'a\u0000\u001b[2J\u0085\u2028\n2021-01-01 forged',
      })
    })
    assert.equal(lines.length, 1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
    assert.doesNotMatch(lines[0] ?? '', /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  })

  test('writes the same lines to stdout, and survives a closed pipe', () => {
    const program = `
      import { ProgramLog } from '${source}/program_log.ts'
      const log = new ProgramLog({ component: 'a', debug: false, stdout: true, clock: { now: () => 0 } })
      for (let line = 0; line < 20000; line++) log.info('hello ' + line)
      await log.close()`
    const run = (tail: string) =>
      spawnSync(
        'sh',
        [
          '-c',
          `"$0" --input-type=module-typescript --eval "$1" 2>&1 | ${tail}`,
          process.execPath,
          program,
        ],
        { encoding: 'utf8', timeout: 15_000 },
      ).stdout
    assert.equal(run('wc --lines').trim(), '20000')
    assert.match(run('head --lines=1'), /\[a#info\] hello 0\n$/)
  })
})

describe('log_syslog', () => {
  /** A logger(1) that records its arguments and input. */
  function fakeLogger(folder: string, ending: string): string {
    const path = join(folder, 'logger')
    writeFileSync(path, `#!/bin/sh\necho "$@" >> ${folder}/calls\n${ending}\n`)
    chmodSync(path, 0o755)
    return path
  }

  test('passes lines to logger with facility, tag and severity', async () => {
    const folder = newFolder()
    const logger = fakeLogger(folder, `cat > ${folder}/lines`)
    const syslog = new Syslog({ facility: 'LOG_LOCAL3', tag: 'authproxy', logger })
    syslog.write(6, '[a#info] one')
    syslog.write(3, '[a#error] two')
    await syslog.close()
    const calls = readFileSync(join(folder, 'calls'), 'utf8')
    assert.equal(calls, '--priority local3.info --tag authproxy --prio-prefix\n')
    const lines = readFileSync(join(folder, 'lines'), 'utf8')
    assert.equal(lines, '<6>[a#info] one\n<3>[a#error] two\n')
  })

  test('restarts a logger that exits, and counts lost lines', async () => {
    const folder = newFolder()
    const logger = fakeLogger(folder, 'exit 1')
    const syslog = new Syslog({ facility: 'LOG_USER', tag: 'a', logger, restartMs: 10 })
    const calls = () => {
      syslog.write(6, 'x')
      const file = join(folder, 'calls')
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
    }
    await until(() => calls() >= 3)
    await syslog.close()
    assert(syslog.lost > 0)
  })

  test('counts lost lines if logger is missing', async () => {
    const syslog = new Syslog({ facility: 'LOG_USER', tag: 'a', logger: '/nowhere/logger' })
    syslog.write(6, 'x')
    await until(() => {
      syslog.write(6, 'x')
      return syslog.lost > 0
    })
    await syslog.close()
  })
})
