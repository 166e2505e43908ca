import { newIdentifier } from '../store/identifier.ts'
import { factorPlace } from '../store/rotation.ts'
import { isUniqueViolation, type Store, type StoreDb } from '../store/store.ts'
import { AdministratorError } from './administrator.ts'

export const factorKinds = ['passkey', 'push', 'totp'] as const
export type FactorKind = (typeof factorKinds)[number]

/** A second factor of an administrator. */
export interface AdministratorFactor {
  /** `DF…` */
  readonly factorId: string
  readonly adminId: string
  readonly kind: FactorKind
  readonly name: string
  /** TOTP: the last step that was used. Passkeys: the signature counter. */
  readonly position: number
  /** Passkeys: the WebAuthn credential id. Phones: the phone id. */
  readonly externalId: string | null
  /** Passkeys: COSE. Phones: SubjectPublicKeyInfo of the app. Both in base64url. */
  readonly publicKey: string | null
  readonly transports: readonly string[]
  readonly created: number
  readonly used: number | null
}

export type NewFactor = Pick<AdministratorFactor, 'adminId' | 'kind' | 'name'> &
  Partial<Pick<AdministratorFactor, 'externalId' | 'publicKey' | 'position' | 'transports'>> & {
    /** TOTP: the secret in base32. */
    readonly secret?: string
  }

const maxPerAdministrator = 10

/** The second factors of administrators. */
export class AdministratorFactors {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The factors of one administrator, oldest first. */
  async ofAdministrator(adminId: string, db: StoreDb): Promise<AdministratorFactor[]> {
    const rows = await db
      .selectFrom('administrator_factors')
      .selectAll()
      .where('admin_id', '=', adminId)
      .orderBy('created')
      .orderBy('factor_id')
      .execute()
    return rows.flatMap(toFactor)
  }

  /** The kinds of factors that each administrator has. */
  async kindsOf(
    adminIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, readonly FactorKind[]>> {
    if (adminIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('administrator_factors')
      .select(['admin_id', 'kind'])
      .distinct()
      .where('admin_id', 'in', adminIds)
      .execute()
    const grouped = Map.groupBy(rows, ({ admin_id }) => admin_id)
    return new Map(
      [...grouped].map(([adminId, held]) => [
        adminId,
        factorKinds.filter((kind) => held.some((row) => row.kind === kind)),
      ]),
    )
  }

  /** @throws {AdministratorError} `limit`, and `conflict` if the passkey or phone is registered already. */
  async add(factor: NewFactor, now: number, db: StoreDb): Promise<AdministratorFactor> {
    const before = await this.ofAdministrator(factor.adminId, db)
    if (before.length >= maxPerAdministrator) {
      throw new AdministratorError(
        'limit',
        `an administrator has ${maxPerAdministrator} factors at most; remove one first`,
      )
    }
    const factorId = newIdentifier('DF')
    const row = {
      factor_id: factorId,
      admin_id: factor.adminId,
      kind: factor.kind,
      name: factor.name,
      sealed_secret:
        factor.secret === undefined
          ? null
          : this.#store.sealing.seal(factor.secret, factorPlace(factorId)),
      position: factor.position ?? 0,
      external_id: factor.externalId ?? null,
      public_key: factor.publicKey ?? null,
      transports: (factor.transports ?? []).join(' '),
      created: now,
      used: null,
    }
    try {
      await db.insertInto('administrator_factors').values(row).execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const what = factor.kind === 'push' ? 'phone' : 'passkey'
      throw new AdministratorError('conflict', `this ${what} is registered already`)
    }
    return {
      factorId,
      adminId: factor.adminId,
      kind: factor.kind,
      name: factor.name,
      position: row.position,
      externalId: row.external_id,
      publicKey: row.public_key,
      transports: factor.transports ?? [],
      created: now,
      used: null,
    }
  }

  /** The TOTP secret of a factor, in base32. */
  async secretOf(factorId: string, db: StoreDb): Promise<string | undefined> {
    const row = await db
      .selectFrom('administrator_factors')
      .select('sealed_secret')
      .where('factor_id', '=', factorId)
      .executeTakeFirst()
    const sealed = row?.sealed_secret ?? undefined
    return sealed === undefined
      ? undefined
      : this.#store.sealing.open(sealed, factorPlace(factorId))
  }

  /**
   * Uses up a TOTP step with all before it, by one UPDATE.
   *
   * @returns `false` if this step or a later one was used before.
   */
  async consumeStep(factorId: string, step: number, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_factors')
      .set({ position: step, used: now })
      .where('factor_id', '=', factorId)
      .where('position', '<', step)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Advances the counter of a passkey. @returns `false` if the passkey was used meanwhile. */
  async consumeCounter(
    { factorId, position: before }: AdministratorFactor,
    counter: number,
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_factors')
      .set({ position: counter, used: now })
      .where('factor_id', '=', factorId)
      .where('position', '=', before)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Records a use. @returns `false` if the factor has been removed or its key has changed. */
  async noteUse(
    { factorId, publicKey }: Pick<AdministratorFactor, 'factorId' | 'publicKey'>,
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_factors')
      .set({ used: now })
      .where('factor_id', '=', factorId)
      .where('public_key', '=', publicKey)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** @throws {AdministratorError} `conflict` if another administrator has a factor on this phone. */
  async requireFreePhone(phoneId: string, adminId: string, db: StoreDb): Promise<void> {
    const row = await db
      .selectFrom('administrator_factors')
      .select('factor_id')
      .where('kind', '=', 'push')
      .where('external_id', '=', phoneId)
      .where('admin_id', '!=', adminId)
      .executeTakeFirst()
    if (row === undefined) return
    throw new AdministratorError(
      'conflict',
      'Another administrator uses this phone. Ask them to remove it first.',
    )
  }

  /** @returns Whether the administrator has that factor. */
  async rename(factorId: string, adminId: string, name: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_factors')
      .set({ name })
      .where('factor_id', '=', factorId)
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** @returns Whether the administrator had that factor. */
  async remove(factorId: string, adminId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('administrator_factors')
      .where('factor_id', '=', factorId)
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }

  async removeAll(adminId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('administrator_factors').where('admin_id', '=', adminId).execute()
  }
}

function toFactor(row: {
  readonly factor_id: string
  readonly admin_id: string
  readonly kind: string
  readonly name: string
  readonly position: number
  readonly external_id: string | null
  readonly public_key: string | null
  readonly transports: string
  readonly created: number
  readonly used: number | null
}): AdministratorFactor[] {
  const kind = factorKinds.find((known) => known === row.kind)
  if (kind === undefined) return []
  return [
    {
      factorId: row.factor_id,
      adminId: row.admin_id,
      kind,
      name: row.name,
      position: Number(row.position),
      externalId: row.external_id,
      publicKey: row.public_key,
      transports: row.transports === '' ? [] : row.transports.split(' '),
      created: row.created,
      used: row.used,
    },
  ]
}
