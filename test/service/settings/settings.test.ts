import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deriveOrganisationName } from '../../../src/service/config/organisation_name.ts'
import {
  defaultConfig,
  readServiceConfig,
  type ServiceConfig,
} from '../../../src/service/config/service_config.ts'
import { liveConfig } from '../../../src/service/settings/live_config.ts'
import type { Setting } from '../../../src/service/settings/setting.ts'
import { SettingError } from '../../../src/service/settings/setting_error.ts'
import { settingKeys, settingTable } from '../../../src/service/settings/setting_table.ts'
import { Settings, type SettingsUpdate } from '../../../src/service/settings/settings.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

function configOf(text: string): ServiceConfig {
  const { config } = readServiceConfig(text, '/etc/countersign/countersign.cfg')
  assert.ok(config)
  return config
}

async function update(settings: Settings, store: Store, changes: SettingsUpdate) {
  return await store.transaction((db) => settings.update(changes, db))
}

function refusal(code: string, key: string) {
  return (error: unknown) =>
    error instanceof SettingError && error.code === code && error.key === key
}

onBothDatabases('settings', (rig) => {
  const open = () => rig().open()

  test('a stored value replaces the default on another node after its next refresh', async () => {
    const [here, there] = [await open(), await open()]
    const mine = await Settings.load(defaultConfig('.'), here.db)
    const other = await Settings.load(defaultConfig('.'), there.db)
    assert.equal(other.get('lockout_threshold'), 10)
    const changes = await update(mine, here, { lockout_threshold: 4, name: ' Acme ' })
    assert.deepEqual(changes, [
      { key: 'lockout_threshold', before: 10, after: 4 },
      { key: 'name', before: 'Countersign', after: 'Acme' },
    ])
    await other.refresh(there.db)
    assert.equal(other.get('lockout_threshold'), 4)
    assert.equal(other.get('name'), 'Acme')
    assert.deepEqual(await update(mine, here, { lockout_threshold: 4 }), [])
    assert.deepEqual(await update(mine, here, { lockout_threshold: null, name: null }), [
      { key: 'lockout_threshold', before: 4, after: 10 },
      { key: 'name', before: 'Acme', after: 'Countersign' },
    ])
  })

  test('the configuration with settings follows them', async () => {
    const store = await open()
    const settings = await Settings.load(defaultConfig('.'), store.db)
    const config = liveConfig(defaultConfig('.'), settings)
    const { lockout, push, sms, phone } = config
    await update(settings, store, {
      lockout_threshold: '3',
      lockout_expire_duration: 2,
      fraud_email: 'a@example.com, b@example.com',
      fraud_action: 'lock',
      sms_batch: 5,
      sms_all_per_hour: 7,
      keypress_confirm: '2',
      log_retention_days: 30,
    })
    await settings.refresh(store.db)
    assert.deepEqual([lockout.threshold, lockout.lockMs], [3, 120_000])
    assert.deepEqual(push.fraudEmails, ['a@example.com', 'b@example.com'])
    assert.equal(push.fraudLocks, true)
    assert.deepEqual([sms.batch, sms.limits.allPerHour], [5, 7])
    assert.equal(phone.confirmKeys, '2')
    assert.equal(config.logKeepDays, 30)
    await update(settings, store, { fraud_email_enabled: false })
    await settings.refresh(store.db)
    assert.equal(push.fraudMailed, false)
  })

  test('what countersign.cfg sets is fixed, with its line', async () => {
    const store = await open()
    const before = await Settings.load(defaultConfig('.'), store.db)
    await update(before, store, { lockout_threshold: 8 })
    const settings = new Settings(configOf('[lockout]\nthreshold=5\n'))
    await settings.refresh(store.db)
    assert.equal(settings.get('lockout_threshold'), 5)
    const state = (await settings.list(store.db)).find(({ key }) => key === 'lockout_threshold')
    assert.deepEqual([state?.source, state?.line, state?.value], ['file', 2, 5])
    await assert.rejects(
      update(settings, store, { lockout_threshold: 6 }),
      refusal('SETTING_FIXED', 'lockout_threshold'),
    )
  })

  test('a wrong value changes nothing', async () => {
    const store = await open()
    const settings = await Settings.load(defaultConfig('.'), store.db)
    const wrong: readonly [string, unknown][] = [
      ['lockout_threshold', 0],
      ['lockout_threshold', 1.5],
      ['lockout_threshold', '10 '],
      ['name', ''],
      ['name', 'x'.repeat(51)],
      ['name', 'Ac\u0000me'],
      ['timezone', 'Mars/Olympus'],
      ['fraud_email', 'nobody'],
      ['fraud_email', 'a@example.com\nBcc: b@example.com'],
      ['helpdesk_bypass', 'perhaps'],
      ['two_person_approval', 'maybe'],
      ['inactive_user_expiration', 10],
      ['keypress_fraud', '2'],
      ['keypress_confirm', ''],
    ]
    for (const [key, value] of wrong) {
      await assert.rejects(
        update(settings, store, { sms_batch: 9, [key]: value }),
        refusal('SETTING_INVALID', key),
        `${key}=${String(value)}`,
      )
    }
    await assert.rejects(
      update(settings, store, { no_such_setting: 1 }),
      refusal('SETTING_UNKNOWN', 'no_such_setting'),
    )
    await settings.refresh(store.db)
    assert.notEqual(settings.get('sms_batch'), 9)
  })

  test('two changes at once are both kept', async () => {
    const [here, there] = [await open(), await open()]
    const settings = new Settings(defaultConfig('.'))
    await Promise.all([
      update(settings, here, { sms_batch: 3 }),
      update(new Settings(defaultConfig('.')), there, { sms_expiration: 99 }),
    ])
    await settings.refresh(here.db)
    assert.deepEqual([settings.get('sms_batch'), settings.get('sms_expiration')], [3, 99])
  })
})

describe('the table of settings', () => {
  test('every default is a value that the setting accepts', async () => {
    const settings = new Settings(defaultConfig('.'))
    for (const key of settingKeys) {
      const { type, default: byDefault }: Setting = settingTable[key]
      const value = settings.get(key)
      if (typeof byDefault !== 'object') assert.deepEqual(type.check(value), { value }, key)
      else if (value !== '') assert.deepEqual(type.check(value), { value }, key)
    }
  })
})

describe('the name of an organisation derived from its host name', () => {
  const names: readonly (readonly [string, string])[] = [
    ['mfa.acme.com', 'Acme'],
    ['acme.com', 'Acme'],
    ['mfa.acme.co.uk', 'Acme'],
    ['mfa.eu.acme.de', 'Acme'],
    ['localhost', 'Countersign'],
    ['mfa.lan', 'Countersign'],
    ['mfa.corp.internal', 'Countersign'],
    ['192.0.2.7', 'Countersign'],
    ['2001:db8::1', 'Countersign'],
    ['xn--mller-kva.de', 'Countersign'],
  ]
  for (const [host, name] of names) {
    test(`${host} belongs to ${name}`, () => {
      assert.equal(deriveOrganisationName(host), name)
    })
  }
})
