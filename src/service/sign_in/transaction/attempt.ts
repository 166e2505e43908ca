import { randomUUID } from 'node:crypto'
import type { RetrySchedule } from '../../../radius/index.ts'
import type { Opening, SignInRequest, Transaction } from './transaction.ts'

/** How a caller names a user. */
export type UserReference = { readonly username: string } | { readonly userId: string }

/**
 * The budget that guesses and pushes count against. Anyone who knows a username can make them at the
 * portal, so those lock the portal for that user and no other sign-in.
 */
export type Budget = 'sign-in' | 'portal'

/** A request of an application for one user. */
export interface AttemptRequest {
  readonly integration: { readonly ikey: string; readonly name: string }
  readonly user: UserReference
  /** As the client sent it, unchecked; empty if it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** What the application wants the user to see in the prompt. */
  readonly shown?: Pick<SignInRequest, 'type' | 'displayUsername' | 'pushinfo'>
  /** `sign-in` by default. */
  readonly budget?: Budget | undefined
  /** What the caller says of the RADIUS request that it asks for. */
  readonly radius?: RadiusReference | undefined
}

/** Parameters of the capability `joined_sign_ins`. They prove nothing: any caller can send them. */
export interface RadiusReference {
  /** The same for all transmissions of one RADIUS request. */
  readonly fingerprint: string | undefined
  /** Address of the RADIUS client; empty if unknown. */
  readonly source: string
  /** When the proxy read it. */
  readonly requested: number
  /** By how many milliseconds it may have arrived earlier, because the proxy or the service could not run. */
  readonly unreadMs: number
}

/** What a request is compared by with those that came before it. */
export interface Joinable extends RadiusReference {
  readonly requestId: string
  /** `askedWord`. */
  readonly asked: string
  /** How the RADIUS client retries with new requests; absent if these are separate sign-ins. */
  readonly retries?: RetrySchedule | undefined
}

/** How a request ended that needed no transaction; the last two because the user has no usable device. */
export type SettledKind = 'settled' | 'no capable device' | 'not enrolled'

/** One sign-in before it is logged. */
export interface Attempt {
  readonly txid: string
  readonly request: AttemptRequest
  readonly user: { readonly userId: string; readonly username: string } | undefined
  /** As the log names it; empty if no factor was used. */
  readonly factor: string
  readonly device: string
  /** The `txid` of the request that this one repeats. */
  readonly repeatOf?: string | undefined
  /** Absent if the caller named no RADIUS request. */
  readonly joinable?: Joinable | undefined
}

/** A new attempt, before its factor is known. */
export function newAttempt(request: AttemptRequest, user: Attempt['user']): Attempt {
  return { txid: randomUUID(), request, user, factor: '', device: '' }
}

/** Builds what the transaction of an attempt stores. */
export function toOpening(
  attempt: Attempt,
  prompt: Pick<Opening, 'phoneId' | 'verification'> = { phoneId: null, verification: undefined },
): Opening {
  const { txid, request, user, factor, repeatOf = null, joinable } = attempt
  return {
    txid,
    ikey: request.integration.ikey,
    userId: user?.userId ?? null,
    factor,
    request: toSignInRequest(attempt),
    repeatOf,
    requested: joinable?.requested,
    unreadMs: joinable?.unreadMs,
    retries: isJoinable(factor, prompt.verification) ? (joinable?.retries ?? null) : null,
    ...prompt,
  }
}

/** Whether retries may join: an SMS ends its sign-in at once, and each login has its own code. */
function isJoinable(factor: string, verification: Opening['verification']): boolean {
  return factor !== 'sms' && verification === undefined
}

/** Restores the attempt of a transaction that any process may have opened. */
export function restoreAttempt(transaction: Transaction): Attempt {
  const { txid, ikey, userId, factor, phoneId, request, repeatOf } = transaction
  const { application: name, username, ipaddr, hostname } = request
  return {
    txid,
    request: { integration: { ikey, name }, user: { username }, ipaddr, hostname },
    user: userId === null ? undefined : { userId, username },
    factor,
    device: phoneId ?? '',
    repeatOf: repeatOf ?? undefined,
  }
}

function toSignInRequest({ request, user }: Attempt): SignInRequest {
  const { integration, user: reference, ipaddr, hostname, shown } = request
  const username = user?.username ?? ('username' in reference ? reference.username : '')
  return { application: integration.name, username, ipaddr, hostname, ...shown }
}
