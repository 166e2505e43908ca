import { systemClock } from '../../host/clock.ts'
import { type UserOverview, userOverviews } from '../../service/administration/user_overview.ts'
import type { User } from '../../service/people/user.ts'
import { pages } from '../../service/store/keyset.ts'
import { type DataOptions, withStore } from './context.ts'
import { isoTime, moment, pageSize, printPages } from './output.ts'
import { userJson } from './user_json.ts'

export interface ListOptions extends DataOptions {
  readonly notEnrolled: boolean
  readonly search?: string
  readonly bypass: boolean
  readonly trash: boolean
}

/** `countersign user list` */
export async function listUsers(options: ListOptions): Promise<void> {
  const { search } = options
  await withStore(options, async ({ store, json: asJson }) => {
    const now = systemClock.now()
    const listed = pages(async (after) => {
      const filter = {
        search,
        enrolled: options.notEnrolled ? false : undefined,
        status: options.bypass ? ('bypass' as const) : undefined,
        trash: options.trash ? ('only' as const) : undefined,
      }
      return await userOverviews(store, { limit: pageSize, after, ...filter }, now)
    })
    await printPages(listed, { ...view, empty: emptyText(options) }, asJson)
  })
}

const view = {
  heads: [
    'USERNAME',
    'NAME',
    'STATUS',
    'ENROLLED',
    'DEVICES',
    'INVITATION',
    'LOCK',
    'LAST SIGN-IN',
  ],
  row: (overview: UserOverview) => [
    overview.user.username,
    overview.user.realname,
    statusText(overview.user),
    overview.enrolled ? 'yes' : 'no',
    devicesText(overview),
    overview.invitedUntil === null ? '' : `until ${moment(overview.invitedUntil)}`,
    lockText(overview),
    moment(overview.user.lastLogin),
  ],
  json: overviewJson,
}

function statusText({ status, bypass, trashed }: User): string {
  if (trashed !== null) return `in the trash since ${moment(trashed.at)}`
  if (bypass === null) return status
  const end = bypass.until === null ? 'without an end' : `until ${moment(bypass.until)}`
  return `bypass ${end}${bypass.by === null ? '' : ` by ${bypass.by}`}`
}

function emptyText({ notEnrolled, search, bypass, trash }: ListOptions): string {
  if (trash) return 'The trash is empty.'
  if (bypass) return 'No user is in bypass.'
  if (search !== undefined) return `No user matches '${search}'.`
  return notEnrolled
    ? 'All users are enrolled.'
    : 'There are no users yet. Add one: countersign user add alice --totp'
}

function devicesText({ phones, activatedPhones, tokens }: UserOverview): string {
  const push = activatedPhones === 0 ? '' : ` (${activatedPhones} with push)`
  return [
    ...(phones === 0 ? [] : [`${counted(phones, 'phone')}${push}`]),
    ...(tokens === 0 ? [] : [counted(tokens, 'token')]),
  ].join(', ')
}

function lockText({ lockedUntil, portalLockedUntil, lockedSources }: UserOverview): string {
  if (lockedUntil !== null) return `until ${moment(lockedUntil)}`
  return [
    ...(portalLockedUntil === null ? [] : [`portal until ${moment(portalLockedUntil)}`]),
    ...(lockedSources === 0 ? [] : [`from ${counted(lockedSources, 'address')}`]),
  ].join(', ')
}

function counted(count: number, noun: string): string {
  const ending = count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'
  return `${count} ${noun}${ending}`
}

function overviewJson({ user, ...overview }: UserOverview) {
  return {
    ...userJson(user),
    enrolled: overview.enrolled,
    phones: overview.phones,
    activated_phones: overview.activatedPhones,
    tokens: overview.tokens,
    invited_until: isoTime(overview.invitedUntil),
    locked_until: isoTime(overview.lockedUntil),
    portal_locked_until: isoTime(overview.portalLockedUntil),
    locked_sources: overview.lockedSources,
  }
}
