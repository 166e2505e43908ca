import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chooseWorkerCount } from '../../../src/proxy/workers/worker_count.ts'
import { parseConfig, sectionFor } from '../../rig/proxy_at_work.ts'

const linux = { platform: 'linux', cores: 4 } as const

function configWith(workers: number, retryTimeoutSecs = 0) {
  const retries = { timeoutSecs: retryTimeoutSecs, count: 1, servers: 1 }
  const plain = sectionFor({ port: 1, caFile: '' })
  const config = parseConfig(plain, { ...plain, name: 'radius_server_duo_only2', retries })
  return { ...config, main: { ...config.main, workers } }
}

describe('the number of workers', () => {
  test('is one per core by default, at most 8', () => {
    assert.deepEqual(chooseWorkerCount(configWith(0), linux), { count: 4 })
    assert.deepEqual(chooseWorkerCount(configWith(0), { ...linux, cores: 32 }), { count: 8 })
  })

  test('is the configured one', () => {
    assert.deepEqual(chooseWorkerCount(configWith(1), linux), { count: 1 })
    assert.deepEqual(chooseWorkerCount(configWith(16), linux), { count: 16 })
  })

  test('is one elsewhere than on Linux, which cannot spread datagrams by flow', () => {
    const mac = { platform: 'darwin', cores: 8 } as const
    assert.deepEqual(chooseWorkerCount(configWith(0), mac), { count: 1 })
    const { count, reason } = chooseWorkerCount(configWith(2), mac)
    assert.equal(count, 1)
    assert.match(reason ?? '', /Linux/)
  })

  test('is one with retry_timeout, because a retry may come from another port', () => {
    assert.deepEqual(chooseWorkerCount(configWith(0, 20), linux), { count: 1 })
    const { count, reason } = chooseWorkerCount(configWith(2, 20), linux)
    assert.equal(count, 1)
    assert.match(reason ?? '', /retry_timeout/)
  })
})
