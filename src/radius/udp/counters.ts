import { Code } from '../index.ts'
import { DropSources } from './drop_sources.ts'

/** Why a datagram was dropped. */
export type DropReason =
  | 'unknown-client'
  | 'malformed'
  | 'unexpected-code'
  | 'unsigned-but-required'
  | 'unsigned-after-signed'
  | 'unsigned-conflict'
  | 'unsigned-eap'
  | 'unsigned-status-server'
  | 'wrong-message-authenticator'
  | 'repeated-message-authenticator'
  | 'malformed-message-authenticator'
  | 'unsigned-proxy-state'
  | 'eap-with-password'
  | 'proxy-state-too-long'
  | 'status-server-rate'

/** Counts since the server started. */
export class ServerCounters {
  /** Datagrams. */
  received = 0
  /** Access-Requests, without retransmissions. */
  accessRequests = 0
  /** Answered Status-Server requests. */
  statusServers = 0
  /** Retransmissions of a request in progress; they get no reply of their own. */
  duplicatesInProgress = 0
  /** Retransmissions answered from the duplicate cache. */
  duplicatesAnswered = 0
  /** Replies not sent because a newer request reused the Identifier. */
  superseded = 0
  /** Source addresses from which `auto` requires a Message-Authenticator now. */
  latched = 0
  accepts = 0
  rejects = 0
  challenges = 0
  /** Requests rejected because of an internal error. */
  failures = 0
  /** Requests rejected because too many were in progress. */
  overload = 0
  sendErrors = 0
  /** Datagrams dropped by the kernel because the receive buffer was full. */
  kernelDrops = 0
  readonly dropSources = new DropSources()
  readonly dropped: Record<DropReason, number> = {
    'unknown-client': 0,
    malformed: 0,
    'unexpected-code': 0,
    'unsigned-but-required': 0,
    'unsigned-after-signed': 0,
    'unsigned-conflict': 0,
    'unsigned-eap': 0,
    'unsigned-status-server': 0,
    'wrong-message-authenticator': 0,
    'repeated-message-authenticator': 0,
    'malformed-message-authenticator': 0,
    'unsigned-proxy-state': 0,
    'eap-with-password': 0,
    'proxy-state-too-long': 0,
    'status-server-rate': 0,
  }

  /** Adds the numbers of another process at the same place. */
  add(other: CountedNumbers): void {
    for (const [name, count] of Object.entries(other)) {
      if (typeof count === 'number' && isCounted(name)) this[name] += count
    }
    for (const [reason, count] of Object.entries(other.dropped)) {
      if (isDropReason(reason, this.dropped)) this.dropped[reason] += count
    }
  }

  count(code: number): void {
    if (code === Code.AccessAccept) this.accepts++
    else if (code === Code.AccessReject) this.rejects++
    else this.challenges++
  }
}

/** The numbers of `ServerCounters`, without the sources of drops. */
export type CountedNumbers = Readonly<
  Record<CountedName, number> & { readonly dropped: Readonly<Record<DropReason, number>> }
>

const countedNames = [
  'received',
  'accessRequests',
  'statusServers',
  'duplicatesInProgress',
  'duplicatesAnswered',
  'superseded',
  'accepts',
  'rejects',
  'challenges',
  'failures',
  'overload',
  'sendErrors',
  'kernelDrops',
] as const
type CountedName = (typeof countedNames)[number]

function isCounted(name: string): name is CountedName {
  return countedNames.some((known) => known === name)
}

function isDropReason(
  name: string,
  dropped: Readonly<Record<DropReason, number>>,
): name is DropReason {
  return Object.hasOwn(dropped, name)
}
