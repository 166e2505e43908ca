import { createHmac } from 'node:crypto'
import type { Secret } from '../../../host/secret.ts'
import type { UserReference } from './attempt.ts'

const keyLabel = 'countersign joined_sign_ins word 1'

/**
 * Hashes the user and the factor or passcode of a request, so that requests can be compared. A passcode is short, so the
 * key is derived from the secret key of the application: a copy of the database is not enough to try passcodes.
 *
 * @param word Factor and device, or the passcode.
 */
export function askedWord(skey: Secret, user: UserReference, word: readonly string[]): string {
  const key = createHmac('sha256', skey.reveal()).update(keyLabel).digest()
  const name = 'userId' in user ? ['id', user.userId] : ['name', user.username.trim().toLowerCase()]
  return createHmac('sha256', key)
    .update(JSON.stringify([name, word]))
    .digest('hex')
}
