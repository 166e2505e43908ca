import type { Store, StoreDb } from '../../store/store.ts'

/** Who a code has been told for. */
export interface CodeHolder {
  readonly userId: string
  readonly ikey: string
}

/** The codes that preauth has told a login to show, until auth asks for the push (verified push). */
export class VerificationCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async keep(
    txid: string,
    { userId, ikey }: CodeHolder,
    code: string,
    expires: number,
  ): Promise<void> {
    const kept = { txid, user_id: userId, ikey, code, expires }
    await this.#store.db.insertInto('verification_codes').values(kept).execute()
  }

  /** Takes a code back, once. */
  async take(
    txid: string,
    { userId, ikey }: CodeHolder,
    now: number,
    db: StoreDb = this.#store.db,
  ): Promise<string | undefined> {
    const row = await db
      .deleteFrom('verification_codes')
      .where('txid', '=', txid)
      .where('user_id', '=', userId)
      .where('ikey', '=', ikey)
      .where('expires', '>', now)
      .returning('code')
      .executeTakeFirst()
    return row?.code
  }

  async prune(now: number): Promise<void> {
    await this.#store.db.deleteFrom('verification_codes').where('expires', '<=', now).execute()
  }
}
