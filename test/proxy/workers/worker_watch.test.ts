import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { type ProcessTime, readProcessTime } from '../../../src/proxy/workers/process_time.ts'
import { Silence } from '../../../src/proxy/workers/silence.ts'
import { WorkerWatch } from '../../../src/proxy/workers/worker_watch.ts'
import { RecordingLog } from '../../rig/recording_log.ts'

describe('a worker that sends nothing', () => {
  let log: RecordingLog
  let nowMs: number
  let time: ProcessTime | undefined
  let watch: WorkerWatch
  let killed: number
  const worker = {
    ...{ number: 1, pid: 7, isReady: true },
    silence: new Silence(),
    kill: () => {
      killed++
    },
  }
  beforeEach(() => {
    log = new RecordingLog()
    nowMs = 0
    killed = 0
    time = undefined
    worker.isReady = true
    worker.silence.end()
    watch = new WorkerWatch(log, { hangMs: 15_000, startMs: 30_000 }, () => time)
    watch.look([], nowMs)
  })

  /** @param everyMs By the clock; the proxy means to look every second. */
  function look(times: number, everyMs: number, process: (at: number) => ProcessTime | undefined) {
    for (let count = 0; count < times && killed === 0; count++) {
      nowMs += everyMs
      time = process(nowMs)
      watch.look([worker], nowMs)
    }
  }
  const sleeps = () => ({ ranMs: 100, waitedMs: 100, isRunnable: false })

  test('is killed after 15 s in which it could have', () => {
    look(14, 1_000, sleeps)
    assert.equal(killed, 0)
    look(1, 1_000, sleeps)
    assert.equal(killed, 1)
    assert(log.has('worker 1 (process 7) has not responded for 15 s and is killed'))
  })

  test('is killed if it computes all the time', () => {
    look(20, 1_000, (at) => ({ ranMs: at, waitedMs: 5, isRunnable: true }))
    assert.equal(killed, 1)
  })

  test('is killed if the system does not tell what it does', () => {
    look(20, 1_000, () => undefined)
    assert.equal(killed, 1)
  })

  test('lives while it waits for a processor most of the time', () => {
    look(60, 1_000, (at) => ({ ranMs: at / 10, waitedMs: (at * 9) / 10, isRunnable: true }))
    assert.equal(killed, 0)
  })

  test('lives while it gets no processor at all', () => {
    look(600, 1_000, () => ({ ranMs: 100, waitedMs: 100, isRunnable: true }))
    assert.equal(killed, 0)
  })

  test('lives while the proxy itself is late', () => {
    look(14, 20_000, () => undefined)
    assert.equal(killed, 0)
  })

  test('is killed if it is not ready after 30 s', () => {
    worker.isReady = false
    look(29, 1_000, sleeps)
    assert.equal(killed, 0)
    look(1, 1_000, sleeps)
    assert.equal(killed, 1)
    assert(log.has('worker 1 (process 7) is not ready after 30 s and is killed'))
  })

  const skip = process.platform === 'linux' ? false : 'only Linux tells'
  test('the kernel tells how long a process ran', { skip }, () => {
    const own = readProcessTime(process.pid)
    assert(own !== undefined && own.ranMs > 0 && own.waitedMs >= 0 && own.isRunnable)
    assert.equal(readProcessTime(2 ** 30), undefined)
  })
})
