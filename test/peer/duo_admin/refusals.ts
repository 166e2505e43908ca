import assert from 'node:assert/strict'
import { Secret } from '../../../src/host/secret.ts'
import type { Integration } from '../../../src/service/applications/integrations.ts'
import type { Method } from '../../../src/service/http/api/admin/endpoint.ts'
import type { VendorAdminClient } from '../../rig/vendor_admin_client.ts'
import type { ScenarioContext } from './scenario.ts'

type Refusal = readonly [
  method: Method,
  path: string,
  parameters: Readonly<Record<string, unknown>>,
  code: number,
  parameter: string,
]

const v1 = '/admin/v1'
const refusals: readonly Refusal[] = [
  ['GET', `${v1}/users/DUX`, {}, 40401, 'user_id'],
  ['POST', `${v1}/users/DUX`, { realname: 'X' }, 40401, 'user_id'],
  ['GET', `${v1}/users/DUX/groups`, {}, 40401, 'user_id'],
  ['POST', `${v1}/users/DUX/bypass_codes`, {}, 40401, 'user_id'],
  ['GET', `${v1}/groups/DGX`, {}, 40401, 'group_id'],
  ['GET', '/admin/v2/groups/DGX/users', {}, 40401, 'group_id'],
  ['GET', `${v1}/phones/DPX`, {}, 40401, 'phone_id'],
  ['POST', `${v1}/phones/DPX/activation_url`, {}, 40401, 'phone_id'],
  ['GET', `${v1}/tokens/DHX`, {}, 40401, 'token_id'],
  ['GET', `${v1}/bypass_codes/X`, {}, 40401, 'bypass_code_id'],
  ['GET', `${v1}/webauthncredentials/WAX`, {}, 40401, 'webauthnkey'],
  ['GET', '/admin/v3/integrations/DIX', {}, 40401, 'integration_key'],
  ['POST', '/admin/v3/integrations/DIX', { notes: 'n' }, 40401, 'integration_key'],
  ['GET', '/admin/v2/policies/POX', {}, 40401, 'policy_key'],
  ['GET', `${v1}/admins/DEX`, {}, 40401, 'admin_id'],
  ['POST', `${v1}/admins/DEX`, { name: 'X' }, 40401, 'admin_id'],
  ['GET', `${v1}/nothing`, {}, 40401, ''],
  ['PUT', `${v1}/users`, {}, 40501, ''],

  ['POST', `${v1}/users`, {}, 40001, 'username'],
  ['POST', `${v1}/groups`, { desc: 'd' }, 40001, 'name'],
  ['POST', `${v1}/tokens`, { type: 'h6', serial: 'X' }, 40001, 'secret'],
  ['POST', '/admin/v2/policies', {}, 40001, 'policy_name'],
  ['POST', '/admin/v3/integrations', { name: 'X' }, 40001, 'type'],
  ['POST', `${v1}/admins`, { name: 'X' }, 40001, 'email'],

  ['POST', `${v1}/users`, { username: 'x', status: 'locked out' }, 40002, 'status'],
  ['GET', `${v1}/users`, { limit: 0 }, 40002, 'limit'],
  ['GET', `${v1}/users`, { limit: 'ten' }, 40002, 'limit'],
  ['GET', `${v1}/users`, { offset: -1 }, 40002, 'offset'],
  ['GET', `${v1}/users`, { user_id_list: Array(101).fill('DUX') }, 40002, 'user_id_list'],
  ['POST', `${v1}/users/bulk_create`, { users: 'x' }, 40002, 'users'],
  ['POST', `${v1}/groups`, { name: 'x', status: 'sleepy' }, 40002, 'status'],
  ['POST', `${v1}/phones`, { number: 'x' }, 40002, 'number'],
  ['POST', `${v1}/phones`, { platform: 'abacus' }, 40002, 'platform'],
  ['POST', `${v1}/tokens`, { type: 'd1', serial: 'X', secret: '00' }, 40002, 'type'],
  ['POST', '/admin/v3/integrations', { name: 'x', type: 'abacus' }, 40002, 'type'],
  [
    'POST',
    '/admin/v2/policies',
    { policy_name: 'x', sections: { new_user: { new_user_behavior: 'x' } } },
    40002,
    '',
  ],
  ['POST', `${v1}/admins`, { name: 'x', email: 'x@example.com', role: 'x' }, 40002, 'role'],
  ['POST', `${v1}/admins`, { name: 'x', email: 'x', role: 'Owner' }, 40002, 'email'],
  ['GET', '/admin/v2/logs/authentication', { next_offset: '1,x' }, 40002, 'next_offset'],
  ['GET', `${v1}/info/authentication_attempts`, { mintime: 'x' }, 40002, 'mintime'],
  ['POST', `${v1}/settings`, { timezone: 'Mars' }, 40002, ''],
]

export async function refusalsOfRequests({ api, prefix }: ScenarioContext): Promise<void> {
  for (const [method, path, parameters, code, parameter] of refusals) {
    const [status, ...refusal] = await api.refusal(method, path, parameters)
    const call = `${method} ${path} ${JSON.stringify(parameters)}`
    const named = parameter === '' ? refusal.slice(0, 1) : refusal
    assert.deepEqual(named, parameter === '' ? [code] : [code, parameter], call)
    assert.equal(status, Math.floor(code / 100), call)
  }
  const { user_id: userId } = await api.call('POST', `${v1}/users`, { username: `${prefix}-taken` })
  const again = await api.refusal('POST', `${v1}/users`, { username: `${prefix}-taken` })
  assert.deepEqual(again, [400, 40003, 'username'])
  await api.call('DELETE', `${v1}/users/${userId}`)
}

/** @param clientOf Makes a client of another application. */
export async function refusalsOfApplications(
  { service }: ScenarioContext,
  clientOf: (integration: Integration) => VendorAdminClient,
): Promise<void> {
  const reader = await service.addAdminApi(['adminapi_read_log'])
  const cases: readonly (readonly [Integration, number])[] = [
    [reader, 40301],
    [await service.addIntegration('authapi'), 40301],
    [{ ...reader, ikey: 'DIXXXXXXXXXXXXXXXXXX' }, 40102],
    [{ ...reader, skey: new Secret('x'.repeat(40)) }, 40103],
  ]
  for (const [integration, code] of cases) {
    const [status, refused] = await clientOf(integration).refusal('GET', `${v1}/users`)
    assert.deepEqual([status, refused], [Math.floor(code / 100), code])
  }
}
