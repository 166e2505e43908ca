import { sql } from 'kysely'
import { Secret } from '../../host/secret.ts'
import { matchesAny } from '../store/any_of.ts'
import { Batched } from '../store/batched.ts'
import { newIdentifier, newSecretKey } from '../store/identifier.ts'
import {
  contains,
  lowerCase,
  type Page,
  type PageRequest,
  readPage,
  searchText,
} from '../store/keyset.ts'
import { integrationPlace, radiusSecretPlace } from '../store/rotation.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { type ApplicationSettings, readSettings, settingsColumns } from './application_settings.ts'
import { nameKey } from './name_key.ts'
import { checkedName, type NameKind, namedOnce } from './unique_name.ts'

/** The types of applications that an administrator can add. */
export const integrationTypes = ['radius', 'authapi', 'unix', 'adminapi'] as const
/** The service's own applications: the portal and the Admin Panel. Their keys sign no requests. */
const ownTypes = ['portal', 'panel'] as const
export type OwnType = (typeof ownTypes)[number]
export type IntegrationType = (typeof integrationTypes)[number] | OwnType

/** The protocol in which an application last proved what a user typed, in place of sending it. */
export interface SeenProtocol {
  /** `CHAP`, `MS-CHAPv1` or `MS-CHAPv2`. */
  readonly protocol: string
  /** In milliseconds since 1970; up to an hour old. */
  readonly seen: number
}

/** An application that asks for second factors. */
export interface Integration extends ApplicationSettings {
  /** `DI…` */
  readonly ikey: string
  readonly skey: Secret
  readonly name: string
  readonly type: IntegrationType
  readonly usernameNormalization: 'none' | 'simple'
  /**
   * Whether `/auth/v2` accepts signature version 1, which old clients use. It does not cover the date, so
   * anyone who has seen such a request can replay it forever.
   */
  readonly signatureV1: boolean
  readonly enabled: boolean
  readonly created: number
  /** When its secret key was created. */
  readonly skeyCreated: number
  /** `undefined` if it always sent what users typed. */
  readonly proofProtocol: SeenProtocol | undefined
}

/** The settings of an application that an administrator can change. */
export interface IntegrationSettings extends ApplicationSettings {
  readonly name: string
  readonly usernameNormalization: 'none' | 'simple'
  readonly signatureV1: boolean
  readonly enabled: boolean
}

export type NewIntegration = Pick<IntegrationSettings, 'name'> &
  Partial<Omit<IntegrationSettings, 'enabled'>> & { readonly type: IntegrationType }

export interface IntegrationFilter {
  /** A part of the name. */
  readonly search?: string | undefined
}

interface IntegrationRow {
  readonly ikey: string
  readonly name: string
  readonly type: string
  readonly sealed_skey: string
  readonly username_normalization: string
  readonly signature_v1: number
  readonly enabled: number
  readonly created: number
  readonly user_access: string
  readonly notes: string
  readonly product: string
  readonly networks_for_api_access: string
  readonly adminapi_permissions: string
  readonly client_setup: string
  readonly skey_created: number | null
  readonly proof_protocol: string | null
  readonly proof_seen: number | null
}

const maxAtOnce = 500
const storedTypes: readonly IntegrationType[] = [...integrationTypes, ...ownTypes]

const applicationName: NameKind = {
  what: 'an application',
  invalid: 'ACCESS_NAME',
  taken: 'ACCESS_NAME_TAKEN',
}

export class Integrations {
  readonly #store: Store
  /** Opened secret keys by their sealed text, which changes with the key. */
  readonly #opened = new Map<string, Secret>()
  readonly #inTurn = new Batched((ikeys: readonly string[]) => this.#byIkeys(ikeys), maxAtOnce)

  constructor(store: Store) {
    this.#store = store
  }

  async byIkey(ikey: string, db: StoreDb): Promise<Integration | undefined> {
    const row = await db
      .selectFrom('integrations')
      .selectAll()
      .where('ikey', '=', ikey)
      .executeTakeFirst()
    return row === undefined ? undefined : this.#integrationOf(row)
  }

