import { createHmac } from 'node:crypto'
import type { Integration } from '../applications/integrations.ts'
import type { ChosenFactor } from './chosen_factor.ts'
import type { UserReference } from './transaction/attempt.ts'

const keyLabel = 'countersign joined_sign_ins word 1'

/**
 * Hashes whom and what a request asks for, so that requests can be compared. A passcode is short, so the
 * key is derived from the secret key of the application: nobody can try passcodes with a copy of the
 * database.
 */
export function askedWord(
  { skey }: Pick<Integration, 'skey'>,
  user: UserReference,
  chosen: Exclude<ChosenFactor, { factor: 'prompt' }>,
): string {
  const key = createHmac('sha256', skey.reveal()).update(keyLabel).digest()
  const name = 'userId' in user ? ['id', user.userId] : ['name', user.username.trim().toLowerCase()]
  const word =
    chosen.factor === 'passcode'
      ? ['passcode', chosen.passcode.replace(/\s+/g, '')]
      : [chosen.factor, String(chosen.device).toLowerCase()]
  return createHmac('sha256', key)
    .update(JSON.stringify([name, word]))
    .digest('hex')
}
