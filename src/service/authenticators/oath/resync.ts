import type { StoreDb } from '../../store/store.ts'
import { consumeStep } from './consume_step.ts'
import { distantMoments } from './oath_code.ts'
import type { KeyedToken, OathTokens } from './oath_tokens.ts'

const resyncMs = 5 * 60_000
const resyncCodes = 3
const administratorResyncAhead = 10_000

/**
 * Resynchronises an HOTP token at sign-in: three consecutive codes within five minutes, up to 1000 codes
 * ahead (RFC 4226 §7.4).
 *
 * @returns Whether the passcode was the third code, which is accepted.
 */
export async function resyncAtSignIn(
  { token, key, resync }: KeyedToken,
  passcode: string,
  now: number,
  db: StoreDb,
): Promise<boolean> {
  const isRunning = resync.position !== null && resync.at !== null && now - resync.at <= resyncMs
  if (isRunning && key.findMoment(token, passcode, [resync.position]) !== undefined) {
    const codes = resync.codes + 1
    if (codes >= resyncCodes) return await consumeStep(token, resync.position, now, db)
    await keepProgress(token.tokenId, { position: resync.position + 1, codes, at: now }, db)
    return false
  }
  const counter = key.findMoment(token, passcode, distantMoments(token))
  if (counter !== undefined) {
    await keepProgress(token.tokenId, { position: counter + 1, codes: 1, at: now }, db)
  }
  return false
}

/**
 * Resynchronises an HOTP token that is far ahead by two or more consecutive codes, as an administrator
 * does.
 *
 * @returns Whether they are codes of this token.
 */
export async function resyncByCodes(
  tokens: OathTokens,
  tokenId: string,
  codes: readonly string[],
  db: StoreDb,
): Promise<boolean> {
  const keyed = await tokens.keyedById(tokenId, db)
  if (keyed === undefined || keyed.token.kind !== 'hotp' || codes.length < 2) return false
  const { token } = keyed
  const end = token.position + administratorResyncAhead
  for (let counter = token.position; counter < end; counter++) {
    if (areConsecutive(codes, counter, keyed)) {
      return await consumeStep(token, counter + codes.length - 1, 0, db)
    }
  }
  return false
}

function areConsecutive(
  codes: readonly string[],
  first: number,
  { token, key }: KeyedToken,
): boolean {
  return codes.every((code, index) => key.findMoment(token, code, [first + index]) !== undefined)
}

async function keepProgress(
  tokenId: string,
  { position, codes, at }: KeyedToken['resync'],
  db: StoreDb,
): Promise<void> {
  await db
    .updateTable('oath_tokens')
    .set({ resync_position: position, resync_codes: codes, resync_at: at })
    .where('token_id', '=', tokenId)
    .execute()
}
