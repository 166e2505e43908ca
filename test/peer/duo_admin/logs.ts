import assert from 'node:assert/strict'
import { TelephonyLog } from '../../../src/service/audit/telephony_log.ts'
import type { ScenarioContext } from './scenario.ts'

const logs = '/admin/v2/logs'

export async function logsOfVersion1({ service, api, prefix }: ScenarioContext): Promise<void> {
  const user = await signIns({ service, prefix }, 'signs-in-1', 1)
  await user.signIn()
  await sendTwice(service)
  const since = { mintime: Math.floor(Date.now() / 1000) - 60 }
  const authentications = await api.call('GET', '/admin/v1/logs/authentication', since)
  assert.ok(authentications.some((row: Row) => row.username === user.username))
  const acts: readonly Row[] = await api.call('GET', '/admin/v1/logs/administrator', since)
  assert.ok(acts.length > 0 && acts.every(({ timestamp }) => timestamp >= since.mintime))
  assert.ok((await api.call('GET', '/admin/v1/logs/telephony', since)).length > 0)
  const later = { mintime: since.mintime + 3600 }
  assert.deepEqual(await api.call('GET', '/admin/v1/logs/authentication', later), [])
  assert.deepEqual(await api.call('GET', '/admin/v1/logs/offline_enrollment', since), [])
  assert.deepEqual((await api.call('GET', '/admin/v1/trust_monitor/events')).events, [])
}

export async function pagesOfAuthentications({
  service,
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const user = await signIns({ service, prefix }, 'signs-in-2', 6)
  for (let count = 0; count < 4; count++) await user.signIn()
  const period = { mintime: Date.now() - 60_000, maxtime: Date.now() + 60_000, limit: 1 }
  // a sign-in while a client reads is after the entries that it has, in both orders
  for (const [sort, expected] of [
    ['ts:desc', 4],
    ['ts:asc', 6],
  ] as const) {
    let isFirst = true
    const seen = await allPages(async (offset) => {
      const { authlogs, metadata } = await api.call('GET', `${logs}/authentication`, {
        ...{ ...period, users: user.userId, sort, ...offset },
      })
      if (isFirst) await user.signIn()
      isFirst = false
      return { rows: authlogs, next: metadata.next_offset?.join(',') }
    })
    assert.equal(seen.length, expected, sort)
    assert.equal(new Set(seen.map((row) => Object(row).txid)).size, expected, sort)
  }
}

export async function pagesOfActivitiesAndMessages({
  service,
  api,
}: ScenarioContext): Promise<void> {
  await sendTwice(service)
  const period = { mintime: Date.now() - 60_000, maxtime: Date.now() }
  for (const [kind, key] of [
    ['activity', 'activity_id'],
    ['telephony', 'telephony_id'],
  ] as const) {
    const { metadata } = await api.call('GET', `${logs}/${kind}`, period)
    const { value: total } = metadata.total_objects
    const seen = await allPages(async (offset) => {
      const parameters = { ...period, limit: Math.ceil(total / 2), ...offset }
      const page = await api.call('GET', `${logs}/${kind}`, parameters)
      return { rows: page.items, next: page.metadata.next_offset ?? undefined }
    })
    assert.ok(total > 1, kind)
    const ids = new Set(seen.map((row) => Object(row)[key]))
    assert.deepEqual([seen.length, ids.size], [total, total])
  }
}

export async function numbersOfTheAccount({
  service,
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const user = await signIns({ service, prefix }, 'signs-in-3', 2)
  await user.signIn()
  await user.signIn()
  await sendTwice(service)
  const attempts = await api.call('GET', '/admin/v1/info/authentication_attempts')
  const users = await api.call('GET', '/admin/v1/info/user_authentication_attempts')
  assert.ok(attempts.SUCCESS >= 2 && users.SUCCESS < attempts.SUCCESS)
  const credits = await api.call('GET', '/admin/v1/info/telephony_credits_used')
  assert.ok(credits.telephony_credits_used >= 2)
  assert.ok((await api.call('GET', '/admin/v1/info/summary')).user_count > 1000)
}

interface Row {
  readonly username: string
  readonly timestamp: number
}

/** Creates a user who can sign in with bypass codes. */
async function signIns(
  { service, prefix }: Pick<ScenarioContext, 'service' | 'prefix'>,
  name: string,
  count: number,
) {
  const username = `${prefix}-${name}`
  const { userId } = await service.addUser({ username, email: `${username}@example.com` })
  const codes = await service.addBypassCodes(userId, count)
  const signIn = async (): Promise<void> => {
    const passcode = codes.pop() ?? ''
    const parameters = { user_id: userId, factor: 'passcode', passcode, ipaddr: '192.0.2.1' }
    await service.call({ path: '/auth/v2/auth', parameters })
  }
  return { userId, username, signIn }
}

/** Logs two messages to a number, at the same time. */
async function sendTwice({ store }: ScenarioContext['service']): Promise<void> {
  const message = {
    timestamp: Date.now(),
    userId: null,
    number: '+12025550100',
    type: 'sms',
    context: 'authentication',
    provider: 'test',
    result: 'sent',
    detail: '',
  } as const
  for (const txid of [null, 'f59a2d25-0d4c-4b2b-a0ab-5a1e7b1a9f10']) {
    await store.transaction((db) => new TelephonyLog(store).append({ ...message, txid }, db))
  }
}

interface LogPage {
  readonly rows: readonly unknown[]
  /** What the next request sends as `next_offset`. */
  readonly next: unknown
}

/** Reads pages as the documentation says: until one has no `next_offset`. */
async function allPages(
  read: (offset: { readonly next_offset?: unknown }) => Promise<LogPage>,
): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  let offset = {}
  for (;;) {
    const { rows, next } = await read(offset)
    seen.push(...rows)
    if (next === undefined) return seen
    offset = { next_offset: next }
  }
}
