import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Store, StoreDb } from '../../store/store.ts'

/** The user and application of a code. */
export interface CodeHolder {
  readonly userId: string
  readonly ikey: string
}

/** A code that a login shows, and that the user types into the app with the login's next push. */
export interface LoginVerification {
  readonly txid: string
  readonly code: string
  /** In milliseconds since 1970. */
  readonly expires: number
}

const validMs = 60_000

/** The codes of verified push that preauth issued to logins, until auth requests the push. */
export class VerificationCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async issue(
    { userId, ikey }: CodeHolder,
    digits: number,
    now: number,
  ): Promise<LoginVerification> {
    const issued = { txid: randomUUID(), code: randomDigits(digits), expires: now + validMs }
    await this.#store.db
      .insertInto('verification_codes')
      .values({ ...issued, user_id: userId, ikey })
      .execute()
    return issued
  }

  /** Takes a code, by one DELETE, so that it is used once. */
  async take(
    txid: string,
    { userId, ikey }: CodeHolder,
    now: number,
    db: StoreDb,
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

/** Unpredictable digits. */
export function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}

/** Compares a typed code in constant time. */
export function isSameCode(typed: string, code: string): boolean {
  const [first, second] = [Buffer.from(typed.trim()), Buffer.from(code)]
  return first.length === second.length && timingSafeEqual(first, second)
}
