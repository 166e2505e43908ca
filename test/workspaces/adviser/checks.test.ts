import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { checkAddresses } from '../../../src/workspaces/adviser/directory_checks.ts'
import { explainFailure } from '../../../src/workspaces/adviser/failure_reason.ts'
import { groupSecrets, type ProxyFile } from '../../../src/workspaces/adviser/proxy_file.ts'
import { checkSecrets } from '../../../src/workspaces/adviser/secret_checks.ts'
import { checkDirectory, checkSettings } from '../../../src/workspaces/adviser/settings_checks.ts'

const directory = {
  directoryId: 'd-0123456789',
  name: 'corp.example.com',
  type: 'ADConnector',
  stage: 'Active',
  controllers: ['10.0.1.10', '10.0.2.10'],
  dnsAddresses: ['10.0.0.2'],
  vpcId: undefined,
  securityGroupId: undefined,
  status: undefined,
  radius: undefined,
} as const

function file(name: string, clients: Readonly<Record<string, string>>): ProxyFile {
  return {
    file: name,
    ports: [1812],
    fingerprint: JSON.stringify(clients),
    clients: Object.entries(clients).map(([addresses, secret], index) => ({
      section: 'radius_server_duo_only',
      name: `radius_ip_${index + 1}`,
      addresses,
      secret: new Secret(secret),
      previousSecret: undefined,
    })),
  }
}

const severities = (findings: readonly { readonly severity: string }[]) =>
  findings.map(({ severity }) => severity)

describe('the addresses of the controllers', () => {
  test('may be in networks and ranges', () => {
    const clients = { '10.0.1.0/255.255.255.0': 'x', '10.0.2.5-10.0.2.20': 'x' }
    assert.deepEqual(severities(checkAddresses(directory, [file('a', clients)])), ['ok'])
    const others = { '10.0.1.5-10.0.1.9': 'x', '10.0.3.0/24': 'x' }
    const findings = checkAddresses(directory, [file('a', others)])
    assert.deepEqual(severities(findings), ['error', 'error'])
  })

  test('each need a radius_ip_N', () => {
    const findings = checkAddresses(directory, [file('a', { '10.0.1.10': 'x' })])
    assert.deepEqual(severities(findings), ['error'])
    assert.match(findings[0]?.todo ?? '', /radius_ip_2=10\.0\.2\.10/)
  })

  test('are not the DNS addresses of an AD Connector', () => {
    const clients = { '10.0.1.10': 'x', '10.0.2.10': 'x', '10.0.0.2': 'x' }
    assert.deepEqual(severities(checkAddresses(directory, [file('a', clients)])), ['ok', 'warning'])
  })
})

describe('the secrets', () => {
  test('are compared without being shown', () => {
    const [one, two, three] = groupSecrets([new Secret('a'), new Secret('b'), new Secret('a')])
    assert.equal(one, three)
    assert.notEqual(one, two)
  })

  test('must be equal for all clients, and to the one for AWS', () => {
    const same = file('a', { '10.0.1.10': 'one', '10.0.2.10': 'one' })
    const { controllers } = directory
    const check = (files: readonly ProxyFile[], forAws?: string) =>
      checkSecrets(files, forAws === undefined ? undefined : new Secret(forAws), controllers)
    assert.deepEqual(severities(check([same])), ['ok'])
    assert.deepEqual(severities(check([same], 'one')), ['ok'])
    assert.deepEqual(severities(check([same], 'two')), ['error', 'error'])
    const other = file('b', { '10.0.1.10': 'one', '10.0.2.10': 'two' })
    const findings = check([same, other])
    assert.deepEqual(severities(findings), ['error', 'warning'])
    assert.match(findings[0]?.what ?? '', /radius_secret_2 in b differs from radius_secret_1 in a/)
  })

  test('of clients that are no controllers may differ', () => {
    const clients = { '10.9.9.9': 'a VPN', '10.0.1.0/24': 'one', '10.0.2.0/24': 'one' }
    const findings = checkSecrets([file('a', clients)], new Secret('one'), directory.controllers)
    assert.deepEqual(severities(findings), ['ok'])
  })
})

describe('the settings', () => {
  const settings = {
    RadiusServers: ['10.0.1.20', '10.0.2.20'],
    RadiusPort: 1812,
    RadiusTimeout: 20,
    RadiusRetries: 1,
    AuthenticationProtocol: 'PAP',
  }
  const checks = (change: Partial<typeof settings>) =>
    checkSettings({ ...settings, ...change }).map(({ check }) => check)

  test('warn of one server, of a protocol that hides words, and give hints for a load balancer', () => {
    assert.deepEqual(checks({}), ['name-form'])
    assert.deepEqual(checks({ RadiusServers: ['10.0.1.20'] }), ['servers', 'name-form'])
    assert.deepEqual(checks({ AuthenticationProtocol: 'CHAP' }), ['protocol', 'name-form'])
    assert.deepEqual(checks({ RadiusServers: ['mfa.example.com'] }), ['load-balancer', 'name-form'])
  })

  test('can be used with an active directory that has RADIUS', () => {
    assert.deepEqual(checkDirectory(directory), [])
    assert.deepEqual(severities(checkDirectory({ ...directory, type: 'SimpleAD' })), ['error'])
    assert.deepEqual(severities(checkDirectory({ ...directory, stage: 'Impaired' })), ['error'])
  })
})

describe('the reasons for the status Failed', () => {
  const error = {
    severity: 'error',
    check: 'secret',
    what: 'It differs.',
    todo: 'Copy it.',
  } as const

  test('are what the simulator saw, else the errors of the checks, else the usual ones', () => {
    const answer = {
      controller: 'controller-1',
      server: 'a',
      address: 'a:1812',
      result: 'no reply',
    }
    assert.deepEqual(explainFailure([{ ...answer, isValid: false }], [error]), [
      'controller-1 to a:1812: no reply',
    ])
    assert.deepEqual(explainFailure(undefined, [error]), ['It differs. Copy it.'])
    assert(explainFailure(undefined, []).length > 3)
  })
})
