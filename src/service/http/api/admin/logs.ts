import { z } from 'zod'
import { AdministratorLog } from '../../../audit/administrator_log.ts'
import { type AuthenticationFilter, AuthenticationLog } from '../../../audit/authentication_log.ts'
import { TelephonyLog } from '../../../audit/telephony_log.ts'
import { Groups, membersOfAny } from '../../../people/groups.ts'
import { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { StoreError } from '../../../store/store_error.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import {
  activityV2,
  administratorV1,
  authenticationV1,
  authenticationV2,
  loggedFactors,
  telephonyV1,
  telephonyV2,
  toActivityV2,
  toAdministratorV1,
  toAuthenticationV1,
  toAuthenticationV2,
  toTelephonyV1,
  toTelephonyV2,
} from './log_rows.ts'
import { choice, integer, invalid, texts } from './parameters.ts'

const v1Limit = 1000
const maxLimit = 1000
const maxFilter = 100
const maxCounted = 10_000
const dayMs = 86_400_000
/** The vendor's API shows no older entries by default. */
const defaultAgeMs = 180 * dayMs
const permission = 'adminapi_read_log'

const maxTime = 8.64e15
const oldestFirst = { by: 'timestamp', descending: false } as const
const sinceSeconds = {
  mintime: integer(0, maxTime / 1000)
    .default(0)
    .describe('In seconds since 1970. Entries come oldest first, 1,000 at most.'),
}
const timesAndPage = {
  mintime: integer(0, maxTime).optional().describe('In milliseconds since 1970; 180 days ago.'),
  maxtime: integer(0, maxTime).optional().describe('In milliseconds since 1970; now.'),
  limit: integer(1, Number.MAX_SAFE_INTEGER)
    .default(100)
    .transform((limit) => Math.min(limit, maxLimit))
    .describe(`Entries on a page, ${maxLimit} at most.`),
  sort: choice(['ts:desc', 'ts:asc']).default('ts:desc'),
  next_offset: texts(2).optional().describe('That of the page before, joined with a comma.'),
}
type TimesAndPage = z.output<z.ZodObject<typeof timesAndPage>>
const filter = texts(maxFilter).optional()

const items = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    metadata: z.strictObject({
      next_offset: z.string().nullable(),
      total_objects: z.strictObject({ relation: z.enum(['eq', 'gte']), value: z.int() }),
    }),
  })

