import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Integrations } from '../../../../../src/service/applications/integrations.ts'
import { Policies } from '../../../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../../../src/service/applications/policy/policy_attachments.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('groups, phones, tokens and bypass codes in the panel', () => {
  let service: TestService
  let client: AdminClient
  let aliceId: string
  before(async () => {
    service = await TestService.start()
    client = await AdminClient.signedIn(service)
    const alice = await service.addUser({ username: 'alice' })
    aliceId = alice.userId
  })
  after(() => service.close())

  test('creates, changes and deletes a group with a member', async () => {
    const { body: group } = await client.post('groups', { name: 'Sales', description: 'Field' })
    assert.partialDeepStrictEqual(group, { name: 'Sales', status: 'active', members: 0 })
    const path = `groups/${group.group_id}`
    const { body: joined } = await client.post(`${path}/members`, { username: 'alice' })
    assert.equal(joined.members, 1)
    const { body: changed } = await client.call('PATCH', path, { status: 'disabled' })
    assert.partialDeepStrictEqual(changed, { name: 'Sales', status: 'disabled', members: 1 })
    const { body: list } = await client.get('groups?q=sal')
    assert.deepEqual(list.items, [changed])
    assert.deepEqual((await client.get(path)).body, {
      ...changed,
      policies: [],
      permitted_in: [],
    })
    await client.call('DELETE', `${path}/members/${aliceId}`)
    assert.equal((await client.get(path)).body.members, 0)
    await client.call('DELETE', path)
    assert.equal((await client.get(path)).status, 404)
    assert.equal((await client.call('DELETE', path)).status, 404)
  })

  test('tells what depends on a group, and logs what ended with it', async () => {
    const { body: group } = await client.post('groups', { name: 'Contractors' })
    const id = String(group.group_id)
    await client.post(`groups/${id}/members`, { username: 'alice' })
    const { ikey, name } = await service.addIntegration('radius')
    const { policyKey } = await service.store.transaction(async (db) => {
      const strict = { name: 'Strict', sections: {} }
      const policy = await new Policies(service.store).create(strict, Date.now(), db)
      const attachments = new PolicyAttachments(service.store)
      await attachments.attachToGroup({ ikey, groupId: id }, policy.policyKey, undefined, db)
      return policy
    })
    await client.call('PATCH', `applications/${ikey}`, {
      user_access: 'PERMITTED_GROUPS',
      permitted_groups: [id],
    })
    const { body: shown } = await client.get(`groups/${id}`)
    assert.deepEqual(shown.policies, [
      { policy_key: policyKey, policy_name: 'Strict', ikey, application: name },
    ])
    assert.deepEqual(shown.permitted_in, [{ ikey, application: name, groups: 1 }])
    await client.call('DELETE', `groups/${id}`)
    const line = await service.store.db
      .selectFrom('administrator_log')
      .select('changes')
      .where('action', '=', 'group_delete')
      .where('object_id', '=', id)
      .executeTakeFirstOrThrow()
    assert.partialDeepStrictEqual(JSON.parse(line.changes), {
      members: { before: 1 },
      policies_in: { before: [name] },
      permitted_in: { before: [name] },
    })
  })

  test('names the field of an unknown user', async () => {
    const { body: group } = await client.post('groups', { name: 'Field names' })
    const refused = await client.post(`groups/${group.group_id}/members`, { username: 'nobody' })
    assert.equal(refused.status, 400)
    assert.partialDeepStrictEqual(refused.body.error, { code: 'invalid', field: 'username' })
  })

  test('adds phones, orders them, and creates an activation link once', async () => {
    const { body: first } = await client.post(`users/${aliceId}/phones`, {
      number: '+12025550101',
      name: 'Office',
    })
    const { body: second } = await client.post(`users/${aliceId}/phones`, { name: 'Tablet' })
    const order = [second.phone_id, first.phone_id]
    await client.call('PUT', `users/${aliceId}/phone_order`, { phone_ids: order })
    const stored = await service.store.db
      .selectFrom('phones')
      .select('phone_id')
      .where('user_id', '=', aliceId)
      .orderBy('position')
      .execute()
    assert.deepEqual(
      stored.map(({ phone_id }) => phone_id),
      order,
    )
    const stale = await client.call('PUT', `users/${aliceId}/phone_order`, {
      phone_ids: [first.phone_id],
    })
    assert.equal(stale.status, 400)
    const { body: list } = await client.get('phones?q=%2B1202')
    assert.deepEqual(list.items, [first])
    assert.partialDeepStrictEqual(first, { activated: false, user: { username: 'alice' } })
    const { body: link } = await client.post(`phones/${first.phone_id}/activation`)
    assert.match(String(link.url), /^https:\/\/[^/]+\/activate\/\w+$/)
    assert.match(String(link.qr_svg), /^<svg/)
    await client.call('DELETE', `phones/${second.phone_id}`)
    assert.equal((await client.get(`phones/${second.phone_id}`)).status, 404)
  })

  test('finds phones by number, user, platform and app', async () => {
    const { userId } = await service.addUser({ username: 'dora', realname: 'Dora Dean' })
    await service.addPushPhone(userId, { name: 'Own' })
    const { body: old } = await client.post(`users/${userId}/phones`, {
      number: '+4930901820',
      platform: 'apple ios',
    })
    const found = async (query: string) => {
      const { items } = (await client.get(`phones?${query}`)).body
      return Array.isArray(items) ? items.map(({ name, number }) => `${name}${number}`) : []
    }
    assert.deepEqual(await found('q=dea'), ['Own', '+4930901820'])
    assert.deepEqual(await found('q=493'), ['+4930901820'])
    assert.deepEqual(await found('q=nobody'), [])
    assert.deepEqual(await found('q=dea&activated=true'), ['Own'])
    assert.deepEqual(await found('q=dea&platform=ios'), ['+4930901820'])
    assert.deepEqual(await found('q=dea&platform=other'), ['Own'])
    assert.deepEqual(await found('unassigned=true'), [])
    const path = `phones/${old.phone_id}`
    const { body: shown } = await client.get(path)
    assert.partialDeepStrictEqual(shown, {
      position: 2,
      app: null,
      remaining: { phones: 1, tokens: 0, passkeys: 0 },
    })
  })

  test('changes a phone, detaches it with its app, and attaches it to another user', async () => {
    const { userId } = await service.addUser({ username: 'eric' })
    await service.addPushPhone(userId, { name: 'Pixel' })
    const { body: list } = await client.get('phones?q=eric')
    const [{ phone_id }] = Array.isArray(list.items) ? list.items : []
    const path = `phones/${phone_id}`
    const { body: changed } = await client.call('PATCH', path, { number: '+1 202 555 0199' })
    assert.partialDeepStrictEqual(changed, { number: '+12025550199', name: 'Pixel' })
    const wrong = await client.call('PATCH', path, { number: '12' })
    assert.partialDeepStrictEqual(wrong.body.error, { code: 'invalid', field: 'number' })
    const { body: free } = await client.post(`${path}/detach`)
    assert.partialDeepStrictEqual(free, { user: null, activated: false, seen: null })
    const { body: given } = await client.post(`${path}/attach`, { username: 'alice' })
    assert.partialDeepStrictEqual(given, { user: { username: 'alice' }, activated: false })
    const taken = await client.post(`${path}/attach`, { username: 'eric' })
    assert.equal(taken.status, 409)
  })

  test('neither lists nor moves the passcode generator of a phone', async () => {
    const { userId } = await service.addUser({ username: 'fred' })
    await service.addPushPhone(userId)
    const generator = await service.store.db
      .selectFrom('oath_tokens')
      .select(['token_id', 'serial'])
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    const { body: list } = await client.get(`tokens?q=${generator.serial}`)
    assert.deepEqual(list.items, [])
    const path = `tokens/${generator.token_id}`
    for (const [act, body] of [
      ['assign', { username: 'alice' }],
      ['unassign', {}],
    ] as const) {
      assert.equal((await client.post(`${path}/${act}`, body)).status, 400)
    }
  })

  test('adds a token, assigns it, and refuses wrong codes of a resync', async () => {
    const { body: token, text } = await client.post('tokens', {
      serial: 'A-1',
      kind: 'hotp-6',
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    })
    assert.doesNotMatch(text, /GEZDGNBV/)
    const path = `tokens/${token.token_id}`
    const { body: assigned } = await client.post(`${path}/assign`, { username: 'alice' })
    assert.partialDeepStrictEqual(assigned, { serial: 'A-1', user: { username: 'alice' } })
    // RFC 4226 Appendix D
    const wrong = await client.post(`${path}/resync`, { codes: ['111111', '222222', '333333'] })
    assert.partialDeepStrictEqual(wrong.body.error, { code: 'invalid', field: 'codes' })
    const right = await client.post(`${path}/resync`, { codes: ['969429', '338314', '254676'] })
    assert.equal(right.status, 200)
    await service.addUser({ username: 'gina' })
    const moved = await client.post(`${path}/assign`, { username: 'gina' })
    assert.partialDeepStrictEqual(moved.body.error, { code: 'invalid', field: 'username' })
    const { body: free } = await client.post(`${path}/unassign`)
    assert.equal(free.user, null)
    assert.deepEqual((await client.get('tokens?q=A-&unassigned=true')).body.items, [free])
    await client.call('DELETE', path)
    assert.equal((await client.get(path)).status, 404)
  })

  test('previews a token file, names its bad lines, and imports the others', async () => {
    const content = Buffer.from(
      'serial,secret\nB-1,3132333435363738393031323334353637383930\nB-2,zz\n',
    ).toString('base64')
    const file = { file_name: 'tokens.csv', content, kind: 'totp-6' }
    const { body: preview } = await client.post('tokens/import', { ...file, dry_run: true })
    assert.partialDeepStrictEqual(preview, { format: 'csv', added: 1, problem_count: 1 })
    assert.deepEqual((await client.get('tokens?q=B-')).body.items, [])
    const refused = await client.post('tokens/import', { ...file, dry_run: false })
    assert.equal(refused.status, 400)
    const { body: imported } = await client.post('tokens/import', {
      ...file,
      dry_run: false,
      skip_invalid: true,
    })
    assert.equal(imported.added, 1)
    assert.equal(imported.dry_run, false)
    const { body: list } = await client.get('tokens?q=B-')
    assert.partialDeepStrictEqual(list.items, [{ serial: 'B-1', kind: 'totp-6', user: null }])
  })

  test('warns of secrets that two tokens have, in the file or in the database', async () => {
    const secrets = ['31', '32', '33'].map((digits) => digits.repeat(20))
    const preview = async (...lines: readonly string[]) => {
      const content = Buffer.from(['serial,secret', ...lines].join('\n')).toString('base64')
      const file = { file_name: 'tokens.csv', content, kind: 'hotp-6' }
      const { body } = await client.post('tokens/import', { ...file, dry_run: true })
      await client.post('tokens/import', { ...file, dry_run: false })
      return body
    }
    const first = await preview(`0031,${secrets[0]}`, `32,${secrets[1]}`)
    assert.deepEqual(first.shared_secrets, [])
    const again = await preview(`31,${secrets[0]}`, `32,${secrets[1]}`, `33,${secrets[2]}`)
    assert.deepEqual(again.shared_secrets, [{ serial: '31', other: '0031' }])
    assert.deepEqual(again.serials, { added: ['31', '33'], existing: ['32'] })
    const doubled = await preview(`34,${'34'.repeat(20)}`, `35,${'34'.repeat(20)}`)
    assert.deepEqual(doubled.shared_secrets, [{ serial: '35', other: '34' }])
  })

  test('lists who could sign in with a bypass code', async () => {
    const { userId } = await service.addUser({ username: 'hugo' })
    await client.post(`users/${userId}/bypass_codes`, { count: 2, valid_secs: 3600 })
    const { body: list } = await client.get('bypass_codes/users')
    const [holder] = Array.isArray(list.items) ? list.items : []
    assert.partialDeepStrictEqual(holder, {
      user: { username: 'hugo' },
      codes: 2,
      recovery_codes: 0,
    })
    assert.match(String(holder.created_by), /@example\.com$/)
    await client.post(`users/${userId}/bypass_codes`, { count: 1, valid_secs: 0 })
    const { body: longer } = await client.get('bypass_codes/users')
    assert.partialDeepStrictEqual(longer.items, [{ codes: 3, expires: null }])
    await client.call('DELETE', `users/${userId}/bypass_codes`)
    assert.deepEqual((await client.get('bypass_codes/users')).body.items, [])
  })

  test('names the applications where bypass codes do not work, and shows the protocol there', async () => {
    const { userId } = await service.addUser({ username: 'ida' })
    const { ikey, name } = await service.addIntegration('radius')
    const create = async () =>
      (await client.post(`users/${userId}/bypass_codes`, { count: 1, valid_secs: 3600 })).body
    const protocolShown = async () => (await client.get(`applications/${ikey}`)).body.proof_protocol
    assert.deepEqual((await create()).unusable_in, [])
    assert.equal(await protocolShown(), null)
    const proof = { protocol: 'MS-CHAPv2', seen: Date.now() }
    await new Integrations(service.store).sawProof(ikey, proof, service.store.db)
    assert.deepEqual((await client.get('bypass_codes/places')).body, { unusable_in: [name] })
    assert.deepEqual((await create()).unusable_in, [name])
    assert.equal(await protocolShown(), 'MS-CHAPv2')
    const old = { protocol: 'MS-CHAPv2', seen: Date.now() - 31 * 86_400_000 }
    await new Integrations(service.store).sawProof(ikey, old, service.store.db)
    assert.deepEqual((await create()).unusable_in, [])
    assert.equal(await protocolShown(), null)
    await client.call('DELETE', `users/${userId}/bypass_codes`)
  })

  test('shows bypass codes once, lists and deletes them', async () => {
    const { body: made } = await client.post(`users/${aliceId}/bypass_codes`, { count: 2 })
    assert.equal(Array.isArray(made.codes) && made.codes.length, 2)
    const { body: list, text } = await client.get('bypass_codes?username=alice')
    assert.equal(Array.isArray(list.items) && list.items.length, 2)
    for (const code of Array.isArray(made.codes) ? made.codes : []) {
      assert.equal(text.includes(String(code)), false)
    }
    const [first] = Array.isArray(list.items) ? list.items : []
    assert.partialDeepStrictEqual(first, { kind: 'bypass', uses_left: 1 })
    await client.call('DELETE', `bypass_codes/${first.bypass_code_id}`)
    const { body: ended } = await client.call('DELETE', `users/${aliceId}/bypass_codes`)
    assert.deepEqual(ended, { bypass: 1, recovery: 0 })
    assert.deepEqual((await client.get('bypass_codes')).body.items, [])
    assert.deepEqual((await client.get('bypass_codes?username=nobody')).body.items, [])
  })

  test('lets a Read-only administrator look and change nothing', async () => {
    const reader = await AdminClient.signedIn(service, { role: 'Read-only' })
    for (const path of ['groups', 'phones', 'tokens', 'bypass_codes']) {
      assert.equal((await reader.get(path)).status, 200)
    }
    const refused = await reader.post('groups', { name: 'Own' })
    assert.equal(refused.status, 403)
    assert.partialDeepStrictEqual(refused.body.error, { code: 'denied', permit: 'groups.edit' })
  })
})
