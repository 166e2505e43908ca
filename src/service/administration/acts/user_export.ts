import type { Clock } from '../../../host/clock.ts'
import { HardwareTokens } from '../../authenticators/hardware_tokens.ts'
import { type ListedPhone, Phones } from '../../authenticators/phone/phones.ts'
import { type Group, Groups } from '../../people/groups.ts'
import { currentStatus, type User } from '../../people/user.ts'
import { writeCsv } from '../../people/user_file/csv_cells.ts'
import type { UserFilter } from '../../people/user_filter.ts'
import { Users } from '../../people/users.ts'
import { pages } from '../../store/keyset.ts'
import type { Store } from '../../store/store.ts'
import { act } from '../act.ts'

export const exportFormats = ['csv', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Records an export of the list of users before it is sent. */
export const exportUsers = act({
  name: 'users_export',
  permits: ['lists.export'],
  hourly: { cap: 'exports' },
  do: async (
    _,
    _input: {
      readonly format: ExportFormat
      /** The filters, as a query of the list. */
      readonly filters: string
    },
  ) => undefined,
  log: ({ format, filters }) => ({
    object: 'users',
    objectKind: 'user',
    objectId: '',
    userId: null,
    description: { format, filters },
  }),
})

const pageSize = 500
/** Columns of each kind in CSV, which an import reads again; JSON has all values. */
const columns = { alias: 8, phone: 5, group: 10, token: 5 } as const

const heads = [
  ...['username', 'user_id', 'realname', 'firstname', 'lastname', 'email', 'notes', 'status'],
  ...['bypass_until', 'enrolled', 'created', 'last_login'],
  ...numbered(columns.alias, (number) => [`alias${number}`]),
  ...numbered(columns.phone, (number) => [`phone${number}`, `platform${number}`]),
  ...numbered(columns.group, (number) => [`group${number}`]),
  ...numbered(columns.token, (number) => [`token${number}`, `type${number}`]),
]

const tokenTypes: Readonly<Record<string, string>> = {
  'hotp-6': 'h6',
  'hotp-8': 'h8',
  'totp-6': 't6',
  'totp-8': 't8',
  yubikey: 'yk',
}

interface ExportedUser {
  readonly user: User
  readonly phones: readonly ListedPhone[]
  readonly groups: readonly Group[]
  readonly tokens: readonly { readonly serial: string; readonly kind: string }[]
}

/**
 * The users that match a filter, by name, as the text of a file in portions. CSV has the columns of the
 * import; no spreadsheet takes its cells for formulas.
 */
export async function* writeUsers(
  format: ExportFormat,
  filter: UserFilter,
  store: Store,
  clock: Clock,
): AsyncGenerator<string> {
  const now = clock.now()
  let isFirst = true
  yield format === 'csv' ? `\ufeff${writeCsv([heads])}` : '['
  const listed = pages((after) => new Users().page({ ...filter, limit: pageSize, after }, store.db))
  for await (const users of listed) {
    const exported = await readDetails(users, store)
    if (format === 'csv') {
      if (exported.length > 0) yield writeCsv(exported.map((user) => toCells(user, now)))
      continue
    }
    const texts = exported.map((user) => JSON.stringify(toObject(user, now)))
    if (texts.length > 0) yield `${isFirst ? '' : ','}\n${texts.join(',\n')}`
    isFirst &&= texts.length === 0
  }
  if (format === 'json') yield '\n]\n'
}

async function readDetails(users: readonly User[], store: Store): Promise<ExportedUser[]> {
  const { db } = store
  const userIds = users.map(({ userId }) => userId)
  const [phones, groups, tokens] = await Promise.all([
    new Phones().ofUsers(userIds, db),
    new Groups().ofUsers(userIds, db),
    new HardwareTokens(store).ofUsers(userIds, db),
  ])
  const phonesByUser = Map.groupBy(phones, ({ userId }) => userId)
  const standalone = tokens.filter(({ phoneId }) => phoneId === null)
  const tokensByUser = Map.groupBy(standalone, ({ userId }) => userId)
  return users.map((user) => ({
    user,
    phones: phonesByUser.get(user.userId) ?? [],
    groups: groups.get(user.userId) ?? [],
    tokens: tokensByUser.get(user.userId) ?? [],
  }))
}

function toCells({ user, phones, groups, tokens }: ExportedUser, now: number): string[] {
  return [
    user.username,
    user.userId,
    user.realname,
    user.firstname,
    user.lastname,
    user.email,
    user.notes,
    currentStatus(user, now),
    moment(user.bypass?.until),
    user.enrolled ? 'yes' : 'no',
    moment(user.created),
    moment(user.lastLogin),
    ...numbered(columns.alias, (number) => [user.aliases[number - 1] ?? '']),
    ...numbered(columns.phone, (number) => phoneCells(phones[number - 1])),
    ...numbered(columns.group, (number) => [groups[number - 1]?.name ?? '']),
    ...numbered(columns.token, (number) => {
      const { serial = '', kind = '' } = tokens[number - 1] ?? {}
      return [serial, tokenTypes[kind] ?? '']
    }),
  ]
}

function phoneCells(phone: ListedPhone | undefined): string[] {
  if (phone === undefined || phone.number === '') return ['', '']
  const extension = phone.extension === '' ? '' : ` x${phone.extension}`
  return [`${phone.number}${extension}`, platformName(phone)]
}

/** An app writes the platform in its own words. */
function platformName({ platform, type }: ListedPhone): string {
  const name = platform.toLowerCase()
  if (/iphone|ipad|ios/.test(name)) return 'iphone'
  if (name.includes('android')) return 'android'
  if (name.includes('windows')) return 'windows phone'
  return name === '' ? type : 'smartphone'
}

function toObject({ user, phones, groups, tokens }: ExportedUser, now: number): object {
  return {
    user_id: user.userId,
    username: user.username,
    aliases: user.aliases,
    realname: user.realname,
    firstname: user.firstname,
    lastname: user.lastname,
    email: user.email,
    notes: user.notes,
    status: currentStatus(user, now),
    bypass_until: user.bypass?.until ?? null,
    enrolled: user.enrolled,
    created: user.created,
    last_login: user.lastLogin,
    phones: phones.map(({ phoneId, number, extension, name, type, platform }) => ({
      phone_id: phoneId,
      number,
      extension,
      name,
      type,
      platform,
    })),
    groups: groups.map(({ groupId, name }) => ({ group_id: groupId, name })),
    tokens: tokens.map(({ serial, kind }) => ({ serial, kind })),
  }
}

function numbered(count: number, cells: (number: number) => readonly string[]): string[] {
  return Array.from({ length: count }, (_, index) => cells(index + 1)).flat()
}

function moment(time: number | null | undefined): string {
  return time === null || time === undefined ? '' : new Date(time).toISOString()
}
