import { AccessError } from './access_error.ts'
import { type AdminApiPermission, adminApiPermissions } from './admin_api_permissions.ts'

export const userAccesses = ['ALL_USERS', 'PERMITTED_GROUPS', 'NO_USERS'] as const
/** Which users an application admits, as the Admin API names it. */
export type UserAccess = (typeof userAccesses)[number]

/** What the configuration of an application's client contains besides keys and secrets. */
export interface ClientSetup {
  /** The RADIUS clients that the authentication proxy accepts: addresses and networks. */
  readonly radiusClients?: readonly string[]
  /** The UDP port on which the authentication proxy listens. */
  readonly radiusPort?: number
  readonly failmode?: 'safe' | 'secure'
  /** Addresses of the machines that run the authentication proxy, as its RADIUS clients reach them. */
  readonly proxies?: readonly string[]
  /** How its RADIUS client retries (`ClientRetries`); the catalogue knows some. */
  readonly radiusTimeoutSecs?: number
  readonly radiusRetries?: number
  readonly radiusServers?: number
}

/** The settings that only some applications use, or that nobody has to set. */
export interface ApplicationSettings {
  readonly userAccess: UserAccess
  /** For administrators. */
  readonly notes: string
  /** The entry of the catalogue that it was created from; empty if none. */
  readonly product: string
  /** Networks from which an Admin API application is accepted; an empty list accepts all. */
  readonly apiNetworks: readonly string[]
  readonly adminApiPermissions: readonly AdminApiPermission[]
  readonly client: ClientSetup
}

interface SettingsRow {
  readonly user_access: string
  readonly notes: string
  readonly product: string
  readonly networks_for_api_access: string
  readonly adminapi_permissions: string
  readonly client_setup: string
}

/** What can be set of the retries of a RADIUS client. */
export const retryLimits = {
  timeoutSecs: { min: 0, max: 120 },
  retries: { min: 0, max: 10 },
  servers: { min: 1, max: 10 },
} as const

const maxNotes = 512
const maxListed = 50

export function readSettings(row: SettingsRow): ApplicationSettings {
  const permissions: readonly unknown[] = JSON.parse(row.adminapi_permissions)
  return {
    // a value of a newer version admits nobody
    userAccess: userAccesses.find((access) => access === row.user_access) ?? 'NO_USERS',
    notes: row.notes,
    product: row.product,
    apiNetworks: JSON.parse(row.networks_for_api_access),
    adminApiPermissions: adminApiPermissions.filter((name) => permissions.includes(name)),
    client: JSON.parse(row.client_setup),
  }
}

/**
 * The columns of the settings that are given.
 *
 * @throws {AccessError} `ACCESS_SETTING`
 */
export function settingsColumns(settings: Partial<ApplicationSettings>): Partial<SettingsRow> {
  const { userAccess, notes, product, apiNetworks, client } = settings
  const permissions = settings.adminApiPermissions
  return {
    ...(userAccess === undefined ? {} : { user_access: userAccess }),
    ...(notes === undefined ? {} : { notes: checkedNotes(notes) }),
    ...(product === undefined ? {} : { product }),
    ...(apiNetworks === undefined
      ? {}
      : { networks_for_api_access: JSON.stringify(checkedList(apiNetworks)) }),
    ...(permissions === undefined ? {} : { adminapi_permissions: JSON.stringify(permissions) }),
    ...(client === undefined ? {} : { client_setup: JSON.stringify(checkedClient(client)) }),
  }
}

function checkedNotes(notes: string): string {
  // PostgreSQL rejects NUL in text with an error
  const text = notes.replaceAll('\0', '').toWellFormed()
  if (text.length <= maxNotes) return text
  throw new AccessError('ACCESS_SETTING', `notes have at most ${maxNotes} characters`)
}

function checkedList(entries: readonly string[]): readonly string[] {
  if (entries.length <= maxListed) return entries
  throw new AccessError('ACCESS_SETTING', `at most ${maxListed} addresses or networks are possible`)
}

function checkedClient(client: ClientSetup): ClientSetup {
  checkedList(client.radiusClients ?? [])
  checkedList(client.proxies ?? [])
  const { radiusTimeoutSecs, radiusRetries, radiusServers } = client
  checkedNumber('the RADIUS timeout', radiusTimeoutSecs, retryLimits.timeoutSecs)
  checkedNumber('the number of RADIUS retries', radiusRetries, retryLimits.retries)
  checkedNumber('the number of RADIUS servers', radiusServers, retryLimits.servers)
  return client
}

function checkedNumber(
  what: string,
  number: number | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (number === undefined || (Number.isInteger(number) && number >= min && number <= max)) return
  throw new AccessError('ACCESS_SETTING', `${what} must be ${min} to ${max}`)
}
