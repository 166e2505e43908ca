import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  BrandingError,
  checkMessage,
  loginMessage,
  planBranding,
} from '../../../src/workspaces/guide/branding.ts'
import { LaunchLinkError, launchLink } from '../../../src/workspaces/guide/launch_link.ts'
import { judgeManagementNetwork } from '../../../src/workspaces/guide/management_network.ts'

describe('launch links', () => {
  test('fill in username and MFA code', () => {
    assert.equal(
      launchLink({ registrationCode: 'WSpdx+4RN5ND', username: 'alice', mfaCode: 'push' }),
      'workspaces://alice@WSpdx+4RN5ND?MFACode=push',
    )
  })

  test('leave out what is not given', () => {
    assert.equal(launchLink({ registrationCode: 'WSpdx+4RN5ND' }), 'workspaces://WSpdx+4RN5ND')
    assert.equal(
      launchLink({ registrationCode: ' WSpdx+4RN5ND ', mfaCode: 'push 2' }),
      'workspaces://WSpdx+4RN5ND?MFACode=push%202',
    )
  })

  for (const parts of [
    { registrationCode: 'WSpdx' },
    { registrationCode: 'WSpdx+4RN5ND', username: 'EXAMPLE\\alice' },
    { registrationCode: 'WSpdx+4RN5ND', username: 'ali ce' },
    { registrationCode: 'WSpdx+4RN5ND?MFACode=x' },
  ]) {
    test(`refuse ${JSON.stringify(parts)}`, () => {
      assert.throws(() => launchLink(parts), LaunchLinkError)
    })
  }
})

describe('the text of the sign-in page', () => {
  const text = { appName: 'Countersign', supportEmail: 'help@example.com' }

  test('says what to type, with a link to the portal', () => {
    const message = loginMessage({ ...text, portalUrl: 'https://mfa.example.com/portal' })
    assert.match(message, /type <b>push<\/b>/)
    assert.match(message, /<a href="https:\/\/mfa.example.com\/portal">/)
  })

  test('escapes names', () => {
    assert.match(loginMessage({ ...text, appName: '<b>A&B' }), /&lt;b&gt;A&amp;B/)
  })

  for (const [reason, message] of [
    ['too long', 'x'.repeat(2001)],
    ['a script', '<script>alert(1)</script>'],
    ['an event handler', '<b onclick="x()">push</b>'],
    ['a link that runs a script', '<a href="javascript:alert(1)">push</a>'],
    ['an image', '<img src="https://example.com/a.png">'],
  ] as const) {
    test(`refuses ${reason}`, () => {
      assert.throws(() => checkMessage(message), BrandingError)
    })
  }

  test('merges with what a platform has, and warns of what AWS does not return', () => {
    const { input, warnings } = planBranding(
      'd-926722edaf',
      ['DeviceTypeWindows', 'DeviceTypeWeb'],
      text,
      {
        DeviceTypeWindows: {
          LogoUrl: 'https://example.com/logo.png',
          SupportLink: 'https://help.example.com',
          ForgotPasswordLink: 'https://reset.example.com',
          LoginMessage: { en_US: 'old' },
        },
      },
    )
    const {
      DeviceTypeWindows: windows,
      DeviceTypeWeb: web,
      ResourceId: id,
    } = input as Record<string, Record<string, unknown>>
    assert.equal(id, 'd-926722edaf')
    assert.deepEqual(Object.keys(windows ?? {}).sort(), [
      'ForgotPasswordLink',
      'LoginMessage',
      'SupportEmail',
    ])
    assert.equal(web?.SupportEmail, 'help@example.com')
    assert.equal(warnings.length, 2)
    assert.match(warnings.join(), /logo/)
  })

  test('requires a support address, as AWS does', () => {
    assert.throws(
      () => planBranding('d-926722edaf', ['DeviceTypeWeb'], { appName: 'Countersign' }),
      BrandingError,
    )
  })
})

describe('the management network of a directory', () => {
  const severities = (vpc: string, server: string) =>
    judgeManagementNetwork(vpc, [server]).map(({ severity }) => severity)

  test('is 192.168.1.0/24 and 192.168.2.0/24 in a VPC that begins with 10', () => {
    assert.deepEqual(severities('10.20.0.0/16', '192.168.1.20'), ['error'])
    assert.deepEqual(severities('10.0.0.0/16', '10.0.1.20'), ['ok'])
  })

  test('is 10.0.1.0/24 and 10.0.2.0/24 in another VPC', () => {
    assert.deepEqual(severities('172.31.0.0/16', '10.0.2.20'), ['error'])
    assert.deepEqual(severities('192.168.0.0/16', '192.168.1.20'), ['ok'])
  })
})