  /** The application with that name; case and blanks are ignored. */
  async byName(name: string, db: StoreDb): Promise<Integration | undefined> {
    const row = await db
      .selectFrom('integrations')
      .selectAll()
      .where('name_key', '=', nameKey(name))
      .executeTakeFirst()
    return row === undefined ? undefined : this.#integrationOf(row)
  }

  /** As `byIkey`, but concurrent calls share one query and one database connection. */
  async byIkeyInTurn(ikey: string): Promise<Integration | undefined> {
    return await this.#inTurn.ask(ikey)
  }

  async list(db: StoreDb): Promise<Integration[]> {
    const rows = await db.selectFrom('integrations').selectAll().orderBy('name').execute()
    return rows.map((row) => this.#integrationOf(row))
  }

  /** A page of applications, by name unless the request says otherwise. */
  async page(
    request: PageRequest<'name' | 'created'> & IntegrationFilter,
    db: StoreDb,
  ): Promise<Page<Integration>> {
    const { by: name, descending = false } = request.sort ?? { by: 'name' }
    const keyset = {
      name: `applications ${name}`,
      by:
        name === 'created'
          ? sql.ref<number>('integrations.created')
          : lowerCase(db, 'integrations.name'),
      key: sql.ref<string>('integrations.ikey'),
      descending,
    }
    const { items, next } = await readPage(filtered(request, db).selectAll(), keyset, request)
    return { items: items.map((row) => this.#integrationOf(row)), next }
  }

  /** How many applications there are on all pages. */
  async total(filter: IntegrationFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** `name` if it is free, else with the first number appended that makes it unique. */
  async freeName(name: string, db: StoreDb): Promise<string> {
    const rows = await db.selectFrom('integrations').select('name_key').execute()
    const taken = new Set(rows.map(({ name_key }) => name_key))
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name} ${number}`
      if (!taken.has(nameKey(free))) return free
    }
  }

  /** @throws {AccessError} `ACCESS_NAME`, `ACCESS_NAME_TAKEN` */
  async create(integration: NewIntegration, now: number, db: StoreDb): Promise<Integration> {
    const ikey = newIdentifier('DI')
    const name = checkedName(integration.name, applicationName)
    const row = {
      ikey,
      name,
      name_key: nameKey(name),
      type: integration.type,
      sealed_skey: this.#store.sealing.seal(newSecretKey(), integrationPlace(ikey)),
      username_normalization: integration.usernameNormalization ?? 'simple',
      signature_v1: (integration.signatureV1 ?? integration.type === 'unix') ? 1 : 0,
      enabled: 1,
      created: now,
      skey_created: now,
      proof_protocol: null,
      proof_seen: null,
      user_access: 'ALL_USERS',
      notes: '',
      product: '',
      networks_for_api_access: '[]',
      adminapi_permissions: '[]',
      client_setup: '{}',
      ...settingsColumns(integration),
    }
    await namedOnce(name, applicationName, () =>
      db.insertInto('integrations').values(row).execute(),
    )
    return this.#integrationOf(row)
  }

  /** @throws {AccessError} `ACCESS_NAME`, `ACCESS_NAME_TAKEN` */
  async update(ikey: string, change: Partial<IntegrationSettings>, db: StoreDb): Promise<void> {
    const name = change.name === undefined ? undefined : checkedName(change.name, applicationName)
    const set = {
      ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
      ...(change.usernameNormalization === undefined
        ? {}
        : { username_normalization: change.usernameNormalization }),
      ...(change.signatureV1 === undefined ? {} : { signature_v1: change.signatureV1 ? 1 : 0 }),
      ...(change.enabled === undefined ? {} : { enabled: change.enabled ? 1 : 0 }),
      ...settingsColumns(change),
    }
    if (Object.keys(set).length === 0) return
    await namedOnce(name ?? '', applicationName, () =>
      db.updateTable('integrations').set(set).where('ikey', '=', ikey).execute(),
    )
  }

  /** Gives an integration a new secret key; the old one is invalid from then on. */
  async rotateSkey(ikey: string, now: number, db: StoreDb): Promise<Secret> {
    const skey = newSecretKey()
    const sealed_skey = this.#store.sealing.seal(skey, integrationPlace(ikey))
    const changed = { sealed_skey, skey_created: now }
    await db.updateTable('integrations').set(changed).where('ikey', '=', ikey).execute()
    return new Secret(skey)
  }

  /** Those that proved what users typed since then, by name. */
  async withProofSince(since: number, db: StoreDb): Promise<Integration[]> {
    const rows = await db
      .selectFrom('integrations')
      .selectAll()
      .where('proof_seen', '>', since)
      .orderBy('name')
      .execute()
    return rows.map((row) => this.#integrationOf(row))
  }

  /** Keeps the protocol in which an application proves what users type. */
  async sawProof(ikey: string, { protocol, seen }: SeenProtocol, db: StoreDb): Promise<void> {
    await db
      .updateTable('integrations')
      .set({ proof_protocol: protocol, proof_seen: seen })
      .where('ikey', '=', ikey)
      .execute()
  }

  /**
   * The secret that the authentication proxy shares with the RADIUS clients of an application.
   *
   * @returns `undefined` if it has none yet.
   */
  async radiusSecret(ikey: string, db: StoreDb): Promise<Secret | undefined> {
    const row = await db
      .selectFrom('integrations')
      .select('sealed_radius_secret')
      .where('ikey', '=', ikey)
      .executeTakeFirst()
    const sealed = row?.sealed_radius_secret ?? null
    if (sealed === null) return undefined
    return new Secret(this.#store.sealing.open(sealed, radiusSecretPlace(ikey)))
  }

  async setRadiusSecret(ikey: string, secret: Secret, db: StoreDb): Promise<void> {
    const sealed = this.#store.sealing.seal(secret.reveal(), radiusSecretPlace(ikey))
    await db
      .updateTable('integrations')
      .set({ sealed_radius_secret: sealed })
      .where('ikey', '=', ikey)
      .execute()
  }

  async remove(ikey: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('integrations')
      .where('ikey', '=', ikey)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /** In the order of the keys. */
  async #byIkeys(ikeys: readonly string[]): Promise<readonly (Integration | undefined)[]> {
    const rows = await this.#store.db
      .selectFrom('integrations')
      .selectAll()
      .where(matchesAny(this.#store, 'ikey', ikeys))
      .execute()
    const found = new Map(rows.map((row) => [row.ikey, this.#integrationOf(row)]))
    return ikeys.map((ikey) => found.get(ikey))
  }

  #integrationOf(row: IntegrationRow): Integration {
    return {
      ikey: row.ikey,
      skey: this.#skey(row),
      name: row.name,
      type: storedTypes.find((type) => type === row.type) ?? 'authapi',
      usernameNormalization: row.username_normalization === 'none' ? 'none' : 'simple',
      signatureV1: row.signature_v1 === 1,
      enabled: row.enabled === 1,
      created: row.created,
      skeyCreated: row.skey_created ?? row.created,
      proofProtocol:
        row.proof_protocol === null || row.proof_seen === null
          ? undefined
          : { protocol: row.proof_protocol, seen: row.proof_seen },
      ...readSettings(row),
    }
  }

  #skey({ ikey, sealed_skey }: IntegrationRow): Secret {
    const known = this.#opened.get(sealed_skey)
    if (known !== undefined) return known
    if (this.#opened.size > 1000) this.#opened.clear()
    const opened = new Secret(this.#store.sealing.open(sealed_skey, integrationPlace(ikey)))
    this.#opened.set(sealed_skey, opened)
    return opened
  }
}

function filtered({ search }: IntegrationFilter, db: StoreDb) {
  const query = db.selectFrom('integrations')
  return search === undefined
    ? query
    : query.where(contains(lowerCase(db, 'integrations.name'), searchText(search)))
}

/** Whether an application is one of the service's own, which have fixed rules. */
export function isOwnType(type: string): type is OwnType {
  return ownTypes.some((own) => own === type)
}

/** The key and type of every application, without its secret key. */
export async function integrationTypesByIkey(
  db: StoreDb,
): Promise<{ readonly ikey: string; readonly type: string }[]> {
  return await db.selectFrom('integrations').select(['ikey', 'type']).execute()
}

/** Locks an integration until the transaction ends. */
export async function lockIntegration(ikey: string, store: Store, db: StoreDb): Promise<void> {
  // SQLite runs one writing transaction at a time
  if (store.dialect === 'sqlite') return
  await db.selectFrom('integrations').select('ikey').where('ikey', '=', ikey).forUpdate().execute()
}
