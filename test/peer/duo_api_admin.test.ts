import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Integration } from '../../src/service/applications/integrations.ts'
import type { MailMessage, SmsMessage } from '../../src/service/messaging/messaging.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { TestService } from '../rig/service.ts'
import {
  signatureVersions,
  VendorAdminClient,
  VendorTransport,
} from '../rig/vendor_admin_client.ts'
import { objectsThatDoNotExistHere, settingsAndLogo } from './duo_admin/account.ts'
import { activationsOfAdmins, adminsFromCreationToDeletion } from './duo_admin/admins.ts'
import { groupsFromCreationToDeletion } from './duo_admin/groups.ts'
import {
  integrationsFromCreationToDeletion,
  permissionsOfAdminApis,
} from './duo_admin/integrations.ts'
import {
  logsOfVersion1,
  numbersOfTheAccount,
  pagesOfActivitiesAndMessages,
  pagesOfAuthentications,
} from './duo_admin/logs.ts'
import { createUsers, pagesOfListsThatGrow, pagesOverManyUsers } from './duo_admin/paging.ts'
import { phonesFromCreationToDeletion, verificationPushes } from './duo_admin/phones.ts'
import { policiesFromCreationToDeletion } from './duo_admin/policies.ts'
import { refusalsOfApplications, refusalsOfRequests } from './duo_admin/refusals.ts'
import { type ScenarioContext, tokenSecret as secret } from './duo_admin/scenario.ts'
import {
  bypassCodesFromCreationToDeletion,
  passkeys,
  tokensFromCreationToDeletion,
} from './duo_admin/tokens.ts'
import { enrolmentByMail, usersFromCreationToDeletion, usersInBulk } from './duo_admin/users.ts'

const scenarios: Readonly<Record<string, (context: ScenarioContext) => Promise<void>>> = {
  'users, from creation to deletion': usersFromCreationToDeletion,
  'users in bulk': usersInBulk,
  'enrolment by mail': enrolmentByMail,
  'groups and their members': groupsFromCreationToDeletion,
  'phones, and messages to them': phonesFromCreationToDeletion,
  'verification pushes': verificationPushes,
  'hardware tokens': tokensFromCreationToDeletion,
  'bypass codes': bypassCodesFromCreationToDeletion,
  passkeys,
  'integrations, in three versions': integrationsFromCreationToDeletion,
  'permissions of Admin API integrations': permissionsOfAdminApis,
  policies: policiesFromCreationToDeletion,
  administrators: adminsFromCreationToDeletion,
  'activations of administrators': activationsOfAdmins,
  'logs of version 1': logsOfVersion1,
  'pages of the authentication log': pagesOfAuthentications,
  'pages of the activity and telephony logs': pagesOfActivitiesAndMessages,
  'numbers of the account': numbersOfTheAccount,
  'settings and logo': settingsAndLogo,
  'objects that do not exist here': objectsThatDoNotExistHere,
  'pages over more than 1,000 users': pagesOverManyUsers,
  'pages of lists that grow': pagesOfListsThatGrow,
  'refusals of requests': refusalsOfRequests,
}

