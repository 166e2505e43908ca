import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { UserAccess } from '../../../src/service/applications/application_settings.ts'
import { type Integration, Integrations } from '../../../src/service/applications/integrations.ts'
import { PermittedGroups } from '../../../src/service/applications/permitted_groups.ts'
import { Policies } from '../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../src/service/applications/policy/policy_attachments.ts'
import type { PolicySections } from '../../../src/service/applications/policy/policy_sections.ts'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import {
  newSmsPasscodes,
  SmsPasscodes,
} from '../../../src/service/authenticators/sms/sms_passcodes.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { skipSecondDatabase } from '../../rig/postgres.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import { parseResponse, TestService, type TestServiceOptions } from '../../rig/service.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../rig/shared_postgres.ts'

const friday = Date.parse('2026-11-27T10:00:00Z')
const minuteMs = 60_000
const delivery = {
  phone: { call: async () => 'waits for a key' as const },
  sms: { send: async () => {} },
}

function suite(options: () => Promise<TestServiceOptions>): void {
  let service: TestService
  const clock = new ManualClock(friday)
  const log = new RecordingLog()
  before(async () => {
    service = await TestService.start({ ...(await options()), clock, delivery, log })
  })
  after(() => service.close())

  /** An application with a policy of these sections. */
  const withPolicy = async (sections: PolicySections): Promise<Integration> => {
    const integration = await service.addIntegration('authapi')
    await service.store.transaction(async (db) => {
      const policy = { name: integration.name, sections }
      const { policyKey } = await new Policies(service.store).create(policy, clock.now(), db)
      await new PolicyAttachments(service.store).setApplication(integration.ikey, policyKey, db)
    })
    return integration
  }
  const change = async (integration: Integration, sections: PolicySections) => {
    const policies = new Policies(service.store)
    await service.store.transaction(async (db) => {
      const policy = await policies.ofApplication(integration.ikey, db)
      assert(policy !== undefined)
      await policies.update(policy, { sections }, db)
    })
  }
  const addUser = async () => {
    const { userId, username } = await service.addUser({ username: `user-${randomUUID()}` })
    return { userId, username, token: await service.addToken(userId) }
  }
  const call = async (
    path: 'preauth' | 'auth' | 'auth_status',
    integration: Integration,
    parameters: Readonly<Record<string, string>>,
  ) => {
    const method = path === 'auth_status' ? ('GET' as const) : ('POST' as const)
    const answer = await service.call({ method, path: `/auth/v2/${path}`, parameters, integration })
    return parseResponse(answer)
  }
  const result = async (
    integration: Integration,
    username: string,
    more: Readonly<Record<string, string>> = {},
  ) => (await call('preauth', integration, { username, ...more })).result
  const lastReason = async (userId: string) => {
    const log = new AuthenticationLog()
    const [line] = await log.ofUser(userId, { since: 0, limit: 1 }, service.store.db)
    return line?.reason
  }
  const passcode = async (integration: Integration, username: string, code: string) =>
    await call('auth', integration, { username, factor: 'passcode', passcode: code })

  test('an application admits members of its permitted groups only', async () => {
    const application = await service.addIntegration('authapi')
    const { userId, username } = await addUser()
    const setAccess = (userAccess: UserAccess) =>
      service.store.transaction((db) =>
        new Integrations(service.store).update(application.ikey, { userAccess }, db),
      )
    const preauth = async () => {
      // applications are cached for a second
      clock.advance(1500)
      return await result(application, username)
    }
    assert.equal(await preauth(), 'auth')
    await setAccess('NO_USERS')
    assert.equal(await preauth(), 'deny')
    await setAccess('PERMITTED_GROUPS')
    assert.equal(await preauth(), 'deny')
    assert.equal(await lastReason(userId), 'user_not_in_permitted_group')
    assert.equal(await result(application, `unknown-${randomUUID()}`), 'deny')
    await service.store.transaction(async (db) => {
      const groups = new Groups()
      const { groupId } = await groups.create(`permitted-${randomUUID()}`, 'active', '', db)
      await groups.addMember(groupId, userId, db)
      await new PermittedGroups(service.store).set(application.ikey, [groupId], db)
    })
    assert.equal(await preauth(), 'auth')
  })

  test('a section that cannot be read denies the sign-in, with a log line', async () => {
    const application = await withPolicy({ new_user: { new_user_behavior: 'deny' } })
    const { userId, username, token } = await addUser()
    const sections = JSON.stringify({ new_user: { new_user_behavior: 'ask-later' } })
    await service.store.db
      .updateTable('policies')
      .set({ sections })
      .where('name', '=', application.name)
      .execute()
    assert.equal(await result(application, username), 'deny')
    assert.equal(await lastReason(userId), 'denied_by_policy')
    assert.equal((await passcode(application, username, token.code(0))).result, 'deny')
    const line = log.lines.find((each) => each.includes("can't be read"))
    assert.match(line ?? '', /new_user/)
  })

  test('preauth lists only the allowed methods, and auth denies the others', async () => {
    const sections = { authentication_methods: { blocked_auth_list: 'sms,duo-push' } }
    const application = await withPolicy(sections)
    const { userId, username, token } = await addUser()
    await service.addPushPhone(userId, { phoneId: await service.addPhone(userId, '+15550101234') })
    const { devices } = await call('preauth', application, { username })
    assert.deepEqual(
      (devices as { capabilities?: string[] }[]).map(({ capabilities }) => capabilities),
      [['auto', 'phone', 'mobile_otp'], undefined],
    )
    for (const factor of ['sms', 'push']) {
      const denied = await call('auth', application, { username, factor, device: 'auto' })
      assert.deepEqual(
        [denied.result, denied.status_msg],
        ['deny', 'This way to log in is not allowed here. Please try another way.'],
      )
      assert.equal(await lastReason(userId), 'factor_restricted')
    }
    assert.equal((await passcode(application, username, token.code(0))).result, 'allow')
  })

  test('a passcode of a blocked method is denied and used up', async () => {
    const sections = { authentication_methods: { blocked_auth_list: ['bypass'] } }
    const application = await withPolicy(sections)
    const { userId, username, token } = await addUser()
    const [code = ''] = await service.addBypassCodes(userId, 1)
    assert.equal((await passcode(application, username, code)).result, 'deny')
    assert.equal(await lastReason(userId), 'factor_restricted')
    const other = await service.addIntegration('authapi')
    assert.equal((await passcode(other, username, code)).result, 'deny')
    assert.equal((await passcode(application, username, token.code(0))).result, 'allow')
  })

  test('a passcode that a call spoke counts as a phone call, and not as an SMS', async () => {
    const { userId, username } = await addUser()
    const phoneId = await service.addPhone(userId, '+15550101234')
    const passcodes = newSmsPasscodes(2)
    const batch = { passcodes, validMinutes: 10, spoken: true }
    await service.store.transaction((db) =>
      new SmsPasscodes(service.store).replace(phoneId, userId, batch, clock.now(), db),
    )
    const [first = '', second = ''] = passcodes
    for (const [blocked, code, expected] of [
      ['phonecall', first, 'deny'],
      ['sms', second, 'allow'],
    ] as const) {
      const application = await withPolicy({
        authentication_methods: { blocked_auth_list: [blocked] },
      })
      assert.equal((await passcode(application, username, code)).result, expected)
    }
  })

  test('preauth denies a user whose every method is blocked', async () => {
    const sections = { authentication_methods: { blocked_auth_list: ['hardware-token'] } }
    const application = await withPolicy(sections)
    const { userId, username } = await addUser()
    assert.equal(await result(application, username), 'deny')
    assert.equal(await lastReason(userId), 'factor_restricted')
    await service.addBypassCodes(userId, 1)
    assert.equal(await result(application, username), 'auth')
  })

  test('networks decide by the address that the application sends', async () => {
    const application = await withPolicy({
      authorized_networks: {
        no_2fa_required: { ip_list: '192.0.2.0/24' },
        mfa_required: { ip_list: '10.0.0.0/8' },
        blocked: { ip_list: '192.0.2.66' },
        deny_other_access: 'true',
      },
    })
    const { userId, username } = await addUser()
    const from = async (ipaddr: string) => [
      await result(application, username, ipaddr === '' ? {} : { ipaddr }),
      ipaddr.startsWith('10.') ? undefined : await lastReason(userId),
    ]
    assert.deepEqual(await from('192.0.2.1'), ['allow', 'trusted_network'])
    assert.deepEqual(await from('192.0.2.66'), ['deny', 'denied_network'])
    assert.deepEqual(await from('10.1.2.3'), ['auth', undefined])
    assert.deepEqual(await from('198.51.100.1'), ['deny', 'denied_network'])
    assert.deepEqual(await from(''), ['deny', 'denied_network'])
    const skipped = { username, factor: 'passcode', passcode: '123456', ipaddr: '192.0.2.66' }
    assert.equal((await call('auth', application, skipped)).result, 'deny')
    assert.equal(await lastReason(userId), 'denied_network')
  })

  test('hours decide by the clock', async () => {
    const { userId, username } = await addUser()
    const [weekday, weekend] = [
      await withPolicy({
        access_hours: { allowed: [{ days: 'fri', from: '08:00', to: '18:00' }] },
      }),
      await withPolicy({
        access_hours: { allowed: [{ days: 'sat', from: '08:00', to: '18:00' }] },
      }),
    ]
    assert.equal(await result(weekday, username), 'auth')
    assert.equal(await result(weekend, username), 'deny')
    assert.equal(await lastReason(userId), 'outside_allowed_hours')
  })

  test('user_auth_behavior allows or denies everyone', async () => {
    const { userId, username } = await addUser()
    for (const [behavior, expected, reason] of [
      ['bypass', 'allow', 'allowed_by_policy'],
      ['deny', 'deny', 'denied_by_policy'],
    ] as const) {
      const sections = { authentication_policy: { user_auth_behavior: behavior } }
      assert.equal(await result(await withPolicy(sections), username), expected)
      assert.equal(await lastReason(userId), reason)
    }
  })

  test('an unknown user and one without a device may differ', async () => {
    const application = await withPolicy({
      new_user: { new_user_behavior: 'no-mfa' },
      user_without_device: { behavior: 'enroll' },
    })
    const { username } = await service.addUser({ username: `bare-${randomUUID()}` })
    assert.equal(await result(application, username), 'enroll')
    assert.equal(await result(application, `unknown-${randomUUID()}`), 'allow')
  })

  test('the threshold of the policy locks', async () => {
    const application = await withPolicy({ lockout: { threshold: 2, minutes: 5 } })
    const lenient = await service.addIntegration('authapi')
    const { username, token } = await addUser()
    const statuses = async (integration: Integration) => {
      const answers = []
      for (const code of ['111111', '222222', token.code(0)]) {
        answers.push((await passcode(integration, username, code)).status)
      }
      return answers
    }
    assert.deepEqual(await statuses(application), ['deny', 'deny', 'locked_out'])
    assert.deepEqual(await statuses(lenient), ['deny', 'deny', 'allow'])
    clock.advance(5 * minuteMs)
    assert.equal((await passcode(application, username, token.code(1))).result, 'allow')
  })

  test('the fatigue limit of the policy holds pushes back', async () => {
    const application = await withPolicy({ push_fatigue: { limit: 1, minutes: 10 } })
    const { userId, username } = await addUser()
    const phone = await service.addPushPhone(userId)
    const parameters = { username, factor: 'push', device: 'auto', async: '1' }
    const { txid } = await call('auth', application, parameters)
    await phone.answer(String(txid), 'deny')
    await call('auth', application, parameters)
    assert.equal(await lastReason(userId), 'anomalous_push')
  })

  test('a verified push has the digits of the policy', async () => {
    const application = await withPolicy({
      authentication_methods: { require_verified_push: true, verified_push_digits: 5 },
    })
    const { userId, username } = await addUser()
    await service.addPushPhone(userId)
    const parameters = { username, client_supports_verified_push: '1' }
    const answer = JSON.stringify(await call('preauth', application, parameters))
    assert.match(answer, /"\d{5}"/)
  })

  test('the policy of the application decides when a push is approved', async () => {
    for (const [sections, reason] of [
      [{ authentication_methods: { blocked_auth_list: ['duo-push'] } }, 'factor_restricted'],
      [{ authentication_methods: { require_verified_push: true } }, 'factor_restricted'],
      [{ authorized_networks: { blocked: { ip_list: '203.0.113.7' } } }, 'denied_network'],
      [{ lockout: { threshold: 5 } }, 'user_approved'],
    ] as const) {
      const application = await withPolicy({})
      const { userId, username } = await addUser()
      const phone = await service.addPushPhone(userId)
      const parameters = { username, factor: 'push', device: 'auto', async: '1' }
      const begun = await call('auth', application, { ...parameters, ipaddr: '203.0.113.7' })
      const txid = String(begun.txid)
      await change(application, sections)
      await phone.answer(txid, 'approve')
      const { result: outcome } = await call('auth_status', application, { txid })
      assert.equal(outcome, reason === 'user_approved' ? 'allow' : 'deny')
      assert.equal(await lastReason(userId), reason)
    }
  })

  test('group policies decide in stack order, then the application, then the global policy', async () => {
    const application = await withPolicy({ new_user: { new_user_behavior: 'deny' } })
    const { userId, username } = await addUser()
    const [policies, attachments] = [
      new Policies(service.store),
      new PolicyAttachments(service.store),
    ]
    const deny = { authentication_policy: { user_auth_behavior: 'deny' } }
    const bypass = { authentication_policy: { user_auth_behavior: 'bypass' } }
    const groupId = await service.store.transaction(async (db) => {
      const group = await new Groups().create(`group-${randomUUID()}`, 'active', '', db)
      await new Groups().addMember(group.groupId, userId, db)
      return group.groupId
    })
    const create = async (sections: PolicySections) =>
      await service.store.transaction(async (db) => {
        const policy = { name: randomUUID(), sections }
        return (await policies.create(policy, clock.now(), db)).policyKey
      })
    const [denying, bypassing, global] = [
      await create(deny),
      await create(bypass),
      await create(deny),
    ]
    const place = { ikey: application.ikey, groupId }
    await service.store.transaction((db) => attachments.setGlobal(global, db))
    assert.equal(await result(application, username), 'deny')
    await service.store.transaction((db) =>
      attachments.attachToGroup(place, bypassing, undefined, db),
    )
    assert.equal(await result(application, username), 'allow')
    await service.store.transaction((db) => attachments.attachToGroup(place, denying, 1, db))
    assert.equal(await result(application, username), 'deny')
    await service.store.transaction((db) => attachments.detachFromGroup(place, denying, db))
    assert.equal(await result(application, username), 'allow')
    await service.store.transaction(async (db) => {
      await new Groups().removeMember(groupId, userId, db)
      await attachments.unsetGlobal(global, db)
    })
    assert.equal(await result(application, username), 'auth')
  })

  test('a changed policy applies to the next request', async () => {
    const application = await withPolicy({})
    const { username } = await addUser()
    assert.equal(await result(application, username), 'auth')
    await change(application, { authentication_policy: { user_auth_behavior: 'deny' } })
    assert.equal(await result(application, username), 'deny')
  })
}

describe('policies at sign-in, on SQLite', () => suite(async () => ({})))

describe('policies at sign-in, on PostgreSQL', { skip: skipSecondDatabase }, () => {
  let database: SuiteDatabase
  suite(async () => {
    database = await makeSuiteDatabase()
    return { databaseUrl: database.url }
  })
  after(() => database.release())
})
