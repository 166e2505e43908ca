import { prepared } from '../../store/prepared.ts'
import type { StoreDb } from '../../store/store.ts'
import { limitedDrift } from './oath_code.ts'
import type { OathToken } from './oath_token.ts'

/**
 * Uses up an HOTP counter or a TOTP step, with all before it, by one UPDATE that only applies while no
 * passcode of it or a later one was used. Of concurrent attempts on all nodes one succeeds.
 *
 * @param step HOTP counter or TOTP step (RFC 6238 §4.2).
 * @returns `false` if this or a later one was used before.
 */
export async function consumeStep(
  token: OathToken,
  step: number,
  now: number,
  db: StoreDb,
): Promise<boolean> {
  return (await movePosition(db, moveTo(token, step, now))).length === 1
}

/** What uses up a step of a token. */
export function moveTo(token: OathToken, step: number, now: number): Move {
  const isHotp = token.kind === 'hotp'
  return {
    tokenId: token.tokenId,
    position: isHotp ? step + 1 : step,
    drift: isHotp ? 0 : limitedDrift(token, step, now),
    used: now,
  }
}

/** When the token's last passcode was used; 0 for never. */
export async function readLastUse({ tokenId }: OathToken, db: StoreDb): Promise<number> {
  const row = await db
    .selectFrom('oath_tokens')
    .select('used')
    .where('token_id', '=', tokenId)
    .executeTakeFirst()
  return row?.used ?? 0
}

/**
 * Uses up a step as `consumeStep` does, but only if the token has not changed since it was read.
 *
 * @returns A builder, to which a prepared statement adds its own conditions.
 */
export function stepOfUnchanged(db: StoreDb, move: UnchangedMove) {
  return moved(db, move)
    .where('position', '=', move.from)
    .where('user_id', '=', move.userId)
    .where('sealed_secret', '=', move.sealed)
}

interface Move {
  readonly tokenId: string
  readonly position: number
  readonly drift: number
  readonly used: number
}

export interface UnchangedMove extends Move {
  readonly userId: string
  readonly sealed: string
  /** The position as it was read. */
  readonly from: number
}

const movePosition = prepared(moved)

function moved(db: StoreDb, move: Move) {
  return db
    .updateTable('oath_tokens')
    .set({
      position: move.position,
      drift: move.drift,
      resync_position: null,
      resync_codes: 0,
      used: move.used,
    })
    .where('token_id', '=', move.tokenId)
    .where('position', '<', move.position)
    .returning('token_id')
}