describe('the Admin API by the vendor’s clients', () => {
  let service: TestService
  let integration: Integration
  let transport: VendorTransport
  let folder: string
  const mails: MailMessage[] = []
  const messages: SmsMessage[] = []
  const clientOf = (version: (typeof signatureVersions)[number], of: Integration) =>
    new VendorAdminClient(service, transport, of, version)

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-'))
    const logoFile = join(folder, 'logo.png')
    writeFileSync(logoFile, Buffer.from('89504e470d0a1a0a', 'hex'))
    service = await TestService.start({
      config: { requestsPerMinute: 0, logoFile },
      delivery: {
        mail: { send: async (message) => void mails.push(message) },
        sms: { send: async (message) => void messages.push(message) },
        push: { send: async () => {} },
      },
    })
    integration = await service.addAdminApi()
    transport = new VendorTransport(service)
    const api = clientOf(5, integration)
    await createUsers({ service, api, prefix: 'many', mails, messages }, 1100)
  })
  after(async () => {
    transport.restore()
    await service.close()
    rmSync(folder, { recursive: true })
  })

  for (const version of signatureVersions) {
    describe(`@duosecurity/duo_api, signature version ${version}`, () => {
      let context: ScenarioContext
      before(() => {
        const api = clientOf(version, integration)
        context = { service, api, prefix: `v${version}`, mails, messages }
      })

      for (const [title, scenario] of Object.entries(scenarios))
        test(title, () => scenario(context))

      test('refusals of other applications', async () => {
        await refusalsOfApplications(context, (other) => clientOf(version, other))
      })

      test('every endpoint answered at least once', () => {
        const { endpoints, answered } = context.api
        const declared = endpoints.map(({ method, path }) => `${method} ${path}`)
        assert.deepEqual(
          declared.filter((endpoint) => !answered.has(endpoint)),
          [],
          'endpoints that no scenario calls',
        )
      })
    })
  }

  const python = '/usr/bin/python3'
  const adminModule = '/usr/lib/python3/dist-packages/duo_client/admin.py'
  test('duo_client_python Admin', {
    skip: skipWithout('python3-duo-client', adminModule),
  }, async () => {
    const { ikey, skey } = integration
    const config = JSON.stringify({ port: service.port, ca: service.service.caFile, secret })
    const { stdout } = await promisify(execFile)(python, ['-c', script, config], {
      env: { ...process.env, PYTHONUTF8: '1', IKEY: ikey, SKEY: skey.reveal() },
      timeout: 60_000,
    })
    assert.deepEqual(JSON.parse(stdout), {
      ...{ alias: 'py-alias', enrolled: true, groups: ['py group'], members: 1, phones: 1 },
      ...{ codes: 10, serial: 'py-1', resynced: true, policy: 'None', threshold: 8 },
      ...{ paged: true, logged: 'user_create', gone: [], missing: 404 },
    })
  })
})

const script = `
import hashlib, json, os, sys
import duo_client.admin
config = json.loads(sys.argv[1])
admin = duo_client.admin.Admin(os.environ['IKEY'], os.environ['SKEY'], '127.0.0.1', port=config['port'],
    ca_certs=config['ca'], digestmod=hashlib.sha512, sig_version=4)
user = admin.add_user('py-user', realname='Py', email='py@example.com', alias1='py-alias')
user_id = user['user_id']
group = admin.create_group('py group', desc='d')
admin.add_user_group(user_id, group['group_id'])
phone = admin.add_phone(number='+12025550148', type='mobile', platform='apple ios')
admin.add_user_phone(user_id, phone['phone_id'])
admin.create_activation_url(phone['phone_id'])
token = admin.add_hotp6_token('py-1', config['secret'])
admin.add_user_token(user_id, token['token_id'])
resynced = admin.resync_hotp_token(token['token_id'], '755224', '287082', '359152') == ''
codes = admin.add_user_bypass_codes(user_id)
found = admin.get_users_by_name('py-alias')[0]
members = len(admin.get_group_users(group['group_id']))
integration = admin.create_integration('py integration', 'authapi', username_normalization_policy='none')
settings = admin.update_settings(lockout_threshold=8)
paged = len({u['user_id'] for u in admin.get_users_iterator()}) > 1000
logged = [line['action'] for line in admin.get_administrator_log(mintime=user['created']) if line['object'] == 'py-user'][0]
admin.delete_integration(integration['integration_key'])
admin.delete_user(user_id)
admin.delete_group(group['group_id'])
admin.delete_phone(phone['phone_id'])
admin.delete_token(token['token_id'])
try:
    admin.get_user_by_id(user_id)
    missing = 200
except RuntimeError as error:
    missing = error.status
print(json.dumps({
    'alias': found['alias1'], 'enrolled': found['is_enrolled'],
    'groups': [g['name'] for g in found['groups']], 'members': members, 'phones': len(found['phones']),
    'codes': len(codes), 'serial': token['serial'], 'resynced': resynced,
    'policy': integration['username_normalization_policy'], 'threshold': settings['lockout_threshold'],
    'paged': paged, 'logged': logged, 'gone': admin.get_users_by_name('py-alias'), 'missing': missing,
}))
`
