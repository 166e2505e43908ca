import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Administrators } from '../administrators/administrators.ts'
import { Integrations } from '../applications/integrations.ts'
import { AuthenticationLog } from '../audit/authentication_log.ts'
import { BypassPasscode } from '../authenticators/bypass/bypass_passcode.ts'
import { CallFactor } from '../authenticators/call/call_factor.ts'
import { OathPasscode } from '../authenticators/oath/oath_passcode.ts'
import type { PasscodeKind } from '../authenticators/passcode/passcode_kind.ts'
import { PushAnswers } from '../authenticators/push/push_answers.ts'
import { PushFactor } from '../authenticators/push/push_factor.ts'
import { PushWithdrawal } from '../authenticators/push/push_withdrawal.ts'
import { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import { VerifiedPushPasscode } from '../authenticators/push/verified_push_passcode.ts'
import { PasscodeDelivery } from '../authenticators/sms/passcode_delivery.ts'
import { SmsBatches } from '../authenticators/sms/sms_batches.ts'
import { SmsFactor } from '../authenticators/sms/sms_factor.ts'
import { SmsPasscode } from '../authenticators/sms/sms_passcode.ts'
import { YubikeyPasscode } from '../authenticators/yubikey/yubikey_passcode.ts'
import type { PushConfig } from '../config/push_section.ts'
import type { SmsConfig } from '../config/sms_section.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { Organisation } from '../settings/organisation.ts'
import { ApprovalCheck } from '../sign_in/approval_check.ts'
import { Auth } from '../sign_in/auth.ts'
import { AuthStatus } from '../sign_in/auth_status.ts'
import { FraudAlert } from '../sign_in/fraud_alert.ts'
import { FraudReports } from '../sign_in/fraud_reports.ts'
import { Journal } from '../sign_in/journal.ts'
import { LockedTransactions } from '../sign_in/locked_transactions.ts'
import { Lockout } from '../sign_in/lockout.ts'
import type { LockoutSettings } from '../sign_in/lockout_rule.ts'
import { PasscodeCheck } from '../sign_in/passcode_check.ts'
import { PasscodeFactor } from '../sign_in/passcode_factor.ts'
import { Preauth } from '../sign_in/preauth.ts'
import { PushLimit } from '../sign_in/push_limit.ts'
import { QuickAcceptance } from '../sign_in/quick_acceptance.ts'
import { Retries } from '../sign_in/retries.ts'
import { Settlement } from '../sign_in/settlement.ts'
import type { Directory, Subjects } from '../sign_in/subject.ts'
import { SubjectReads } from '../sign_in/subject_reads.ts'
import { Timeouts } from '../sign_in/timeouts.ts'
import type { JoinCounts } from '../sign_in/transaction/join_counts.ts'
import { JoinedRequests } from '../sign_in/transaction/joined_requests.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import { TypedText } from '../sign_in/typed_text.ts'
import { VerificationPush } from '../sign_in/verification_push.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { configuredLimits } from './configured_limits.ts'
import { composeSubjects } from './subjects.ts'

/** The classes that decide on sign-ins. */
export interface SignIn {
  /** Reads users and decides about them; changes nothing. */
  readonly subjects: Subjects
  readonly preauth: Preauth
  readonly auth: Auth
  readonly authStatus: AuthStatus
  readonly smsBatches: SmsBatches
  readonly verificationPush: VerificationPush
  readonly pushAnswers: PushAnswers
  readonly settlement: Settlement
  readonly fraudAlert: FraudAlert
  readonly fraudReports: FraudReports
  readonly journal: Journal
  /** For metrics. */
  readonly joins: JoinCounts
  /** Ends overdue sign-ins, and deletes what has expired. */
  readonly tidy: () => Promise<void>
}

export interface SignInConfig {
  readonly lockout: LockoutSettings
  readonly push: PushConfig
  readonly sms: SmsConfig
}

export function composeSignIn(
  store: Store,
  directory: Directory,
  transactions: Transactions,
  delivery: Delivery,
  organisation: Pick<Organisation, 'name' | 'timeZone'>,
  config: SignInConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): SignIn {
  const { users, phones, smsPasscodes } = directory
  const { push, sms } = config
  const authenticationLog = new AuthenticationLog()
  const journal = new Journal(authenticationLog)
  const joinedRequests = new JoinedRequests(clock)
  const retries = new Retries(transactions, joinedRequests, clock, log)
  const lockout = new Lockout(store)
  const timeouts = new Timeouts(store, transactions, journal, clock)
  const alert = new FraudAlert(
    log,
    delivery.mail,
    () => fraudRecipients(push, new Administrators(), store.db),
    organisation,
  )
  const fraud = new FraudReports(store, users, authenticationLog, alert, push, clock)
  const subjects = composeSubjects(store, directory, lockout, delivery, config, clock)
  const settlement = new Settlement(
    store,
    new ApprovalCheck(new Integrations(store), subjects),
    users,
    transactions,
    joinedRequests,
    retries,
    timeouts,
    journal,
    fraud,
    clock,
  )
  const passcodeDelivery = new PasscodeDelivery(store, smsPasscodes, phones, clock)
  const batches = new SmsBatches(
    store.db,
    passcodeDelivery,
    phones,
    delivery.sms,
    organisation,
    sms,
    log,
  )
  const kinds = composePasscodeKinds(directory, transactions, batches)
  const check = new PasscodeCheck(lockout, users, kinds)
  const passcodes = new PasscodeFactor(
    store,
    check,
    new QuickAcceptance(new OathPasscode(directory.tokens), users),
    settlement,
    clock,
  )
  const verificationCodes = new VerificationCodes(store)
  const limit = new PushLimit(lockout, authenticationLog, transactions, retries, clock)
  const single = new LockedTransactions(
    store,
    transactions,
    joinedRequests,
    retries,
    lockout,
    clock,
  )
  const phoneFactors = {
    push: new PushFactor(
      store,
      transactions,
      joinedRequests,
      limit,
      verificationCodes,
      delivery.push,
      clock,
    ),
    phone: new CallFactor(single, delivery.phone, clock),
    sms: new SmsFactor(single, batches, authenticationLog, clock),
  }
  const reads = new SubjectReads(subjects, log)
  const authStatus = new AuthStatus(store.db, transactions, timeouts, settlement, clock)
  const withdrawal = new PushWithdrawal(store, transactions, settlement)
  return {
    subjects,
    preauth: new Preauth(store.db, reads, settlement, verificationCodes, smsPasscodes, clock),
    auth: new Auth(
      reads,
      settlement,
      passcodes,
      phoneFactors,
      new TypedText(store.db, check, log, clock),
      clock,
    ),
    authStatus,
    smsBatches: batches,
    verificationPush: new VerificationPush(
      phoneFactors.push,
      verificationCodes,
      transactions,
      settlement,
      configuredLimits(config),
      clock,
    ),
    pushAnswers: new PushAnswers(store.db, transactions, settlement, withdrawal, clock),
    settlement,
    fraudAlert: alert,
    fraudReports: fraud,
    journal,
    joins: joinedRequests.counts,
    tidy: async () => {
      await timeouts.endOverdue()
      authStatus.prune()
      await transactions.prune()
      await joinedRequests.prune(store.db)
      await verificationCodes.prune(clock.now())
      await lockout.prune(clock.now())
    },
  }
}

/**
 * The kinds of passcodes, in the order in which the vendor's service tries them: bypass codes, SMS
 * passcodes, tokens.
 */
function composePasscodeKinds(
  { bypassCodes, smsPasscodes, phones, tokens, yubikeys }: Directory,
  transactions: Transactions,
  batches: SmsBatches,
): PasscodeKind[] {
  return [
    new BypassPasscode(bypassCodes),
    new SmsPasscode(smsPasscodes, (phoneId) => batches.refresh(phoneId)),
    new VerifiedPushPasscode(transactions, phones),
    new OathPasscode(tokens),
    new YubikeyPasscode(yubikeys),
  ]
}

/** The configured addresses, or else those of the owners. */
async function fraudRecipients(
  { fraudMailed, fraudEmails }: PushConfig,
  administrators: Administrators,
  db: StoreDb,
): Promise<readonly string[]> {
  if (!fraudMailed) return []
  return fraudEmails.length > 0 ? fraudEmails : await administrators.ownerEmails(db)
}
