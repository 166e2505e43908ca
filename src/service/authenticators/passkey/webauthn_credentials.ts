import { DirectoryError } from '../../people/user.ts'
import { newIdentifier } from '../../store/identifier.ts'
import { isUniqueViolation, type StoreDb } from '../../store/store.ts'

/** A passkey of a user. */
export interface WebauthnCredential {
  /** `WA…` */
  readonly credentialId: string
  /** The authenticator's own identifier, in base64url. */
  readonly webauthnId: string
  readonly userId: string
  /** COSE, in base64url. */
  readonly publicKey: string
  /** Signature counter at its last use; 0 if the authenticator does not count. */
  readonly counter: number
  readonly transports: readonly string[]
  readonly name: string
  readonly created: number
  readonly used: number | null
}

export type NewWebauthnCredential = Pick<
  WebauthnCredential,
  'webauthnId' | 'userId' | 'publicKey' | 'counter' | 'transports' | 'name'
>

const maxPerUser = 20

export class WebauthnCredentials {
  /** A user's passkeys, oldest first. */
  async ofUser(userId: string, db: StoreDb): Promise<WebauthnCredential[]> {
    const rows = await db
      .selectFrom('webauthn_credentials')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created')
      .orderBy('credential_id')
      .execute()
    return rows.map(toCredential)
  }

  /** The passkeys of several users, oldest first. */
  async ofUsers(userIds: readonly string[], db: StoreDb): Promise<WebauthnCredential[]> {
    if (userIds.length === 0) return []
    const rows = await db
      .selectFrom('webauthn_credentials')
      .selectAll()
      .where('user_id', 'in', userIds)
      .orderBy('created')
      .orderBy('credential_id')
      .execute()
    return rows.map(toCredential)
  }

  /** A page of all passkeys, oldest first. */
  async list(
    { limit, offset }: { readonly limit: number; readonly offset: number },
    db: StoreDb,
  ): Promise<WebauthnCredential[]> {
    const rows = await db
      .selectFrom('webauthn_credentials')
      .selectAll()
      .orderBy('created')
      .orderBy('credential_id')
      .limit(limit)
      .offset(offset)
      .execute()
    return rows.map(toCredential)
  }

  async total(db: StoreDb): Promise<number> {
    const { count } = await db
      .selectFrom('webauthn_credentials')
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  async byId(credentialId: string, db: StoreDb): Promise<WebauthnCredential | undefined> {
    const row = await db
      .selectFrom('webauthn_credentials')
      .selectAll()
      .where('credential_id', '=', credentialId)
      .executeTakeFirst()
    return row === undefined ? undefined : toCredential(row)
  }

  async byWebauthnId(webauthnId: string, db: StoreDb): Promise<WebauthnCredential | undefined> {
    const row = await db
      .selectFrom('webauthn_credentials')
      .selectAll()
      .where('webauthn_id', '=', webauthnId)
      .executeTakeFirst()
    return row === undefined ? undefined : toCredential(row)
  }

  /** @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` if it is registered already, `DIRECTORY_TOO_MANY` */
  async add(
    credential: NewWebauthnCredential,
    now: number,
    db: StoreDb,
  ): Promise<WebauthnCredential> {
    const before = await this.ofUser(credential.userId, db)
    if (before.length >= maxPerUser) {
      throw new DirectoryError('DIRECTORY_TOO_MANY', `a user has ${maxPerUser} passkeys at most`)
    }
    const row = {
      credential_id: newIdentifier('WA'),
      webauthn_id: credential.webauthnId,
      user_id: credential.userId,
      public_key: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports.join(' '),
      name: credential.name,
      created: now,
      used: null,
    }
    try {
      await db.insertInto('webauthn_credentials').values(row).execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new DirectoryError('DIRECTORY_NAME_TAKEN', 'this passkey is registered already')
    }
    return toCredential(row)
  }

  /**
   * Advances the counter, by one UPDATE that only applies while it is unchanged.
   *
   * @returns `false` if the passkey was used meanwhile.
   */
  async use(
    { credentialId, counter: before }: WebauthnCredential,
    counter: number,
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('webauthn_credentials')
      .set({ counter, used: now })
      .where('credential_id', '=', credentialId)
      .where('counter', '=', before)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async rename(credentialId: string, userId: string, name: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('webauthn_credentials')
      .set({ name })
      .where('credential_id', '=', credentialId)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async remove(credentialId: string, userId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('webauthn_credentials')
      .where('credential_id', '=', credentialId)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }
}

function toCredential(row: {
  readonly credential_id: string
  readonly webauthn_id: string
  readonly user_id: string
  readonly public_key: string
  readonly counter: number
  readonly transports: string
  readonly name: string
  readonly created: number
  readonly used: number | null
}): WebauthnCredential {
  return {
    credentialId: row.credential_id,
    webauthnId: row.webauthn_id,
    userId: row.user_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: row.transports === '' ? [] : row.transports.split(' '),
    name: row.name,
    created: row.created,
    used: row.used,
  }
}
