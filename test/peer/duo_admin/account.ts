import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

export async function settingsAndLogo({ api }: ScenarioContext): Promise<void> {
  const path = '/admin/v1/settings'
  const before = await api.call('GET', path)
  const change = { lockout_threshold: 9, sms_refresh: 1, helpdesk_message: 'Ask Kim' }
  assert.deepEqual(await api.call('POST', path, change), { ...before, ...change })
  const { lockout_threshold, sms_refresh, helpdesk_message } = before
  const undo = { lockout_threshold, sms_refresh, helpdesk_message }
  assert.deepEqual(await api.call('POST', path, undo), before)
  const [status, code] = await api.refusal('POST', path, { lockout_threshold: 0 })
  assert.deepEqual([status, code], [400, 40002])
  assert.equal(await api.mediaType('GET', '/admin/v1/logo'), 'image/png')
}

/** Clients that list everything read these, too. */
export async function objectsThatDoNotExistHere({ api }: ScenarioContext): Promise<void> {
  for (const kind of [
    'u2ftokens',
    'desktoptokens',
    'endpoints',
    'registered_devices',
    'desktop_authenticators',
  ]) {
    assert.deepEqual(await api.call('GET', `/admin/v1/${kind}`), [])
  }
}
