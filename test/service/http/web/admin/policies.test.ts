import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { attachPolicy } from '../../../../../src/service/administration/acts/policies.ts'
import { updateSettings } from '../../../../../src/service/administration/acts/settings.ts'
import { Administration } from '../../../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../../../src/service/administration/roles.ts'
import { Policies } from '../../../../../src/service/applications/policy/policies.ts'
import { defaultConfig } from '../../../../../src/service/config/service_config.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { Settings } from '../../../../../src/service/settings/settings.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'
import { serviceMainlyOnSqlite } from '../../../../rig/service_databases.ts'

interface PolicyAnswer {
  readonly policy_key: string
  readonly name: string
  readonly sections: Readonly<Record<string, unknown>>
  readonly applies_to: readonly object[]
}

const strict = { new_user: { new_user_behavior: 'deny' } }
const loose = { new_user: { new_user_behavior: 'no-mfa' } }

async function addGroup(service: TestService, name: string): Promise<string> {
  const group = await service.store.transaction((db) => new Groups().create(name, 'active', '', db))
  return group.groupId
}

async function create(client: AdminClient, body: object): Promise<PolicyAnswer> {
  const answer = await client.post('policies', body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body as unknown as PolicyAnswer
}

serviceMainlyOnSqlite('policies in the panel', (rig) => {
  let service: TestService
  let owner: AdminClient
  before(async () => {
    service = await rig.start()
    owner = await AdminClient.signedIn(service)
  })

  test('the list begins with the global policy, which can be changed before there is one', async () => {
    const { body } = await owner.get('policies')
    assert.partialDeepStrictEqual(body, {
      items: [{ policy_key: 'global', is_global: true, section_names: [], applies_to: [] }],
      next: null,
      total: 1,
    })
    assert.partialDeepStrictEqual((await owner.get('policies/global')).body, { sections: {} })
    const changed = await owner.call('PATCH', 'policies/global', { sections: strict })
    assert.partialDeepStrictEqual(changed.body, { is_global: true, sections: strict })
    const again = await owner.call('PATCH', 'policies/global', { name: 'Everyone' })
    assert.deepEqual(
      [again.body.policy_key, again.body.name],
      [changed.body.policy_key, 'Everyone'],
    )
    const removed = await owner.call('DELETE', 'policies/global', { name: 'Everyone' })
    assert.partialDeepStrictEqual(removed.body, { error: { code: 'conflict' } })
  })

  test('a policy is created, copied, renamed, searched, changed and deleted', async () => {
    const browsers = { blocked_browsers_list: 'ie' }
    const made = await create(owner, { name: 'Base', sections: { ...strict, browsers } })
    const copy = await create(owner, { name: 'Base copy', copy_of: made.policy_key })
    assert.deepEqual(copy.sections, made.sections)
    const path = `policies/${copy.policy_key}`
    const changed = await owner.call('PATCH', path, {
      name: 'Renamed',
      sections: { access_hours: { allowed: [{ days: 'mon, tue', from: '08:00', to: '17:00' }] } },
      sections_to_delete: ['new_user'],
    })
    assert.partialDeepStrictEqual(changed.body, {
      name: 'Renamed',
      section_names: ['browsers', 'access_hours'],
      sections: { access_hours: { allowed: [{ days: ['mon', 'tue'] }] } },
      keys_not_enforced: ['browsers'],
    })
    const descriptions = changed.body.descriptions as { section: string; enforced: boolean }[]
    assert.deepEqual(
      descriptions.filter(({ enforced }) => !enforced).map(({ section }) => section),
      ['browsers'],
    )
    const { body } = await owner.get('policies?q=RENA')
    assert.partialDeepStrictEqual(body, { total: 1, items: [{ name: 'Renamed' }] })
    const wrong = await owner.call('PATCH', path, { sections: { new_user: { behavior: 1 } } })
    assert.equal(wrong.status, 200, 'unknown keys of the vendor are kept')
    const invalid = await owner.call('PATCH', path, {
      sections: { new_user: { new_user_behavior: 'maybe' } },
    })
    assert.partialDeepStrictEqual(invalid.body, { error: { code: 'invalid', field: 'sections' } })
    assert.equal((await owner.call('DELETE', path, { name: 'Base' })).status, 400)
    assert.equal((await owner.call('DELETE', path, { name: 'Renamed' })).status, 200)
    assert.equal((await owner.get(path)).status, 404)
    assert.equal((await owner.post('policies', { name: 'base' })).status, 409)
  })

  test('a list has pages', async () => {
    for (const name of ['Page 1', 'Page 2', 'Page 3']) await create(owner, { name })
    const first = await owner.get('policies?q=page&limit=2')
    assert.partialDeepStrictEqual(first.body, { items: [{ name: 'Page 1' }, { name: 'Page 2' }] })
    const rest = await owner.get(`policies?q=page&limit=2&after=${String(first.body.next)}`)
    assert.partialDeepStrictEqual(rest.body, { items: [{ name: 'Page 3' }], next: null })
  })

  test('a section that was changed meanwhile is not overwritten', async () => {
    const { policy_key: key } = await create(owner, { name: 'Two editors', sections: strict })
    const path = `policies/${key}`
    await owner.call('PATCH', path, { sections: { new_user: { new_user_behavior: 'enroll' } } })
    const late = await owner.call('PATCH', path, { sections: loose, seen: strict })
    assert.equal(late.status, 409)
    const other = { authentication_policy: { user_auth_behavior: 'enforce' } }
    const kept = await owner.call('PATCH', path, { sections: other, seen: strict })
    assert.deepEqual(kept.body.section_names, ['new_user', 'authentication_policy'])
  })

  test('is applied to an application and to its groups, and the effective policy says by whom', async () => {
    const { ikey } = await service.addIntegration('radius')
    const [staff, guests] = [await addGroup(service, 'Staff'), await addGroup(service, 'Guests')]
    const base = await create(owner, { name: 'VPN base', sections: strict })
    const digits = { authentication_methods: { verified_push_digits: 6 } }
    const groups = await create(owner, { name: 'VPN groups', sections: digits })
    const places = `policies/${groups.policy_key}/places`
    await owner.post(`policies/${base.policy_key}/places`, { kind: 'application', ikey })
    await owner.post(places, { kind: 'group', ikey, group_id: staff })
    const applied = await owner.post(places, { kind: 'group', ikey, group_id: guests, position: 1 })
    assert.partialDeepStrictEqual(applied.body, {
      applies_to: [
        { group: 'Guests', position: 1 },
        { group: 'Staff', position: 2 },
      ],
    })
    const shown = await owner.get(`applications/${ikey}/policies`)
    assert.partialDeepStrictEqual(shown.body, {
      application: { name: 'VPN base' },
      groups: [{ group: 'Guests' }, { group: 'Staff', name: 'VPN groups', position: 2 }],
    })
    await owner.post(places, { kind: 'group', ikey, group_id: staff, position: 1 })
    const moved = await owner.get(`applications/${ikey}/policies`)
    assert.partialDeepStrictEqual(moved.body, { groups: [{ group: 'Staff' }, { group: 'Guests' }] })

    const user = await service.addUser({ username: 'member' })
    await service.store.transaction((db) => new Groups().addMember(staff, user.userId, db))
    const { body } = await owner.get(`applications/${ikey}/effective-policy?username=member`)
    const source = (name: string, answer: unknown) =>
      (answer as { sections: { section: string; value: object; source: object }[] }).sections.find(
        ({ section }) => section === name,
      )
    assert.partialDeepStrictEqual(source('authentication_methods', body), {
      value: { verified_push_digits: 6, blocked_auth_list: [] },
      source: { level: 'group', policy_name: 'VPN groups', group: 'Staff' },
    })
    assert.partialDeepStrictEqual(source('new_user', body), {
      value: { new_user_behavior: 'deny' },
      source: { level: 'application', policy_key: base.policy_key },
    })
    const of = await owner.get(`applications/${ikey}/effective-policy?groups=${guests}`)
    assert.partialDeepStrictEqual(source('authentication_methods', of.body), {
      source: { group: 'Guests' },
    })
    const nobody = await owner.get(`applications/${ikey}/effective-policy`)
    assert.partialDeepStrictEqual(source('authentication_methods', nobody.body), {
      source: { level: 'default' },
    })
    const unknown = await owner.get(`applications/${ikey}/effective-policy?username=nobody`)
    assert.partialDeepStrictEqual(unknown.body, { error: { field: 'username' } })
    const detached = await owner.call('DELETE', places, { kind: 'group', ikey, group_id: staff })
    assert.partialDeepStrictEqual(detached.body, { applies_to: [{ group: 'Guests', position: 1 }] })
  })

  test('each role sees and does what its permits say', async () => {
    const { ikey } = await service.addIntegration('radius')
    const { policy_key: key } = await create(owner, { name: 'Roles' })
    const place = { kind: 'application', ikey }
    const change = { change: 'sections', policy: key, sections: {} }
    for (const [role, sees, assigns, edits] of [
      ['Administrator', 200, 200, 200],
      ['Application Manager', 200, 200, 403],
      ['Read-only', 200, 403, 403],
      ['Help Desk', 403, 403, 403],
    ] as const) {
      const client = await AdminClient.signedIn(service, { role })
      const statuses = [
        (await client.get('policies')).status,
        (await client.get(`policies/${key}`)).status,
        (await client.get(`applications/${ikey}/policies`)).status,
        (await client.post('policies/impact', change)).status,
        (await client.post(`policies/${key}/places`, place)).status,
        (await client.call('PATCH', `policies/${key}`, { name: 'Roles' })).status,
        (await client.post(`policies/${key}/places`, { kind: 'global' })).status,
      ]
      assert.deepEqual(statuses, [sees, sees, sees, sees, assigns, edits, edits], role)
      await owner.call('DELETE', `policies/${key}/places`, { kind: 'global' })
    }
  })
})

describe('weakening a policy while a second administrator is required', () => {
  const clock = new ManualClock(Date.now())
  let service: TestService
  let owner: AdminClient
  let other: AdminClient
  let ikey: string
  let key: string

  before(async () => {
    service = await TestService.start({ clock })
    const now = () => clock.now()
    owner = await AdminClient.signedIn(service, { now })
    other = await AdminClient.signedIn(service, { now })
    ikey = (await service.addIntegration('radius')).ikey
    key = (await create(owner, { name: 'VPN', sections: strict })).policy_key
    await owner.post(`policies/${key}/places`, { kind: 'application', ikey })
    const settings = await Settings.load(defaultConfig(service.folder), service.store.db)
    await commandLine().run(updateSettings, { settings, update: { two_person_approval: true } })
  })
  after(() => service.close())

  const commandLine = () =>
    new Administration(service.store, clock, { name: 'cli:root', role: builtInRole('Owner') })
  const sections = async () =>
    (await new Policies(service.store).byKey(key, service.store.db))?.sections
  const waits = (answer: { readonly status: number; readonly body: object }): string => {
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    const { approval } = answer.body as { approval: { id: string } }
    return approval.id
  }

  test('a change that asks less waits, and changes what was asked for when approved', async () => {
    const id = waits(await owner.call('PATCH', `policies/${key}`, { sections: loose }))
    assert.deepEqual(await sections(), strict)
    const listed = await other.get(`approvals/${id}`)
    assert.match(String(listed.body.summary), /^Weaken the policy VPN: .*no-mfa/)
    assert.equal((await other.post(`approvals/${id}/approve`)).status, 200)
    assert.deepEqual(await sections(), loose)
  })

  test('the second person sees each section that changes, whatever the others are', async () => {
    const networks = Array.from({ length: 60 }, (_, index) => `10.0.${index}.0/24`)
    const sections = { authorized_networks: { no_2fa_ip_list: networks }, ...loose }
    const id = waits(await owner.call('PATCH', `policies/${key}`, { sections }))
    const { summary } = (await other.get(`approvals/${id}`)).body
    assert.match(String(summary), /authorized_networks=.*…; .*no-mfa/)
  })

  test('a change that asks more is made at once', async () => {
    const answer = await owner.call('PATCH', `policies/${key}`, { sections: strict })
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(await sections(), strict)
  })

  test('a policy that was changed meanwhile is not weakened', async () => {
    const id = waits(await owner.call('PATCH', `policies/${key}`, { sections: loose }))
    const hours = { access_hours: { allowed: [{ from: '08:00', to: '18:00' }] } }
    assert.equal((await owner.call('PATCH', `policies/${key}`, { sections: hours })).status, 200)
    const answer = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'approval_failed' } })
    assert.partialDeepStrictEqual(await sections(), { ...strict, ...hours })
  })

  test('so do detaching it, deleting it, and putting a weaker one in its place', async () => {
    const place = { kind: 'application', ikey }
    waits(await owner.call('DELETE', `policies/${key}/places`, place))
    waits(await owner.call('DELETE', `policies/${key}`, { name: 'VPN' }))
    const weak = await create(owner, { name: 'Weak', sections: loose })
    const changed = await owner.call('PATCH', `policies/${weak.policy_key}`, { sections: {} })
    assert.equal(changed.status, 200, 'it applies nowhere')
    const attach = `policies/${weak.policy_key}/places`
    const id = waits(await owner.post(attach, place))
    assert.equal((await other.post(`approvals/${id}/approve`)).status, 200)
    const shown = await owner.get(`applications/${ikey}/policies`)
    assert.partialDeepStrictEqual(shown.body, { application: { name: 'Weak' } })
    waits(await owner.post(attach, { kind: 'global' }))
    const back = await owner.post(`policies/${key}/places`, place)
    assert.equal(back.status, 200, back.text)
  })

  test('a policy that is attached with an approval is the one that was approved', async () => {
    const made = await create(owner, { name: 'Later weaker' })
    const id = waits(
      await owner.post(`policies/${made.policy_key}/places`, { kind: 'application', ikey }),
    )
    await owner.call('PATCH', `policies/${made.policy_key}`, { sections: loose })
    const answer = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'approval_failed' } })
  })

  test('so does deleting a group whose policy asks more than the next one', async () => {
    const [strictly, loosely] = [await addGroup(service, 'Strict'), await addGroup(service, 'Free')]
    const stricter = { authentication_policy: { user_auth_behavior: 'deny' } }
    const made = await create(owner, { name: 'For groups', sections: stricter })
    const place = { kind: 'group', ikey, group_id: strictly }
    assert.equal((await owner.post(`policies/${made.policy_key}/places`, place)).status, 200)
    assert.equal((await owner.call('DELETE', `groups/${loosely}`)).status, 200)
    const id = waits(await owner.call('DELETE', `groups/${strictly}`))
    assert.equal((await other.post(`approvals/${id}/approve`)).status, 200)
    assert.equal((await owner.get(`groups/${strictly}`)).status, 404)
  })

  test('the Admin API refuses it, and the command line does not', async () => {
    const admin = await AdminApiClient.create(service)
    const path = `/admin/v2/policies/${key}`
    const [status, code, detail] = await admin.failure('PUT', path, { sections: loose })
    assert.deepEqual([status, code], [403, 40301])
    assert.match(String(detail), /second administrator/)
    const integration = `/admin/v3/integrations/${ikey}`
    assert.equal((await admin.failure('POST', integration, { policy_key: '' }))[1], 40301)
    assert.equal((await admin.failure('POST', integration, { enroll_policy: 'allow' }))[1], 40301)
    const stricter = { authentication_policy: { user_auth_behavior: 'deny' } }
    await admin.ok('PUT', path, { sections: stricter })
    assert.partialDeepStrictEqual(await sections(), { ...strict, ...stricter })
    const policy = await new Policies(service.store).byKey(key, service.store.db)
    assert(policy !== undefined)
    await commandLine().run(attachPolicy, { policy, place: { kind: 'global' } })
  })

  test('turning failmode=safe on waits, and turning it off does not', async () => {
    const path = `applications/${ikey}`
    const set = (failmode: string) => owner.call('PATCH', path, { client: { failmode } })
    const id = waits(await set('safe'))
    assert.partialDeepStrictEqual((await owner.get(path)).body, { client: { failmode: null } })
    assert.equal((await other.post(`approvals/${id}/approve`)).status, 200)
    assert.partialDeepStrictEqual((await owner.get(path)).body, { client: { failmode: 'safe' } })
    assert.equal((await set('safe')).status, 200)
    assert.equal((await set('secure')).status, 200)
    const body = { product: 'radius', name: 'Open VPN', client: { failmode: 'safe' } }
    const created = waits(await owner.post('applications', body))
    assert.equal((await other.post(`approvals/${created}/approve`)).status, 200)
    const { body: taken } = await owner.post(`approvals/${created}/result`)
    const listed = await owner.get('applications?q=Open')
    const [open] = listed.body.items as { integration_key: string }[]
    assert.partialDeepStrictEqual(taken, { result: { ikey: open?.integration_key } })
  })

  test('policies cannot be touched with an old second factor', async () => {
    clock.advance(10 * 60_000)
    const requests = [
      owner.post('policies', { name: 'Late' }),
      owner.call('PATCH', `policies/${key}`, { name: 'Late' }),
      owner.call('DELETE', `policies/${key}`, { name: 'VPN' }),
      owner.post(`policies/${key}/places`, { kind: 'global' }),
    ]
    for (const { status, body } of await Promise.all(requests)) {
      assert.equal(status, 403)
      assert.partialDeepStrictEqual(body, { error: { code: 'step_up_required' } })
    }
  })
})
