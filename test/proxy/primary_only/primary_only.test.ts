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
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { PrimaryOnly, primaryOnlyFileIn } from '../../../src/proxy/primary_only/primary_only.ts'
import { answerPrimaryOnly } from '../../../src/proxy/primary_only/primary_only_command.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { RecordingLog } from '../../rig/recording_log.ts'

const minuteMs = 60_000
const isPosix = process.platform !== 'win32'

describe('primary-only mode', () => {
  let folder: string
  let file: string
  let clock: ManualClock
  let log: RecordingLog
  let mode: PrimaryOnly
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'primary-only-'))
    file = primaryOnlyFileIn(folder)
    clock = new ManualClock()
    log = new RecordingLog()
    mode = new PrimaryOnly(file, { clock, log })
  })
  afterEach(() => {
    mode.close()
    rmSync(folder, { recursive: true })
  })

  function restart(): PrimaryOnly {
    mode.close()
    mode = new PrimaryOnly(file, { clock, log })
    return mode
  }

  test('is off until it is started, and is logged at level warn', () => {
    assert.equal(mode.isActive(), false)
    mode.start(60)
    assert.equal(mode.isActive(), true)
    assert.match(
      log.lines.join('\n'),
      /^warn primary-only mode begins: until 2026-01-01 01:00:00 UTC, /,
    )
    mode.count('accepted')
    clock.advance(3 * minuteMs)
    mode.remind()
    assert.match(
      log.lines.at(-1) ?? '',
      /^warn primary-only mode is on for 57 more minutes \{ accepted: 1, rejected: 0 \}/,
    )
  })

  test('ends by itself at its limit, and logs the end', () => {
    mode.start(10)
    clock.advance(10 * minuteMs)
    assert.equal(mode.isActive(), false, 'at once, not at the next reminder')
    mode.remind()
    assert.match(log.lines.at(-1) ?? '', /^warn primary-only mode has ended: its time is over/)
    assert.equal(existsSync(file), false)
  })

  test('ends when it is stopped', () => {
    mode.start(10)
    assert.equal(mode.stop(), true)
    assert.equal(mode.isActive(), false)
    assert.equal(existsSync(file), false)
    assert.equal(mode.stop(), false)
  })

  test('takes 1 to 240 minutes', () => {
    for (const minutes of [0, 241, 1.5, Number.NaN]) {
      assert.throws(() => mode.start(minutes), RangeError)
    }
    assert.equal(mode.isActive(), false)
    mode.start(240)
    assert.equal(mode.isActive(), true)
  })

  test('a restart of the proxy neither ends nor extends it', () => {
    mode.start(10)
    clock.advance(6 * minuteMs)
    assert.equal(restart().isActive(), true)
    assert.ok(log.has('primary-only mode continues after a restart until 2026-01-01 00:10:00 UTC'))
    clock.advance(4 * minuteMs)
    assert.equal(mode.isActive(), false)
    assert.equal(restart().isActive(), false)
    assert.equal(existsSync(file), false)
  })

  test('is off while the clock says a time before its start', () => {
    mode.start(10)
    clock.advance(-minuteMs)
    assert.equal(mode.isActive(), false)
    assert.equal(restart().isActive(), false)
    assert.match(
      log.lines.at(-1) ?? '',
      /is off: .* its times are impossible; was the clock changed\?/,
    )
  })

  test('the file belongs to the proxy alone', { skip: !isPosix }, () => {
    mode.start(10)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    chmodSync(file, 0o644)
    assert.equal(restart().isActive(), false)
    assert.match(log.lines.at(-1) ?? '', /is off: .* other users have access to it/)
  })

  for (const [name, content] of [
    ['too long a window', JSON.stringify({ since: 0, until: Date.UTC(2030, 0) })],
    ['no times', '{}'],
    ['no JSON', 'on'],
  ] as const) {
    test(`a file with ${name} does not switch it on`, () => {
      writeFileSync(file, content, { mode: 0o600 })
      assert.equal(restart().isActive(), false)
      assert.match(log.lines.at(-1) ?? '', /^warn primary-only mode is off/)
      assert.equal(existsSync(file), false)
    })
  }

  describe('in a run folder that has become read-only', { skip: !isPosix }, () => {
    const isRoot = process.geteuid?.() === 0
    // modes do not restrict root
    beforeEach(() => {
      if (!isRoot) return
      chownSync(folder, 65_534, 65_534)
      process.seteuid?.(65_534)
    })
    afterEach(() => {
      if (isRoot) process.seteuid?.(0)
      chmodSync(folder, 0o700)
    })

    test('ends at its limit, and a restart does not fail', () => {
      mode.start(10)
      chmodSync(folder, 0o500)
      clock.advance(10 * minuteMs)
      assert.equal(restart().isActive(), false)
      mode.remind()
    })

    test('stops, also for the time after a restart', () => {
      mode.start(10)
      chmodSync(folder, 0o500)
      assert.equal(mode.stop(), true)
      assert.equal(restart().isActive(), false)
      assert.equal(log.has('continues after a restart'), false)
      assert.equal(log.has('is not used'), false)
    })
  })

  test('a file that can be neither removed nor overwritten fails each stop, not the proxy', () => {
    mode.start(10)
    rmSync(file)
    mkdirSync(file)
    for (let count = 0; count < 2; count++) {
      const { ok, lines } = answerPrimaryOnly({ action: 'stop' }, mode, [])
      assert.equal(ok, false)
      assert.match(
        lines.join(),
        /is off, but a restart of the proxy turns it on again until 2026-01-01 00:10:00 UTC: .*primary_only\.json can be neither/,
      )
      assert.equal(mode.isActive(), false)
    }
    assert.ok(log.has('error primary-only mode is off, but a restart of the proxy may turn it on'))
    clock.advance(10 * minuteMs)
    mode.remind()
    rmSync(file, { recursive: true })
    assert.equal(mode.stop(), true)
    assert.equal(mode.stop(), false)
  })

  describe('its command', () => {
    const checking = { section: 'radius_server_auto', client: 'ad_client', checksPassword: true }
    const open = {
      section: 'radius_server_duo_only',
      client: 'duo_only_client',
      checksPassword: false,
    }
    const answer = (request: Record<string, unknown>, effects = [checking, open]) =>
      answerPrimaryOnly(request, mode, effects)

    test('says beforehand what happens to each section', () => {
      assert.deepEqual(answer({ action: 'preview' }), {
        ok: true,
        lines: [
          '[radius_server_auto] accepts users whose password [ad_client] accepts, without a second factor',
          '[radius_server_duo_only] rejects every sign-in, because [duo_only_client] checks no password',
        ],
      })
      assert.equal(mode.isActive(), false)
    })

    test('refuses if no section could benefit, unless it is forced', () => {
      for (const action of ['preview', 'start']) {
        const refused = answer({ action, minutes: 5 }, [open])
        assert.equal(refused.ok, false)
        assert.match(refused.lines.join('\n'), /no section of this proxy checks passwords/)
      }
      assert.equal(mode.isActive(), false)
      assert.equal(answer({ action: 'start', minutes: 5, force: true }, [open]).ok, true)
      assert.equal(mode.isActive(), true)
      const [on] = answer({ action: 'status' }, [open]).lines
      assert.match(on ?? '', /UTC: every sign-in is rejected$/)
    })

    test('starts, shows its status, and stops', () => {
      assert.equal(answer({ action: 'start' }).ok, true)
      assert.equal(JSON.parse(readFileSync(file, 'utf8')).until, clock.now() + 60 * minuteMs)
      const [on, counts] = answer({ action: 'status' }).lines
      assert.match(
        on ?? '',
        /^primary-only mode is ON until 2026-01-01 01:00:00 UTC: passwords alone/,
      )
      assert.match(counts ?? '', /0 accepted with the password alone, 0 rejected/)
      assert.match(answer({ action: 'stop' }).lines.join(), /has ended/)
      assert.deepEqual(answer({ action: 'status' }).lines, ['primary-only mode is off'])
    })

    test('refuses wrong minutes and actions', () => {
      assert.equal(answer({ action: 'start', minutes: '5' }).ok, false)
      assert.equal(answer({ action: 'start', minutes: 241 }).ok, false)
      assert.equal(answer({ action: 'extend' }).ok, false)
    })
  })
})
