import type { Integration } from '../access/integrations.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../event_log/authentication_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { Outcome, SignInRequest } from '../transaction/transaction.ts'
import type { Budget } from './lockout.ts'
import type { Named } from './subject.ts'

/** Who asks, for whom. */
export interface Asking {
  readonly integration: Pick<Integration, 'ikey' | 'name'>
  readonly named: Named
  /** As the client sent it, which may be anything; empty where it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** What the application wants whoever is asked to be shown. */
  readonly shown?: Pick<SignInRequest, 'type' | 'displayUsername' | 'pushinfo'>
  /** What its guesses and pushes count for; those of a sign-in where it is not set. */
  readonly budget?: Budget | undefined
}

/** One sign-in on its way to a line in the log. */
export interface Attempt {
  readonly txid: string
  readonly asking: Asking
  readonly user: { readonly userId: string; readonly username: string } | undefined
  /** In the log's words; empty where it did not come to one. */
  readonly factor: string
  readonly device: string
  /** The `txid` of the request that this one repeats. */
  readonly repeatOf?: string | undefined
}

/** What an attempt came to, and why. */
export interface Ended {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly reason: string
}

const longest = 255

/** The authentication log is written here and only here, whichever way a sign-in has taken. */
export class Journal {
  readonly #log: AuthenticationLog

  constructor(log: AuthenticationLog) {
    this.#log = log
  }

  /** @param db The transaction in which it ends. */
  async ended(
    attempt: Attempt,
    outcome: Outcome,
    reason: string,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    await this.#log.append(eventOf({ attempt, outcome, reason }, now), db)
  }

  /** @param db The transaction in which all of them end. */
  async endedAll(ends: readonly Ended[], now: number, db: StoreDb): Promise<void> {
    await this.#log.appendAll(
      ends.map((end) => eventOf(end, now)),
      db,
    )
  }
}

function eventOf({ attempt, outcome, reason }: Ended, now: number): AuthenticationEvent {
  const { txid, asking, user, factor, device, repeatOf = null } = attempt
  const { integration, named, ipaddr, hostname } = asking
  return {
    timestamp: now,
    txid,
    userId: user?.userId ?? null,
    username: user?.username ?? loggable('username' in named ? named.username : named.userId),
    ikey: integration.ikey,
    application: integration.name,
    factor,
    result: resultOf(outcome),
    reason,
    ipaddr: loggable(ipaddr),
    hostname: loggable(hostname),
    device,
    repeatOf,
  }
}

function resultOf({ result, status }: Outcome): AuthenticationEvent['result'] {
  if (result === 'allow') return 'success'
  return status === 'fraud' ? 'fraud' : 'denied'
}

/** What a client has sent, as it may stand in a log. */
function loggable(text: string): string {
  return text.slice(0, longest).toWellFormed()
}
