import assert from 'node:assert/strict'
import { WebauthnCredentials } from '../../../src/service/authenticators/passkey/webauthn_credentials.ts'
import { type ScenarioContext, tokenSecret } from './scenario.ts'

const tokens = '/admin/v1/tokens'

export async function tokensFromCreationToDeletion({
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const secret = tokenSecret
  const serial = `${prefix}-1`
  const created = await api.call('POST', tokens, { type: 'h6', serial, secret, counter: 0 })
  const { token_id: tokenId } = created
  const own = `${tokens}/${tokenId}`
  assert.deepEqual(await api.call('GET', own), created)
  assert.deepEqual(await api.call('GET', tokens, { type: 'h6', serial }), [created])
  for (const other of [
    { type: 'h8', secret },
    { type: 't6', secret, totp_step: 60 },
    { type: 't8', secret },
    { type: 'yk', private_id: '0123456789ab', aes_key: '0123456789abcdef0123456789abcdef' },
  ]) {
    const added = await api.call('POST', tokens, { ...other, serial: `${prefix}-${other.type}` })
    assert.equal(added.type, other.type)
    assert.equal(added.totp_step, { t6: 60, t8: 30 }[other.type] ?? null)
    await api.call('DELETE', `${tokens}/${added.token_id}`)
  }

  const { user_id: userId } = await api.call('POST', '/admin/v1/users', {
    username: `${prefix}-with-token`,
  })
  const ofUser = `/admin/v1/users/${userId}/tokens`
  assert.equal(await api.call('POST', ofUser, { token_id: tokenId }), '')
  assert.equal((await api.call('GET', ofUser))[0].token_id, tokenId)
  assert.equal((await api.call('GET', own)).users[0].user_id, userId)
  const codes = { code1: '755224', code2: '287082', code3: '359152' }
  assert.equal(await api.call('POST', `${own}/resync`, codes), '')
  assert.deepEqual(await api.refusal('POST', `${own}/resync`, codes), [400, 40002, 'code1'])
  assert.equal(await api.call('DELETE', `${ofUser}/${tokenId}`), '')
  assert.deepEqual(await api.call('GET', ofUser), [])
  await api.call('DELETE', `/admin/v1/users/${userId}`)

  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'token_id'])
}

export async function bypassCodesFromCreationToDeletion({
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const { user_id: userId } = await api.call('POST', '/admin/v1/users', {
    username: `${prefix}-with-codes`,
  })
  const ofUser = `/admin/v1/users/${userId}/bypass_codes`
  const generated: string[] = await api.call('POST', ofUser, {
    ...{ count: 3, reuse_count: 2, valid_secs: 3600 },
  })
  assert.ok(generated.length === 3 && generated.every((code) => /^\d{9}$/.test(code)))
  const chosen = { codes: '123456789,987654321', preserve_existing: true }
  assert.deepEqual(await api.call('POST', ofUser, chosen), ['123456789', '987654321'])
  const listed = await api.call('GET', ofUser)
  assert.equal(listed.length, 5)
  const { bypass_code_id: id } = listed[0]
  const own = `/admin/v1/bypass_codes/${id}`
  const code = await api.call('GET', own)
  assert.deepEqual([code, code.user.user_id, code.reuse_count], [listed[0], userId, 2])
  assert.equal(code.expiration - code.created, 3600)
  assert.ok((await api.call('GET', '/admin/v1/bypass_codes')).length >= 5)
  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'bypass_code_id'])
  await api.call('DELETE', `/admin/v1/users/${userId}`)
}

/** The API creates none: a user registers a passkey in a browser. */
export async function passkeys({ service, api, prefix }: ScenarioContext): Promise<void> {
  const { userId } = await service.addUser({ username: `${prefix}-with-passkey` })
  const { credentialId } = await service.store.transaction((db) =>
    new WebauthnCredentials().add(
      {
        ...{ webauthnId: `${prefix}-key`, userId, publicKey: 'AA', counter: 0 },
        ...{ transports: ['internal'], name: 'laptop' },
      },
      Date.now(),
      db,
    ),
  )
  const all = '/admin/v1/webauthncredentials'
  const own = `${all}/${credentialId}`
  const shown = await api.call('GET', own)
  assert.deepEqual(
    [shown.credential_name, shown.label, shown.user.user_id],
    ['laptop', 'Touch ID', userId],
  )
  assert.deepEqual(await api.call('GET', all), [shown])
  const { user: _, ...short } = shown
  const user = `/admin/v1/users/${userId}`
  assert.deepEqual(await api.call('GET', `${user}/webauthncredentials`), [short])
  assert.deepEqual((await api.call('GET', user)).webauthncredentials, [short])
  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'webauthnkey'])
  await api.call('DELETE', user)
}
