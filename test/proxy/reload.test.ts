import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { cfgFor, LoggedProxyAtWork } from '../rig/logged_proxy_at_work.ts'
import { freePort } from '../rig/running.ts'
import { until } from '../rig/until.ts'

describe('a reload', () => {
  let api: AuthApiDouble
  let port: number

  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(async () => {
    api.reset()
    port = await freePort()
  })
  after(() => api.close())

  test('of a file with errors names their lines and changes nothing', async () => {
    const work = await LoggedProxyAtWork.start(cfgFor(api, { section: `port=${port}` }))
    work.write(cfgFor(api, { section: `port=${port}\nradius_ip_2=nowhere.example` }))
    const answer = await work.proxy.reload()
    assert(!answer.ok)
    assert.equal(answer.reason, 'config')
    assert.match(answer.lines.join('\n'), /^authproxy\.cfg:\d+: radius_ip_2 is the name/m)
    const { sections, reloads } = work.proxy.status
    assert.deepEqual([reloads.succeeded, reloads.failed], [0, 1])
    assert.equal(sections[0]?.clients.length, 1)
    await work.stop()
  })

  test('of a file that is gone changes nothing', async () => {
    const work = await LoggedProxyAtWork.start(cfgFor(api, { section: `port=${port}` }))
    const loadedAt = work.proxy.status.config_loaded_at
    rmSync(work.file)
    const answer = await work.proxy.reload()
    assert.match(
      answer.lines.join(),
      /can't be read: there is no file or folder .*nothing has changed/,
    )
    assert.equal(work.proxy.status.config_loaded_at, loadedAt)
    await work.stop()
  })

  test('with a log_dir that cannot be written to changes nothing', async () => {
    const work = await LoggedProxyAtWork.start(cfgFor(api, { section: `port=${port}` }))
    work.write(cfgFor(api, { main: 'log_dir=/dev/null/log', section: `port=${port}` }))
    const answer = await work.proxy.reload()
    assert(!answer.ok)
    assert.equal(answer.reason, 'failed')
    assert.match(answer.lines.join(), /log_dir \/dev\/null\/log can't be written to/)
    assert.equal(work.proxy.status.log_dir, join(work.folder, 'log'))
    await work.stop()
  })

  test('moves the logs, and turns events on', async () => {
    const work = await LoggedProxyAtWork.start(cfgFor(api, { section: `port=${port}` }))
    work.write(
      cfgFor(api, { main: 'log_dir=other\nlog_auth_events=true', section: `port=${port}` }),
    )
    assert.equal((await work.proxy.reload()).ok, true)
    assert.ok(existsSync(join(work.folder, 'other/authevents.log')))
    assert.match(
      await work.readLog('other/authproxy.log'),
      /reload: \[main\] changed: log_dir, log_auth_events/,
    )
    await work.stop()
  })

  test('names the keys that changed, and no secret', async () => {
    const work = await LoggedProxyAtWork.start(cfgFor(api, { section: `port=${port}` }))
    const text = cfgFor(api, { secret: 'another-secret-of-24-chars', section: `port=${port}` })
    const other = text
      .slice(text.indexOf('ikey='))
      .replace(`\nport=${port}`, `\nport=${await freePort()}`)
    work.write(
      `${text.replace('send_reports=false', 'send_reports=true')}[radius_server_duo_only2]\n${other}`,
    )
    const { lines, ok } = await work.proxy.reload()
    assert.equal(ok, true, lines.join())
    assert.deepEqual(lines.slice(0, 3), [
      '[main] changed: send_reports',
      '[radius_server_duo_only] changed: radius_secret_1',
      '[radius_server_duo_only2] is new',
    ])
    await work.stop()
  })
})

describe('/healthz and /metrics', () => {
  let api: AuthApiDouble
  let port: number
  let metricsPort: number

  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(async () => {
    api.reset()
    port = await freePort()
    metricsPort = await freePort()
  })
  after(() => api.close())

  function fetchFrom(path: string, at = metricsPort): Promise<Response> {
    return fetch(`http://127.0.0.1:${at}${path}`)
  }

  function start(options: { readonly failmode?: string } = {}): Promise<LoggedProxyAtWork> {
    const main = `metrics_port=${metricsPort}`
    return LoggedProxyAtWork.start(cfgFor(api, { main, section: `port=${port}`, ...options }))
  }

  async function healthOf(): Promise<{ status: number; body: unknown }> {
    const response = await fetchFrom('/healthz')
    return { status: response.status, body: await response.json() }
  }

  test('healthz is 200 while the API answers', async () => {
    const work = await start()
    await until(() => work.proxy.status.sections[0]?.api_state === 'usable')
    assert.deepEqual(await healthOf(), { status: 200, body: { status: 'ok' } })
    await work.stop()
  })

  for (const [failmode, status] of [
    ['safe', 200],
    ['secure', 503],
  ] as const) {
    test(`healthz is ${status} while the API is down, with failmode=${failmode}`, async () => {
      api.check = () => 'reset'
      const work = await start({ failmode })
      await until(() => work.proxy.status.sections[0]?.api_state === 'unusable')
      const { status: found, body } = await healthOf()
      assert.equal(found, status)
      const text = JSON.stringify(body)
      assert.equal(/rejects every sign-in/.test(text), failmode === 'secure')
      assert.ok(!text.includes('without a second factor'), 'nobody must learn it here')
      await work.stop()
    })
  }

  test('healthz is 503 if the API refuses the keys, whatever failmode says', async () => {
    api.check = () => ({
      status: 401,
      body: '{"stat":"FAIL","code":40103,"message":"Invalid signature in request credentials"}',
    })
    const work = await start({ failmode: 'safe' })
    await until(() => work.proxy.status.sections[0]?.api_state === 'unusable')
    assert.equal((await healthOf()).status, 503)
    await work.stop()
  })

  test('both survive a reload, and move with metrics_port', async () => {
    const work = await start()
    await until(() => work.proxy.status.sections[0]?.api_state === 'usable')
    assert.equal((await work.proxy.reload()).ok, true)
    assert.equal((await healthOf()).status, 200)
    const moved = await freePort()
    work.write(cfgFor(api, { main: `metrics_port=${moved}`, section: `port=${port}` }))
    await work.proxy.reload()
    const metrics = await (await fetchFrom('/metrics', moved)).text()
    assert.match(metrics, /^countersign_proxy_config_reloads_total\{result="success"\} 2$/m)
    await assert.rejects(fetchFrom('/metrics'))
    await work.stop()
  })

  test('a metrics_port in use is a warning: the reload keeps the port before', async () => {
    const work = await start()
    work.write(cfgFor(api, { main: `metrics_port=${api.port}`, section: `port=${port}` }))
    const { ok, lines } = await work.proxy.reload()
    assert.equal(ok, true)
    assert.match(lines.join('\n'), /metrics_port \d+ can't be opened: .*EADDRINUSE/)
    assert.equal((await fetchFrom('/metrics')).status, 200)
    await work.stop()
  })

  test('metrics have a type, a help and no secret, and other paths do not exist', async () => {
    const work = await start()
    await until(() => work.proxy.status.sections[0]?.api_state === 'usable')
    const text = await (await fetchFrom('/metrics')).text()
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    assert.deepEqual(
      names.filter((name) => !name?.startsWith('countersign_proxy_')),
      [],
    )
    for (const line of [
      /^countersign_proxy_build_info\{version="[^"]+",node="[^"]+"\} 1$/m,
      /^countersign_proxy_healthy 1$/m,
      /^countersign_proxy_pending_logins\{section="radius_server_duo_only"\} 0$/m,
      /^countersign_proxy_api_usable\{section="radius_server_duo_only"\} 1$/m,
      /^countersign_proxy_api_calls_total\{section="radius_server_duo_only",call="check",outcome="answered"\} [1-9]/m,
      /^countersign_proxy_api_call_duration_seconds_bucket\{le="0\.5",section="radius_server_duo_only",call="check"\} \d/m,
      /^countersign_proxy_api_certificate_expiry_timestamp_seconds\{section="radius_server_duo_only",certificate="service"\} \d{10}$/m,
    ]) {
      assert.match(text, line)
    }
    assert.ok(!text.includes('a-secret') && !text.includes('ikey'))
    assert.equal((await fetchFrom('/')).status, 404)
    const posted = await fetch(`http://127.0.0.1:${metricsPort}/healthz`, { method: 'POST' })
    assert.equal(posted.status, 405)
    await work.stop()
  })
})
