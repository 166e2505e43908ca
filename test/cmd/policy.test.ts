import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { countersignVerb } from '../rig/countersign_verb.ts'

const folder = mkdtempSync(join(tmpdir(), 'policy-'))

function countersign(args: readonly string[]) {
  return countersignVerb([...args, '--data', folder], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
}

function json(...args: string[]) {
  const { status, stdout, stderr } = countersign([...args, '--json'])
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

function refused(...args: string[]): string {
  const { status, stderr } = countersign(args)
  assert.equal(status, 1)
  return stderr
}

after(() => rmSync(folder, { recursive: true, force: true }))

describe('countersign policy', () => {
  before(() => {
    json('init')
    json('app', 'add', '--name', 'VPN', '--type', 'radius')
    json('app', 'add', '--name', 'SSH', '--type', 'unix')
    json('group', 'add', 'Contractors')
    json('group', 'add', 'Admins')
    json('user', 'add', 'alice')
    json('group', 'join', 'Contractors', 'alice')
    json('token', 'add', 'alice', '--totp')
  })

  test('create sets sections by options and by JSON', () => {
    const made = json(
      ...['policy', 'create', '--name', 'Strict', '--block-methods', 'sms,phonecall'],
      ...['--hours', 'Mon-Fri 08:00-18:00, sat 09:00-12:00', '--time-zone', 'Europe/Berlin'],
      ...['--sections', '{"browsers":{"blocked_browsers_list":["ie"]}}'],
    )
    assert.match(made.policy_key, /^PO[A-Z0-9]{18}$/)
    assert.deepEqual(made.sections, {
      browsers: { blocked_browsers_list: ['ie'] },
      authentication_methods: { blocked_auth_list: ['sms', 'phonecall'] },
      access_hours: {
        allowed: [
          { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' },
          { days: ['sat'], from: '09:00', to: '12:00' },
        ],
        time_zone: 'Europe/Berlin',
      },
    })
  })

  test('edit changes one key, keeps the others, and deletes sections', () => {
    const changed = json(
      ...['policy', 'edit', 'strict', '--verified-push', 'required', '--new-users', 'allow'],
      ...['--delete-section', 'access_hours'],
    )
    assert.deepEqual(changed.sections, {
      browsers: { blocked_browsers_list: ['ie'] },
      authentication_methods: {
        blocked_auth_list: ['sms', 'phonecall'],
        require_verified_push: true,
      },
      new_user: { new_user_behavior: 'no-mfa' },
    })
  })

  test('sections are read from a file', () => {
    const file = join(folder, 'sections.json')
    writeFileSync(file, '{"lockout":{"threshold":3}}')
    const made = json('policy', 'create', '--name', 'From file', '--sections-file', file)
    assert.deepEqual(made.sections, { lockout: { threshold: 3 } })
  })

  test('attach and detach name the places, in stack order', () => {
    json('policy', 'create', '--name', 'First', '--lockout-threshold', '3')
    const inVpn = ['--app', 'VPN', '--group', 'Contractors']
    json('policy', 'attach', 'Strict', ...inVpn)
    const attached = json('policy', 'attach', 'First', ...inVpn, '--position', '1')
    assert.deepEqual(
      attached.policy_applies_to.map((place: Record<string, unknown>) => [
        place.app_name,
        place.apply_type,
        place.group_position,
      ]),
      [['VPN', 'group_app', 1]],
    )
    const [strict] = json('policy', 'show', 'Strict').policy_applies_to
    assert.equal(strict.group_position, 2)
    assert.equal(json('policy', 'attach', 'From file', '--global').is_global_policy, true)
    json('policy', 'attach', 'First', '--app', 'SSH')
    const { stdout } = countersign(['policy', 'list'])
    assert.match(stdout, /First +PO\w+ +SSH; VPN, group Contractors \(position 1\) +lockout/)
    assert.match(stdout, /From file +PO\w+ +every application +lockout/)
    assert.match(stdout, /browsers \(not evaluated\)/)
    const detached = json('policy', 'detach', 'First', ...inVpn)
    assert.deepEqual(detached.policy_applies_to.length, 1)
    assert.match(refused('policy', 'detach', 'First', ...inVpn), /First is not attached there/)
  })

  test('explain names the step, the section and the policy that decided', () => {
    const asked = json('explain', 'alice', '--app', 'VPN')
    assert.deepEqual([asked.result, asked.reason], ['auth', null])
    assert.deepEqual(
      asked.steps.map(({ step }: { step: string }) => step),
      [
        'application',
        'user access',
        'username',
        'disabled',
        'lockout',
        'bypass status',
        'readable policy',
        'authentication policy',
        'denied networks',
        'hours',
        'networks without a second factor',
        'user without a device',
        'new user',
        'methods',
      ],
    )
    assert.equal(asked.sources.lockout.policy.name, 'From file')
    json('policy', 'edit', 'Strict', '--block-networks', '203.0.113.0/24')
    json('policy', 'edit', 'Strict', '--hours', 'fri 08:00-18:00')
    const at = (time: string, ip: string) =>
      json('explain', 'alice', '--app', 'VPN', '--ip', ip, '--at', time).reason
    assert.equal(at('2026-11-27T09:00Z', '203.0.113.7'), 'denied_network')
    assert.equal(at('2026-11-27T09:00Z', '192.0.2.1'), null)
    assert.equal(at('2026-11-28T09:00Z', '192.0.2.1'), 'outside_allowed_hours')
    const { stdout } = countersign([
      ...['explain', 'alice', '--app', 'VPN', '--at', '2026-11-28T09:00Z'],
    ])
    assert.match(stdout, /^alice at VPN: denied \(outside_allowed_hours\)\n/)
    assert.match(
      stdout,
      /10 +hours +sat 09:00 UTC is outside the allowed hours +policy 'Strict' of group Contractors\n$/,
    )
    // no group policy, and the global policy has no such section
    assert.equal(json('explain', 'stranger', '--app', 'SSH').result, 'enroll')
  })

  test('app edit changes the application’s own policy, and no shared one', () => {
    const made = json('app', 'edit', 'VPN', '--new-users', 'deny')
    assert.deepEqual([made.enroll_policy, made.policy_name], ['deny', 'VPN'])
    const edited = json('app', 'edit', 'VPN', '--verified-push', 'required')
    assert.deepEqual([edited.enroll_policy, edited.verified_push], ['deny', 'required'])
    const { stdout: listed } = countersign(['app', 'list'])
    assert.match(listed, /VERIFIED PUSH/)
    assert.match(listed, /^VPN .* deny +required +enabled$/m)
    assert.match(listed, /^SSH .* off +enabled$/m)
    assert.deepEqual(json('policy', 'show', edited.policy_key).sections, {
      new_user: { new_user_behavior: 'deny' },
      authentication_methods: { require_verified_push: true },
    })
    json('policy', 'attach', 'First', '--app', 'VPN')
    assert.match(
      refused('app', 'edit', 'VPN', '--new-users', 'enroll'),
      /the policy 'First' of this application also applies to SSH; change it with countersign policy edit/,
    )
  })

  test('a deleted policy no longer applies, and the log names every act', () => {
    json('policy', 'delete', 'Strict', '--yes')
    assert.equal(json('explain', 'alice', '--app', 'VPN', '--ip', '203.0.113.7').reason, null)
    const log = json('log', 'administrator') as { action: string }[]
    const actions = new Set(log.map(({ action }) => action))
    for (const action of ['create', 'update', 'attach', 'detach', 'delete']) {
      assert(actions.has(`policy_${action}`), action)
    }
  })

  test('attach names the sections of outer policies that no longer apply', () => {
    json('policy', 'create', '--name', 'Outer', '--lockout-threshold', '4', '--new-users', 'deny')
    json('policy', 'create', '--name', 'Inner', '--lockout-threshold', '9', '--time-zone', 'UTC')
    json('policy', 'attach', 'From file', '--global')
    const attach = (...args: string[]) => countersign(['policy', 'attach', ...args]).stdout
    assert.equal(
      attach('Outer', '--app', 'SSH').split('\n').slice(1).join('\n'),
      "The section lockout of global policy 'From file' no longer applies there, because Outer has its own\n",
    )
    assert.equal(
      attach('Inner', '--app', 'SSH', '--group', 'Admins').split('\n').slice(1).join('\n'),
      "The section lockout of policy 'Outer' of the application no longer applies there, because Inner has its own\n",
    )
  })

  test('explain lists bypass while the user has a usable bypass code', () => {
    const methods = (...args: string[]) =>
      json('explain', 'alice', '--app', 'VPN', ...args).steps.at(-1).because
    assert.equal(methods(), 'allowed methods: hardware-token')
    json('bypass', 'create', 'alice', '--valid-for', '1h')
    assert.equal(methods(), 'allowed methods: hardware-token, bypass')
    assert.equal(methods('--at', '2099-01-05T12:00Z'), 'allowed methods: hardware-token')
  })

  test('create and edit warn of each section and key that is not evaluated', () => {
    const misspelt = '{"new_usr":{"new_user_behavior":"deny"}}'
    const create = ['policy', 'create', '--name', 'Misspelt', '--sections', misspelt]
    const created = countersign(create)
    assert.equal(created.status, 0)
    assert.match(
      created.stderr,
      /section new_usr is kept, but not evaluated; did you mean new_user\?/,
    )
    const networks = '{"authorized_networks":{"blocked":{"ip_lists":["192.0.2.1"]}}}'
    const edited = countersign(['policy', 'edit', 'Misspelt', '--sections', networks])
    assert.equal(edited.status, 0)
    assert.match(
      edited.stderr,
      /key authorized_networks.blocked.ip_lists is kept, but not evaluated; did you mean ip_list\?/,
    )
    assert.deepEqual(json('policy', 'show', 'Misspelt').sections, {
      ...JSON.parse(misspelt),
      ...JSON.parse(networks),
    })
  })

  test('an error message names what is wrong', () => {
    const create = ['policy', 'create', '--name', 'Wrong']
    assert.match(
      refused(...create, '--block-methods', 'fax'),
      /--block-methods: 'fax' is not a method; choose from duo-push, /,
    )
    assert.match(
      refused(...create, '--trust-networks', '192.0.2.0/33'),
      /--trust-networks: '192.0.2.0\/33' is not an address, network or range\n/,
    )
    assert.match(
      refused(...create, '--time-zone', 'Berlin'),
      /--time-zone: 'Berlin' is not a time zone; write it like Europe\/Berlin\n/,
    )
    assert.match(
      refused(...create, '--sections', '{"access_hours":{"alowed":[]}}'),
      /access_hours.alowed: there is no such key; choose from time_zone, allowed\n/,
    )
    assert.match(
      refused('explain', 'alice', '--app', 'VPN', '--ip', '1.2.3'),
      /'1.2.3' is invalid. it is not an IP address; write it like 192.0.2.1/i,
    )
    assert.match(refused(...create, '--hours', 'weekdays'), /'weekdays' is not understood/)
    assert.match(refused(...create, '--sections', '{'), /the sections can't be read/)
    assert.match(
      refused('policy', 'edit', 'First', '--delete-section', 'lockuot'),
      /First has no section lockuot; it has only lockout/,
    )
    assert.match(refused('policy', 'show', 'Frist'), /there is no policy 'Frist'/)
    const taken = (name: string) => new RegExp(`there is a policy '${name}' already`)
    assert.match(refused('policy', 'create', '--name', 'fIRST'), taken('fIRST'))
    assert.match(refused('policy', 'edit', 'Inner', '--name', 'First'), taken('First'))
    assert.match(refused('policy', 'attach', 'First'), /name one of --global and --app/)
    assert.match(refused('explain', 'alice', '--app', 'VPM'), /did you mean VPN\?/)
  })
})
