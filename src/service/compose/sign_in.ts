import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { AuthenticationLog } from '../audit/authentication_log.ts'
import { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import type { PushConfig } from '../config/push_section.ts'
import type { SmsConfig } from '../config/sms_section.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { Authentication } from '../sign_in/authentication.ts'
import { FraudAlert } from '../sign_in/fraud_alert.ts'
import { Journal } from '../sign_in/journal.ts'
import type { Lockout } from '../sign_in/lockout.ts'
import { PhoneFactors } from '../sign_in/phone_factors.ts'
import { Settlement } from '../sign_in/settlement.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import type { Store } from '../store/store.ts'

export interface SignInParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly delivery: Delivery
  readonly push: PushConfig
  readonly sms: SmsConfig
  readonly clock: Clock
  readonly log: Log
}

/** Composes the classes that decide on sign-ins. */
export function composeAuthentication({ push, sms, log, ...parts }: SignInParts): Authentication {
  const { store, delivery } = parts
  const authenticationLog = new AuthenticationLog(store)
  const alert = new FraudAlert({ log, mail: delivery.mail, addresses: push.fraudEmails })
  const settlement = new Settlement({
    ...parts,
    journal: new Journal(authenticationLog),
    log: authenticationLog,
    fraud: { alert, locks: push.fraudLocks },
  })
  const verificationCodes = new VerificationCodes(store)
  const phoneFactors = new PhoneFactors({
    ...parts,
    settlement,
    verificationCodes,
    log: authenticationLog,
    smsPasscodes: parts.directory.smsPasscodes,
    phones: parts.directory.phones,
    programLog: log,
    fatigue: push.fatigue,
    sms: { ...sms, count: sms.batch },
  })
  return new Authentication({ ...parts, log, settlement, verificationCodes, phoneFactors })
}
