import { statusMessage } from '../../duo/index.ts'
import type { StoreDb } from '../store/store.ts'
import type { Outcome } from '../transaction/transactions.ts'
import type { Lockout, Source } from './lockout.ts'
import type { Directory } from './subject.ts'

/** What a passcode came to, and what the log says of it. */
export interface CheckedPasscode {
  readonly outcome: Outcome
  readonly reason: string
  readonly factor: string
  readonly device: string
}

/**
 * Uses a passcode up. The count of wrong ones is held from before it is looked at until the
 * transaction ends, so that any number of parallel guesses is counted one by one. Bypass codes are
 * tried before tokens, as the vendor does.
 */
export async function checkPasscode(
  source: Source,
  passcode: string,
  now: number,
  { lockout, directory }: { readonly lockout: Lockout; readonly directory: Directory },
  db: StoreDb,
): Promise<CheckedPasscode> {
  const record = await lockout.hold(source, now, db)
  if (lockout.isLocked(record, now)) {
    return refused('locked_out', statusMessage.lockedOut, 'locked_out')
  }
  const accepted = async (factor: string, device: string): Promise<CheckedPasscode> => {
    await lockout.right(source, record, db)
    await directory.users.signedIn(source.userId, now, db)
    return { outcome: success, reason: 'valid_passcode', factor, device }
  }
  if (await directory.bypassCodes.consume(source.userId, passcode, now, db)) {
    return await accepted('bypass_code', '')
  }
  const used = await directory.tokens.consume(source.userId, passcode, now, db)
  switch (used.outcome) {
    case 'accepted': {
      const { tokenId, phoneId } = used.token
      return phoneId === null
        ? await accepted('hardware_token', tokenId)
        : await accepted('duo_mobile_passcode', phoneId)
    }
    case 'replayed':
      return refused('deny', statusMessage.passcodeUsed, 'passcode_already_used')
    case 'wrong':
      await lockout.wrong(source, record, passcode, now, db)
      return refused('deny', statusMessage.incorrectPasscode, 'invalid_passcode')
  }
}

const success: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

function refused(status: string, status_msg: string, reason: string): CheckedPasscode {
  return {
    outcome: { result: 'deny', status, status_msg },
    reason,
    factor: 'passcode',
    device: '',
  }
}
