import type { Integration } from '../applications/integrations.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { Budget } from './lockout.ts'
import type { Named } from './subject.ts'
import type { Outcome, SignInRequest } from './transaction/transaction.ts'

/** A request of an application for one user. */
export interface SignInAttemptRequest {
  readonly integration: Pick<Integration, 'ikey' | 'name'>
  readonly named: Named
  /** As the client sent it, unchecked; empty if it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** What the application wants the user to see when asked. */
  readonly shown?: Pick<SignInRequest, 'type' | 'displayUsername' | 'pushinfo'>
  /** The budget that its guesses and pushes count against; `sign-in` by default. */
  readonly budget?: Budget | undefined
}

/** One sign-in before it is logged. */
export interface Attempt {
  readonly txid: string
  readonly asking: SignInAttemptRequest
  readonly user: { readonly userId: string; readonly username: string } | undefined
  /** As the log names it; empty if no factor was used. */
  readonly factor: string
  readonly device: string
  /** The `txid` of the request that this one repeats. */
  readonly repeatOf?: string | undefined
}

/** An attempt with its outcome and the reason for the log. */
export interface Ended {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly reason: string
}

const longest = 255

/** The only writer of the authentication log, for every kind of sign-in. */
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
    await this.#log.append(buildEvent({ attempt, outcome, reason }, now), db)
  }

  /** @param db The transaction in which all of them end. */
  async endedAll(ends: readonly Ended[], now: number, db: StoreDb): Promise<void> {
    await this.#log.appendAll(
      ends.map((end) => buildEvent(end, now)),
      db,
    )
  }
}

function buildEvent({ attempt, outcome, reason }: Ended, now: number): AuthenticationEvent {
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
    result: toLogResult(outcome),
    reason,
    ipaddr: loggable(ipaddr),
    hostname: loggable(hostname),
    device,
    repeatOf,
  }
}

function toLogResult({ result, status }: Outcome): AuthenticationEvent['result'] {
  if (result === 'allow') return 'success'
  return status === 'fraud' ? 'fraud' : 'denied'
}

/** Text from a client, shortened and made well-formed for the log. */
function loggable(text: string): string {
  return text.slice(0, longest).toWellFormed()
}
