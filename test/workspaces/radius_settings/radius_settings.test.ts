import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authenticationProtocols } from '../../../src/workspaces/radius_settings/limits.ts'
import { parseRadiusSettings } from '../../../src/workspaces/radius_settings/radius_settings.ts'
import { settingsFor } from '../../rig/workspaces_directory.ts'

/** The fields that are refused when the valid settings are changed like this. */
function refused(changes: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parseRadiusSettings(settingsFor(1812, changes))
  return parsed.ok ? [] : parsed.problems.map(({ field }) => field)
}

describe('RadiusSettings within the limits of AWS', () => {
  const accepted: readonly Readonly<Record<string, unknown>>[] = [
    { RadiusPort: 1025 },
    { RadiusPort: 65_535 },
    { RadiusTimeout: 1 },
    { RadiusTimeout: 50 },
    { RadiusRetries: 0 },
    { RadiusRetries: 10 },
    { SharedSecret: '8 signs!' },
    { SharedSecret: 'Ab1~'.repeat(128) },
    { SharedSecret: 'пароль 12' },
    { DisplayLabel: 'x' },
    { DisplayLabel: 'x'.repeat(64) },
    { UseSameUsername: true },
    { RadiusServers: ['10.0.0.5', 'radius.corp.example.com', 'fd00::5'] },
    { RadiusServers: ['10.0.0.5', '10.0.0.5'] },
    { RadiusServers: undefined, RadiusServersIpv6: ['fd00::5'] },
    { DisplayLabel: null, Unknown: 1 },
    ...authenticationProtocols.map((AuthenticationProtocol) => ({ AuthenticationProtocol })),
  ]
  for (const changes of accepted) {
    test(`accepts ${JSON.stringify(changes).slice(0, 60)}`, () => {
      assert.deepEqual(refused(changes), [])
    })
  }
})

describe('RadiusSettings outside of the limits of AWS', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['RadiusPort', 1024],
    ['RadiusPort', 65_536],
    ['RadiusPort', '1812'],
    ['RadiusPort', 1812.5],
    ['RadiusTimeout', 0],
    ['RadiusTimeout', 51],
    ['RadiusRetries', -1],
    ['RadiusRetries', 11],
    ['SharedSecret', '7 signs'],
    ['SharedSecret', 'x'.repeat(513)],
    ['SharedSecret', 'a tab\tinside'],
    ['SharedSecret', 'a line\nfeed'],
    ['SharedSecret', undefined],
    ['AuthenticationProtocol', 'MSCHAPv2'],
    ['AuthenticationProtocol', 'pap'],
    ['AuthenticationProtocol', undefined],
    ['DisplayLabel', ''],
    ['DisplayLabel', 'x'.repeat(65)],
    ['UseSameUsername', 'yes'],
    ['RadiusServers', []],
    ['RadiusServers', ['']],
    ['RadiusServers', ['x'.repeat(257)]],
    ['RadiusServers', ['10.0.0.5:1812']],
    ['RadiusServers', ['10.0.0']],
    ['RadiusServers', ['two words']],
    ['RadiusServers', Array(11).fill('10.0.0.5')],
    ['RadiusServers', '10.0.0.5'],
  ]
  for (const [field, value] of cases) {
    test(`refuses ${field} ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      assert.deepEqual(refused({ [field]: value }), [field])
    })
  }

  test('never repeats the secret in a message', () => {
    const parsed = parseRadiusSettings(settingsFor(1812, { SharedSecret: 'tab\tsecret' }))
    assert.doesNotMatch(JSON.stringify(parsed), /secret"|tab/)
  })
})
