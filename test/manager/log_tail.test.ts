import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { LogEvent } from '../../src/manager/editor/page_api.ts'
import { followLog, readEarlier } from '../../src/manager/log_tail.ts'

let folder: string
let path: string
let stop: AbortController
let events: AsyncGenerator<LogEvent>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manager-log-'))
  path = join(folder, 'authproxy.log')
  stop = new AbortController()
  events = followLog(path, stop.signal)
})
afterEach(async () => {
  stop.abort()
  await events.return(undefined)
  rmSync(folder, { recursive: true })
})

async function next(): Promise<LogEvent> {
  const { value, done } = await events.next()
  assert(done !== true)
  return value
}

async function nextLines(): Promise<readonly string[]> {
  const event = await next()
  assert(event.kind === 'lines', JSON.stringify(event))
  return event.lines
}

describe('following a log', () => {
  test('does not show the target of a link', async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'secret of root\n')
    symlinkSync(secret, path)
    assert.deepEqual(await next(), { kind: 'missing', path })
    const place = { file: String(statSync(secret).ino), before: 5 }
    assert.equal(await readEarlier(path, place), undefined)
  })

  test('shows its lines, and new ones once they are complete', async () => {
    writeFileSync(path, 'one\ntwo\n')
    assert.deepEqual(await nextLines(), ['one', 'two'])
    appendFileSync(path, 'thr')
    appendFileSync(path, 'ee\n')
    assert.deepEqual(await nextLines(), ['three'])
  })

  test('waits for a log that does not exist yet', async () => {
    assert.deepEqual(await next(), { kind: 'missing', path })
    writeFileSync(path, 'first\n')
    assert.deepEqual(await nextLines(), ['first'])
  })

  test('goes on in the new file after a rotation, and loses no line', async () => {
    writeFileSync(path, 'one\n')
    assert.deepEqual(await nextLines(), ['one'])
    appendFileSync(path, 'two\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, 'three\n')
    assert.deepEqual(await nextLines(), ['two'])
    assert.equal((await next()).kind, 'rotated')
    assert.deepEqual(await nextLines(), ['three'])
  })

  test('begins at the end of a large file, and reads earlier lines on request', async () => {
    const line = (number: number) => `line ${String(number).padStart(6, '0')} ${'x'.repeat(80)}`
    writeFileSync(path, `${Array.from({ length: 50_000 }, (_, index) => line(index)).join('\n')}\n`)
    const event = await next()
    assert(event.kind === 'lines')
    assert.equal(event.lines.at(-1), line(49_999))
    assert(event.lines.length < 5000)
    const earlier = await readEarlier(path, { file: event.file, before: event.from })
    const first = Number(event.lines[0]?.slice(5, 11))
    assert.equal(earlier?.lines.at(-1), line(first - 1))
    assert.equal(await readEarlier(path, { file: '0', before: event.from }), undefined)
  })

  test('skips what is too much to show', async () => {
    writeFileSync(path, 'one\n')
    assert.deepEqual(await nextLines(), ['one'])
    appendFileSync(path, `${'y'.repeat(99)}\n`.repeat(30_000))
    assert.equal((await next()).kind, 'skipped')
    assert((await nextLines()).length < 5000)
  })
})
