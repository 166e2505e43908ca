import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Integration } from '../../../src/service/applications/integrations.ts'
import { Policies } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'

import type { PolicySections } from '../../../src/service/applications/policy/policy_sections.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { AdminClient } from '../../rig/admin_client.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { parseResponse, type TestService } from '../../rig/service.ts'
import { onEachDatabase } from '../../rig/service_databases.ts'

const friday = Date.parse('2026-11-27T10:00:00Z')
const hourMs = 3_600_000
const office = '192.0.2.7'

interface Effect {
  readonly effect: string
  readonly sign_ins: number
  readonly users: number
  readonly reasons: readonly { readonly reason: string; readonly sign_ins: number }[]
  readonly examples: readonly { readonly username: string; readonly factor: string }[]
}

onEachDatabase('the impact of a policy on real sign-ins', (rig) => {
  const clock = new ManualClock(friday)
  let service: TestService
  let client: AdminClient
  let vpn: Integration
  let mail: Integration
  let vpnPolicy: string
  let contractors: string

  before(async () => {
    service = await rig.start({ clock })
    client = await AdminClient.signedIn(service, { now: () => clock.now() })
    vpn = await service.addIntegration('authapi')
    mail = await service.addIntegration('authapi')
    vpnPolicy = await addPolicy(vpn, {})
    contractors = await service.store.transaction(async (db) => {
      const { groupId } = await new Groups().create('Contractors', 'active', '', db)
      return groupId
    })
    await signIns()
  })

  const addPolicy = async (integration: Integration, sections: PolicySections): Promise<string> =>
    await service.store.transaction(async (db) => {
      const policy = { name: integration.name, sections }
      const { policyKey } = await new Policies(service.store).create(policy, clock.now(), db)
      await new PolicyAttachments(service.store).setApplication(integration.ikey, policyKey, db)
      return policyKey
    })
  const post = async (
    path: 'preauth' | 'auth',
    integration: Integration,
    parameters: Readonly<Record<string, string>>,
  ) => {
    const call = { method: 'POST', path: `/auth/v2/${path}`, parameters, integration } as const
    return parseResponse(await service.call(call))
  }
  const passcode = (integration: Integration, username: string, code: string, ipaddr = office) =>
    post('auth', integration, { username, factor: 'passcode', passcode: code, ipaddr })

  /**
   * Ada signs in at the VPN twice with a token, once at night, and once at Mail; she types a wrong passcode.
   * Bob, a contractor, uses bypass codes; Cleo has no device; nobody knows Dora.
   */
  const signIns = async () => {
    const ada = await service.addUser({ username: 'ada' })
    const token = await service.addToken(ada.userId)
    const bob = await service.addUser({ username: 'bob' })
    const [first = '', second = ''] = await service.addBypassCodes(bob.userId, 2)
    await service.addUser({ username: 'cleo' })
    await service.store.transaction((db) => new Groups().addMember(contractors, bob.userId, db))
    clock.advance(-3 * 24 * hourMs)
    assert.equal((await passcode(vpn, 'ada', token.code(0))).result, 'allow')
    assert.equal((await passcode(vpn, 'ada', '000000')).result, 'deny')
    assert.equal((await passcode(vpn, 'bob', first)).result, 'allow')
    assert.equal((await passcode(mail, 'ada', token.code(1))).result, 'allow')
    clock.advance(13 * hourMs)
    assert.equal((await passcode(vpn, 'ada', token.code(2), '198.51.100.9')).result, 'allow')
    assert.equal((await passcode(mail, 'bob', second)).result, 'allow')
    for (const username of ['cleo', 'dora']) {
      assert.equal((await post('preauth', vpn, { username, ipaddr: office })).result, 'enroll')
      assert.equal((await passcode(vpn, username, '123456')).result, 'deny')
    }
    clock.advance(2 * 24 * hourMs + 11 * hourMs)
  }

  const impact = async (body: object) => {
    const answer = await client.post('policies/impact', body)
    assert.equal(answer.status, 200, answer.text)
    const { applications, bounded, weakened, not_shown, sign_ins } = answer.body
    const effects = answer.body.effects as readonly Effect[]
    const counted = effects.filter(({ sign_ins }) => sign_ins > 0)
    return {
      ...{ applications, bounded, weakened, not_shown, sign_ins },
      counts: Object.fromEntries(counted.map(({ effect, sign_ins }) => [effect, sign_ins])),
      effect: (name: string) => effects.find(({ effect }) => effect === name),
    }
  }
  const sections = async (given: PolicySections) =>
    await impact({ change: 'sections', policy: vpnPolicy, sections: given })

  test('blocking a method names who used it, and whether they have another one', async () => {
    const blocked = { authentication_methods: { blocked_auth_list: ['hardware-token'] } }
    const found = await sections(blocked)
    assert.deepEqual(found.counts, { allowed_to_denied: 2 })
    assert.partialDeepStrictEqual(found.effect('allowed_to_denied'), {
      users: 1,
      reasons: [{ reason: 'factor_restricted', sign_ins: 2 }],
      examples: [{ username: 'ada', factor: 'hardware_token', application: vpn.name }],
    })
    assert.deepEqual(found.applications, [{ ikey: vpn.ikey, name: vpn.name }])
    assert.deepEqual([found.bounded, found.weakened, found.not_shown], [false, [], []])
    const [ada] = (await client.get('users?q=ada')).body.items as { user_id: string }[]
    await service.addBypassCodes(ada?.user_id ?? '', 1)
    assert.deepEqual((await sections(blocked)).counts, { factor_refused: 2 })
  })

  test('a code that was used up since counts as a method of its sign-in', async () => {
    const found = await sections({ authentication_methods: { blocked_auth_list: ['bypass'] } })
    assert.deepEqual(found.counts, { allowed_to_denied: 1 })
    assert.equal(found.effect('allowed_to_denied')?.examples[0]?.username, 'bob')
  })

  test('a trusted network lets in without a factor whoever came from there', async () => {
    const found = await sections({
      authorized_networks: { no_2fa_required: { ip_list: [office] } },
    })
    assert.deepEqual(found.counts, { asked_to_allowed: 2, denied_to_allowed: 1 })
    assert.deepEqual(found.effect('asked_to_allowed')?.reasons, [
      { reason: 'trusted_network', sign_ins: 2 },
    ])
    assert.partialDeepStrictEqual(found.weakened, [{ section: 'authorized_networks' }])
  })

  test('hours are those of the sign-in', async () => {
    const allowed = [{ from: '08:00', to: '18:00' }]
    const found = await sections({ access_hours: { allowed } })
    assert.deepEqual(found.counts, { allowed_to_denied: 1 })
    assert.deepEqual(found.effect('allowed_to_denied')?.reasons, [
      { reason: 'outside_allowed_hours', sign_ins: 1 },
    ])
  })

  test('users without a device and unknown names follow their own sections', async () => {
    const found = await sections({
      new_user: { new_user_behavior: 'no-mfa' },
      user_without_device: { behavior: 'deny' },
    })
    const dora = found.effect('denied_to_allowed')
    assert.deepEqual(
      dora?.examples.map(({ username }) => username),
      ['dora'],
    )
    assert.deepEqual(found.counts, { denied_to_allowed: dora?.sign_ins })
  })

  test('a policy for a group reaches its members only', async () => {
    const denied = { authentication_policy: { user_auth_behavior: 'deny' } }
    const key = await service.store.transaction(async (db) => {
      const policy = { name: 'Contractors', sections: denied }
      return (await new Policies(service.store).create(policy, 0, db)).policyKey
    })
    const place = { kind: 'group', ikey: vpn.ikey, group_id: contractors }
    const found = await impact({ change: 'attach', policy: key, place })
    assert.deepEqual(found.counts, { allowed_to_denied: 1 })
    assert.equal(found.effect('allowed_to_denied')?.examples[0]?.username, 'bob')
    assert.deepEqual(found.weakened, [])
  })

  test('the global policy reaches every application, also before there is one', async () => {
    const denied = { authentication_policy: { user_auth_behavior: 'deny' } }
    const found = await impact({ change: 'sections', policy: 'global', sections: denied })
    assert.deepEqual(found.counts, { allowed_to_denied: 5 })
    assert.equal(found.effect('allowed_to_denied')?.users, 2)
  })

  test('limits and codes of a push are named as not shown', async () => {
    const found = await sections({
      lockout: { threshold: 3 },
      authentication_methods: { require_verified_push: true },
    })
    assert.deepEqual(found.counts, {})
    assert.deepEqual(found.not_shown, ['lockout', 'require_verified_push'])
  })

  test('a policy that applies nowhere has no impact, and nothing is changed', async () => {
    const key = await service.store.transaction(async (db) => {
      const policy = { name: 'Nowhere', sections: {} }
      return (await new Policies(service.store).create(policy, 0, db)).policyKey
    })
    const denied = { authentication_policy: { user_auth_behavior: 'deny' } }
    const found = await impact({ change: 'sections', policy: key, sections: denied })
    assert.deepEqual([found.sign_ins, found.counts, found.applications], [0, {}, []])
    const present = await new Policies(service.store).byKey(vpnPolicy, service.store.db)
    assert.deepEqual(present?.sections, {})
  })
})
