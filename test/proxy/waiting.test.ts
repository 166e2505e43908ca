import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { PendingAuthApi } from '../rig/pending_auth_api.ts'
import { ProxyAtWork, parseConfig, sectionFor } from '../rig/proxy_at_work.ts'
import { freePort } from '../rig/running.ts'
import { until } from '../rig/until.ts'

describe('sign-ins that wait for their users over HTTP/1.1', () => {
  let api: PendingAuthApi
  const proxies: ProxyAtWork[] = []
  before(async () => {
    api = await PendingAuthApi.start({ holdMs: 30_000 })
  })
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop()
  })
  after(() => api.close())

  async function start(overrides: Parameters<typeof sectionFor>[1] = {}): Promise<ProxyAtWork> {
    const proxy = await ProxyAtWork.start(
      sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 60, ...overrides }),
    )
    proxies.push(proxy)
    return proxy
  }

  async function push(proxy: ProxyAtWork, username: string) {
    const reply = proxy.signIn(username, 'push', { timeoutMs: 60_000 })
    await until(() => api.users().includes(username))
    return reply
  }

  test('are answered as their users answered', async () => {
    const proxy = await start()
    const replies = ['ann', 'ben'].map((username) => push(proxy, username))
    await until(() => api.users().includes('ann') && api.users().includes('ben'))
    api.answer('ben', 'deny')
    api.answer('ann', 'allow')
    assert.deepEqual(await Promise.all(replies), [
      { accepted: true, message: 'allow for ann' },
      { accepted: false, message: 'deny for ben' },
    ])
  })

  test('are rejected with failmode=safe if the API goes down while they wait', async () => {
    const proxy = await start({ apiTimeoutSecs: 3 })
    const reply = push(proxy, 'cleo')
    await until(() => api.pollsHeld === 1)
    await api.stop()
    const answer = await reply
    await api.listen()
    assert.equal(answer?.accepted, false)
    assert(proxy.log.has('auth failed: timeout: no result within'))
    assert.equal(proxy.proxy.signIns.get('radius_server_duo_only')?.failOpens, 0)
  })

  test('are rejected as busy at once beyond api_max_waiting, even if the API is down', async () => {
    const proxy = await start({ apiMaxWaiting: 1 })
    const reply = push(proxy, 'dora')
    await until(() => api.pollsHeld === 1)
    const second = await proxy.signIn('emil', 'push')
    assert.equal(second?.accepted, false)
    assert.match(second.message, /busy/)
    assert.equal(api.users().includes('emil'), false)
    assert.equal(proxy.log.lines.filter((line) => line.includes('api_max_waiting=1')).length, 1)
    const counters = proxy.proxy.signIns.get('radius_server_duo_only')
    assert.deepEqual([counters?.busy, counters?.tooManyWaiting], [1, 1])
    api.answer('dora', 'allow')
    assert.equal((await reply)?.accepted, true)
  })

  test('keep waiting through a reload of the configuration', async () => {
    const port = await freePort()
    const proxy = await start({ port })
    const reply = push(proxy, 'fay')
    await until(() => api.pollsHeld === 1)
    await proxy.proxy.replace(parseConfig(sectionFor(api, { failmode: 'secure', port })))
    api.answer('fay', 'allow')
    assert.equal((await reply)?.accepted, true)
  })
})