/** Logs (duo.com/docs/adminapi, "Logs"). Entries appear at once, without the vendor's delay. */
export function logEndpoints(store: Store): readonly Endpoint[] {
  const authentication = new AuthenticationLog()
  const administrator = new AdministratorLog()
  const telephony = new TelephonyLog(store)
  const [users, groups] = [new Users(), new Groups()]

  return [
    endpoint({
      method: 'GET',
      path: '/admin/v1/logs/administrator',
      permission,
      summary: 'Lists what administrators did, oldest first.',
      parameters: sinceSeconds,
      response: z.array(administratorV1),
      answer: async ({ parameters, db }) => {
        const { items } = await administrator.page(oldest(parameters), db)
        return items.map(toAdministratorV1)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/logs/authentication',
      permission,
      summary: 'Lists sign-ins, oldest first.',
      parameters: sinceSeconds,
      response: z.array(authenticationV1),
      answer: async ({ parameters, db }) => {
        const { items } = await authentication.page(oldest(parameters), db)
        return items.map(toAuthenticationV1)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/logs/telephony',
      permission,
      summary: 'Lists messages and calls, oldest first.',
      parameters: sinceSeconds,
      response: z.array(telephonyV1),
      answer: async ({ parameters, db }) => {
        const { items } = await telephony.page(oldest(parameters), db)
        return items.map(toTelephonyV1)
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/logs/offline_enrollment',
      permission,
      summary: 'Answers an empty list: there is no offline sign-in.',
      parameters: sinceSeconds,
      response: z.array(z.never()),
      answer: async () => [],
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/logs/authentication',
      permission,
      summary: 'Lists sign-ins in pages, newest first by default.',
      parameters: {
        ...timesAndPage,
        users: filter.describe('Identifiers of users.'),
        applications: filter.describe('Integration keys.'),
        groups: filter.describe('Identifiers of groups.'),
        factors: filter,
        reasons: filter,
        results: filter,
        event_types: filter,
        tokens: filter.describe('Identifiers of tokens.'),
        phone_numbers: filter,
        webauthnkey: filter,
        registration_id: filter,
      },
      response: z.strictObject({
        authlogs: z.array(authenticationV2),
        metadata: z.strictObject({
          next_offset: z.tuple([z.string(), z.string()]).nullable(),
          total_objects: z.int().describe(`Counted up to ${maxCounted}.`),
        }),
      }),
      answer: async ({ parameters, now, db }) => {
        const { items, next, total } = await readAuthentications(
          parameters,
          now,
          async (chosen) => ({
            ...(await authentication.page(chosen, db)),
            total: await authentication.totalUpTo(maxCounted, chosen, db),
          }),
        )
        const userIds = [...new Set(items.flatMap(({ userId }) => userId ?? []))]
        const known = await users.byIds(userIds, db)
        const memberships = await groups.ofUsers(userIds, db)
        return {
          authlogs: items.map((event) =>
            toAuthenticationV2(event, {
              email: known.get(event.userId ?? '')?.email ?? '',
              groups: (memberships.get(event.userId ?? '') ?? []).map(({ name }) => name),
            }),
          ),
          metadata: { next_offset: nextOffset(items, next), total_objects: total },
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/logs/activity',
      permission,
      summary: 'Lists what administrators did in pages, newest first by default.',
      parameters: timesAndPage,
      response: items(activityV2),
      answer: async ({ parameters, now, db }) => {
        const request = toRequest(parameters, now)
        const { items: page, next } = await atCursor(() => administrator.page(request, db))
        const total = await administrator.totalUpTo(maxCounted, request, db)
        return { items: page.map(toActivityV2), metadata: toMetadata(page, next, total) }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/logs/telephony',
      permission,
      summary: 'Lists messages and calls in pages, newest first by default.',
      parameters: timesAndPage,
      response: items(telephonyV2),
      answer: async ({ parameters, now, db }) => {
        const request = toRequest(parameters, now)
        const { items: page, next } = await atCursor(() => telephony.page(request, db))
        const total = await telephony.totalUpTo(maxCounted, request, db)
        return { items: page.map(toTelephonyV2), metadata: toMetadata(page, next, total) }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/trust_monitor/events',
      permission,
      summary: 'Answers an empty list: there is no trust monitor.',
      parameters: {},
      response: z.strictObject({
        events: z.array(z.never()),
        metadata: z.strictObject({ next_offset: z.null() }),
      }),
      answer: async () => ({ events: [], metadata: { next_offset: null } }),
    }),
  ]
}

interface AuthenticationQuery extends TimesAndPage {
  readonly users?: readonly string[] | undefined
  readonly applications?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly factors?: readonly string[] | undefined
  readonly reasons?: readonly string[] | undefined
  readonly results?: readonly string[] | undefined
  readonly event_types?: readonly string[] | undefined
  readonly tokens?: readonly string[] | undefined
  readonly phone_numbers?: readonly string[] | undefined
  readonly webauthnkey?: readonly string[] | undefined
  readonly registration_id?: readonly string[] | undefined
}

interface CountedPage<Event> {
  readonly items: readonly Event[]
  readonly next: string | null
  readonly total: number
}

async function readAuthentications<Event>(
  query: AuthenticationQuery,
  now: number,
  read: (
    request: ReturnType<typeof toRequest> & AuthenticationFilter,
  ) => Promise<CountedPage<Event>>,
): Promise<CountedPage<Event>> {
  const devices = [
    ...(query.tokens ?? []),
    ...(query.phone_numbers ?? []),
    ...(query.webauthnkey ?? []),
    ...(query.registration_id ?? []),
  ]
  // enrolments are not in this log
  if (query.event_types?.includes('authentication') === false) {
    return { items: [], next: null, total: 0 }
  }
  const oneOf = {
    ...(query.users === undefined ? {} : { user_id: query.users }),
    ...(query.applications === undefined ? {} : { ikey: query.applications }),
    ...(query.factors === undefined ? {} : { factor: loggedFactors(query.factors) }),
    ...(query.reasons === undefined ? {} : { reason: query.reasons }),
    ...(query.results === undefined ? {} : { result: query.results }),
    ...(devices.length === 0 ? {} : { device: devices }),
  }
  return await atCursor(() =>
    read({
      ...toRequest(query, now),
      oneOf,
      ...(query.groups === undefined ? {} : { userIds: membersOfAny(query.groups) }),
    }),
  )
}

function oldest({ mintime }: { readonly mintime: number }) {
  return { limit: v1Limit, sort: oldestFirst, mintime: mintime * 1000 }
}

function toRequest(
  { mintime, maxtime, limit, sort, next_offset: offset }: TimesAndPage,
  now: number,
) {
  return {
    mintime: mintime ?? now - defaultAgeMs,
    maxtime: maxtime ?? now,
    limit,
    sort: { by: 'timestamp', descending: sort === 'ts:desc' } as const,
    ...(offset === undefined ? {} : { after: offset.at(-1) ?? '' }),
  }
}

/** @throws {AuthApiFailure} 40002 for a position that is not from this list. */
async function atCursor<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'STORE_CURSOR') throw error
    throw invalid('next_offset', 'expected that of the page before')
  }
}

/** The time of the last entry, and the position after it. */
function nextOffset(
  page: readonly { readonly timestamp: number }[],
  next: string | null,
): [string, string] | null {
  const last = page.at(-1)
  return next === null || last === undefined ? null : [String(last.timestamp), next]
}

function toMetadata(
  page: readonly { readonly timestamp: number }[],
  next: string | null,
  total: number,
) {
  return {
    next_offset: nextOffset(page, next)?.join(',') ?? null,
    total_objects: { relation: total < maxCounted ? 'eq' : 'gte', value: total } as const,
  }
}
