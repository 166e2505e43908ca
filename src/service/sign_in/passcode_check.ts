import { statusMessage } from '../../duo/index.ts'
import { readYubikeyOtp } from '../authenticators/yubikey/yubikey_otp.ts'
import type { StoreDb } from '../store/store.ts'
import type { Lockout, Source } from './lockout.ts'
import { isResend } from './lockout_rule.ts'
import type { Directory } from './subject.ts'
import type { Outcome, Transaction } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/** The outcome of a passcode, with its details for the log. */
export interface CheckedPasscode {
  readonly outcome: Outcome
  readonly reason: string
  readonly factor: string
  readonly device: string
  /** The phone, if this was its last SMS passcode. */
  readonly lastSms?: string
}

export interface PasscodeCheckParts {
  readonly lockout: Lockout
  readonly directory: Directory
  readonly transactions: Transactions
  /** Whether the passcode may be the verification code of a push. */
  readonly pushCodes: boolean
}

/**
 * Checks a passcode and uses it up. The count of wrong passcodes stays locked until the transaction
 * ends, so that parallel guesses are counted one by one. The order is the vendor's: bypass codes, SMS
 * passcodes, tokens.
 */
export async function checkPasscode(
  source: Source,
  passcode: string,
  now: number,
  { lockout, directory, transactions, pushCodes }: PasscodeCheckParts,
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
  const sms = await directory.smsPasscodes.consume(source.userId, passcode, now, db)
  if (sms !== undefined) {
    const { phoneId, last } = sms
    return { ...(await accepted('sms_passcode', phoneId)), ...(last ? { lastSms: phoneId } : {}) }
  }
  const push = pushCodes ? await consumePushCode(source, passcode, transactions, db) : undefined
  if (push !== undefined) return await accepted('verified_push', push.phoneId ?? '')
  const used =
    readYubikeyOtp(passcode) === undefined
      ? await directory.tokens.consume(source.userId, passcode, now, db)
      : await directory.yubikeys.consume(source.userId, passcode, now, db)
  const alreadyUsed = async (usedAt: number): Promise<CheckedPasscode> => {
    if (!isResend(usedAt, now)) await lockout.wrong(source, record, passcode, now, db)
    return refused('deny', statusMessage.passcodeUsed, 'passcode_already_used')
  }
  switch (used.outcome) {
    case 'accepted': {
      if ('yubikey' in used) return await accepted('yubikey_code', used.yubikey.tokenId)
      const { tokenId, phoneId } = used.token
      return phoneId === null
        ? await accepted('hardware_token', tokenId)
        : await accepted('duo_mobile_passcode', phoneId)
    }
    case 'replayed':
      return await alreadyUsed(used.usedAt)
    case 'wrong': {
      const usedAt = await directory.smsPasscodes.usedAt(source.userId, passcode, db)
      if (usedAt !== undefined) return await alreadyUsed(usedAt)
      await lockout.wrong(source, record, passcode, now, db)
      return refused('deny', statusMessage.incorrectPasscode, 'invalid_passcode')
    }
  }
}

/** Settles the push whose code the app shows, if the passcode is that code. */
async function consumePushCode(
  { userId, ikey }: Source,
  passcode: string,
  transactions: Transactions,
  db: StoreDb,
): Promise<Transaction | undefined> {
  const waiting = await transactions.waitingForUser(userId, db)
  for (const push of waiting) {
    const { verification } = push
    if (push.ikey !== ikey || verification?.kind !== 'show') continue
    if (verification.code === passcode && (await transactions.settle(push.txid, success, db))) {
      return push
    }
  }
  return undefined
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
