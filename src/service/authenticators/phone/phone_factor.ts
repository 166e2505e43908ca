import type { Attempt } from '../../sign_in/transaction/attempt.ts'
import type { Joined } from '../../sign_in/transaction/joined_requests.ts'
import type { Denial, Transaction, Waiting } from '../../sign_in/transaction/transaction.ts'
import type { StoreDb } from '../../store/store.ts'
import type { CapablePhone } from './capable_phone.ts'

/**
 * The result of a request to a phone. It is never an approval: only the user's answer is, and
 * sign_in/settlement.ts applies that.
 */
export type PhoneFactorStart =
  /** The transaction `txid` waits for an answer. */
  | {
      readonly kind: 'waiting'
      readonly txid: string
      /** In the schedule of retries, if it has joined another sign-in. */
      readonly slot?: number
    }
  | {
      /**
       * `ended`: the attempt `txid` ends without a transaction; `to settle`: the transaction `txid` is open,
       * and the caller settles it.
       */
      readonly kind: 'ended' | 'to settle'
      readonly txid: string
      readonly outcome: Denial
      readonly reason: string
    }

/** How many pushes may fail before further ones are held back, as a policy states it. */
export interface PushFatigueLimits {
  /** 0 for no limit. */
  readonly limit: number
  readonly minutes: number
}

export interface PhoneFactorOptions {
  /** Whether the policy requires a code with a push. */
  readonly verifiedPush: boolean
  readonly pushFatigue: PushFatigueLimits
  /** The txid that preauth returned with the verification code. */
  readonly verificationTxid: string | undefined
}

/** A factor that sends a request to a phone. */
export interface PhoneFactor {
  begin(
    attempt: Attempt,
    phone: CapablePhone,
    options: PhoneFactorOptions,
  ): Promise<PhoneFactorStart>
}

export type SingleTransaction =
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'opened' | 'refused' }
  | {
      readonly kind: 'already waiting'
      readonly first: Transaction
      /** Whether both requests come from one address that the application named. */
      readonly isSameSource: boolean
    }

/** Opens transactions, and only one of several concurrent requests for the same phone and factor. */
export interface SingleTransactions {
  /** @param mayOpen Whether another transaction may be opened; evaluated with the user locked. */
  open(
    attempt: Attempt,
    phone: Pick<CapablePhone, 'userId' | 'phoneId'>,
    waiting: Omit<Waiting, 'result'>,
    mayOpen?: (db: StoreDb) => Promise<boolean>,
  ): Promise<SingleTransaction>
}
