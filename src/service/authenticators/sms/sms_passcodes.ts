import { newSmsPasscode } from '../../store/identifier.ts'
import { smsPasscodePlace } from '../../store/rotation.ts'
import type { Store, StoreDb } from '../../store/store.ts'

export interface SmsBatch {
  readonly passcodes: readonly string[]
  /** 0 for no expiry. */
  readonly validMinutes: number
  /** Whether a call speaks them, instead of a message. */
  readonly spoken?: boolean | undefined
}

/** An SMS passcode that was used. */
export interface UsedSmsPasscode {
  readonly phoneId: string
  /** Whether it was the last usable one of its batch. */
  readonly last: boolean
  /** Whether a call spoke it. */
  readonly spoken: boolean
}

const minuteMs = 60_000

/**
 * Creates the passcodes of a batch. Their first digits are 1, 2, 3 and so on, so that the first digit
 * tells the user which one is next.
 *
 * @param count 1 to 10.
 */
export function newSmsPasscodes(count: number): string[] {
  return Array.from({ length: count }, (_, position) => newSmsPasscode(String((position + 1) % 10)))
}

/**
 * The passcodes of the latest message to each phone: their hashes, by which they are found, and the sealed
 * codes, to compare them with what a client proves instead of sending it (CHAP, MS-CHAP).
 */
export class SmsPasscodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async removeOfPhone(phoneId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('sms_passcodes').where('phone_id', '=', phoneId).execute()
  }

  /** Which of these phones were sent passcodes that are not used up. */
  async phonesWithUnused(phoneIds: readonly string[], db: StoreDb): Promise<ReadonlySet<string>> {
    if (phoneIds.length === 0) return new Set()
    const rows = await db
      .selectFrom('sms_passcodes')
      .select('phone_id')
      .distinct()
      .where('phone_id', 'in', phoneIds)
      .where('used', 'is', null)
      .execute()
    return new Set(rows.map(({ phone_id }) => phone_id))
  }

  /** Replaces the previous batch of a phone. */
  async replace(
    phoneId: string,
    userId: string,
    { passcodes, validMinutes, spoken = false }: SmsBatch,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    for (const [position, code] of passcodes.entries()) {
      const values = {
        user_id: userId,
        code_hash: this.#store.sealing.hash(code, sealingContext(userId)),
        sealed_code: this.#store.sealing.seal(code, smsPasscodePlace(phoneId, position)),
        first_digit: code.slice(0, 1),
        spoken: spoken ? 1 : 0,
        created: now,
        expires: validMinutes === 0 ? null : now + validMinutes * minuteMs,
        used: null,
      }
      // of two concurrent batches the later one replaces the other's codes one by one
      await db
        .insertInto('sms_passcodes')
        .values({ phone_id: phoneId, position, ...values })
        .onConflict((conflict) => conflict.columns(['phone_id', 'position']).doUpdateSet(values))
        .execute()
    }
    await db
      .deleteFrom('sms_passcodes')
      .where('phone_id', '=', phoneId)
      .where('position', '>=', passcodes.length)
      .execute()
  }

  /** The first digit of the next passcode, for each phone that has one left. */
  async nextDigits(userId: string, now: number, db: StoreDb): Promise<ReadonlyMap<string, string>> {
    const rows = await db
      .selectFrom('sms_passcodes')
      .select(['phone_id', 'first_digit'])
      .where('user_id', '=', userId)
      .where('used', 'is', null)
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      // descending, so the lowest position per phone wins
      .orderBy('position', 'desc')
      .execute()
    return new Map(rows.map(({ phone_id, first_digit }) => [phone_id, first_digit]))
  }

  /** Uses a code up, by one UPDATE that only applies while it is unused. */
  async consume(
    userId: string,
    code: string,
    now: number,
    db: StoreDb,
  ): Promise<UsedSmsPasscode | undefined> {
    const [used] = await db
      .updateTable('sms_passcodes')
      .set({ used: now })
      .where('user_id', '=', userId)
      .where('code_hash', 'in', this.#store.sealing.hashes(code, sealingContext(userId)))
      .where('used', 'is', null)
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      .returning(['phone_id', 'spoken'])
      .execute()
    if (used === undefined) return undefined
    const left = await this.nextDigits(userId, now, db)
    return { phoneId: used.phone_id, last: !left.has(used.phone_id), spoken: used.spoken === 1 }
  }

  /** The codes of the latest batches in clear text, used or not. */
  async clear(userId: string, now: number, db: StoreDb): Promise<string[]> {
    const rows = await db
      .selectFrom('sms_passcodes')
      .select(['phone_id', 'position', 'sealed_code'])
      .where('user_id', '=', userId)
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      .orderBy('phone_id')
      .orderBy('position')
      .execute()
    // null in rows from before codes were sealed
    return rows.flatMap(({ phone_id, position, sealed_code: sealed }) =>
      sealed === null
        ? []
        : [this.#store.sealing.open(sealed, smsPasscodePlace(phone_id, position))],
    )
  }

  /** When a passcode of the latest batches was used; `undefined` for any other. */
  async usedAt(userId: string, code: string, db: StoreDb): Promise<number | undefined> {
    const row = await db
      .selectFrom('sms_passcodes')
      .select('used')
      .where('user_id', '=', userId)
      .where('code_hash', 'in', this.#store.sealing.hashes(code, sealingContext(userId)))
      .where('used', 'is not', null)
      .orderBy('used', 'desc')
      .executeTakeFirst()
    return row?.used ?? undefined
  }
}

function sealingContext(userId: string): string {
  return `sms_passcodes:${userId}`
}
