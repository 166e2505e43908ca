import { systemClock } from '../../host/clock.ts'
import { type UserOverview, userOverviews } from '../../service/administration/user_overview.ts'
import { type DataOptions, withStore } from './context.ts'
import { isoTime, json, moment, table } from './output.ts'
import { userJson } from './user_json.ts'

export interface ListOptions extends DataOptions {
  readonly notEnrolled: boolean
}

/** `countersign user list` */
export async function listUsers(options: ListOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const all = await userOverviews(store, systemClock.now())
    const listed = options.notEnrolled ? all.filter(({ enrolled }) => !enrolled) : all
    process.stdout.write(asJson ? json(listed.map(overviewJson)) : overviewTable(listed, options))
  })
}

function overviewTable(listed: readonly UserOverview[], { notEnrolled }: ListOptions): string {
  return table(
    ['USERNAME', 'NAME', 'STATUS', 'ENROLLED', 'DEVICES', 'INVITATION', 'LOCK', 'LAST SIGN-IN'],
    listed.map((overview) => [
      overview.user.username,
      overview.user.realname,
      overview.user.status,
      overview.enrolled ? 'yes' : 'no',
      devicesText(overview),
      overview.invitedUntil === null ? '' : `until ${moment(overview.invitedUntil)}`,
      lockText(overview),
      moment(overview.user.lastLogin),
    ]),
    notEnrolled
      ? 'Every user is enrolled.'
      : 'There are no users yet. Add one: countersign user add alice --totp',
  )
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
