import { createHash } from 'node:crypto'
import { newActivationCode } from '../../store/identifier.ts'
import type { Store, StoreDb } from '../../store/store.ts'

export interface ActivationCode {
  readonly codeHash: string
  readonly userId: string
  /** The phone to activate; `null` if the activation creates one. */
  readonly phoneId: string | null
  /** The invitation whose browser requested the code; `null` for other codes. */
  readonly invitationHash: string | null
  readonly expires: number
  readonly used: number | null
}

/** How long `enroll_status` still reports an expired or used code. */
const askedForMs = 30 * 24 * 60 * 60_000

/** Codes that activate phones. Only their hashes are stored. */
export class ActivationCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @returns The code, which can't be read again. */
  async create(
    userId: string,
    phoneId: string | null,
    expires: number,
    now: number,
    db: StoreDb,
    invitationHash: string | null = null,
  ): Promise<string> {
    const code = newActivationCode()
    await db
      .insertInto('activation_codes')
      .values({
        code_hash: activationCodeHash(code),
        user_id: userId,
        phone_id: phoneId,
        invitation_hash: invitationHash,
        created: now,
        expires,
        used: null,
      })
      .execute()
    return code
  }

  async find(code: string, db: StoreDb): Promise<ActivationCode | undefined> {
    const row = await db
      .selectFrom('activation_codes')
      .selectAll()
      .where('code_hash', '=', activationCodeHash(code))
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { code_hash: codeHash, user_id: userId, phone_id: phoneId, expires, used } = row
    return { codeHash, userId, phoneId, invitationHash: row.invitation_hash, expires, used }
  }

  /** @returns Whether the code was still unused; `true` for one of several concurrent calls. */
  async use(codeHash: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('activation_codes')
      .set({ used: now })
      .where('code_hash', '=', codeHash)
      .where('used', 'is', null)
      .where('expires', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Withdraws the unused codes of a user. */
  async withdraw(userId: string, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('activation_codes')
      .where('user_id', '=', userId)
      .where('used', 'is', null)
      .execute()
  }

  /** Withdraws the unused codes of a phone. */
  async withdrawOfPhone(phoneId: string, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('activation_codes')
      .where('phone_id', '=', phoneId)
      .where('used', 'is', null)
      .execute()
  }

  /** Deletes codes that were used or expired long ago. */
  async prune(now: number): Promise<void> {
    await this.#store.db
      .deleteFrom('activation_codes')
      .where('expires', '<=', now - askedForMs)
      .execute()
  }

  /** Stores the phone that an activation created. */
  async made(codeHash: string, phoneId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('activation_codes')
      .set({ phone_id: phoneId })
      .where('code_hash', '=', codeHash)
      .execute()
  }
}

/** SHA-256 in base64url: the code itself has 119 bits. */
export function activationCodeHash(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
