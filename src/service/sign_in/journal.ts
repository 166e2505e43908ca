import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { Decider } from './decision.ts'
import type { Attempt, SettledKind } from './transaction/attempt.ts'
import type { Outcome } from './transaction/transaction.ts'

/** An attempt with its outcome and the reason for the log. */
export interface EndedAttempt {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly reason: string
  /** Absent if a factor ended it. */
  readonly decider?: Decider | undefined
  /** `settled` by default. */
  readonly kind?: SettledKind | undefined
}

const maxLength = 255

/** Writes the end of every sign-in to the authentication log. Reports of fraud are added in fraud_reports.ts. */
export class Journal {
  readonly #log: AuthenticationLog

  constructor(log: AuthenticationLog) {
    this.#log = log
  }

  /** @param db The transaction in which the attempt ends. */
  async append(ended: EndedAttempt, now: number, db: StoreDb): Promise<void> {
    await this.#log.append(buildEvent(ended, now), db)
  }

  /** What `append` would write, for `appendIf`. */
  line(ended: EndedAttempt, now: number, db: StoreDb): string {
    return this.#log.line(buildEvent(ended, now), db)
  }

  /** @param db The transaction in which all of them end. */
  async appendAll(ended: readonly EndedAttempt[], now: number, db: StoreDb): Promise<void> {
    await this.#log.appendAll(
      ended.map((end) => buildEvent(end, now)),
      db,
    )
  }
}

function buildEvent(
  { attempt, outcome, reason, decider }: EndedAttempt,
  now: number,
): AuthenticationEvent {
  const { txid, request, user, factor, device, repeatOf = null } = attempt
  const { integration, user: reference, ipaddr, hostname } = request
  return {
    timestamp: now,
    txid,
    userId: user?.userId ?? null,
    username:
      user?.username ?? toLoggable('username' in reference ? reference.username : reference.userId),
    ikey: integration.ikey,
    application: integration.name,
    factor,
    result: toLogResult(outcome),
    reason,
    ipaddr: toLoggable(ipaddr),
    hostname: toLoggable(hostname),
    device,
    repeatOf,
    decidedBy: decider?.step ?? '',
    policyKey: decider?.policyKey ?? '',
  }
}

function toLogResult({ result, status }: Outcome): AuthenticationEvent['result'] {
  if (result === 'allow') return 'success'
  return status === 'fraud' ? 'fraud' : 'denied'
}

/** Shortens text from a client and makes it well-formed. */
function toLoggable(text: string): string {
  return text.slice(0, maxLength).toWellFormed()
}
