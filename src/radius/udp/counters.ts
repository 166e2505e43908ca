import { Code } from '../index.ts'

/** Why a datagram got silence. */
export type DropReason =
  | 'unknown-client'
  | 'malformed'
  | 'unexpected-code'
  | 'unsigned-but-required'
  | 'unsigned-after-signed'
  | 'unsigned-eap'
  | 'unsigned-status-server'
  | 'wrong-message-authenticator'
  | 'repeated-message-authenticator'
  | 'malformed-message-authenticator'
  | 'unsigned-proxy-state'
  | 'eap-with-password'
  | 'proxy-state-too-long'
  | 'status-server-rate'

/** What a server has seen since it began. */
export class ServerCounters {
  /** Datagrams. */
  received = 0
  /** Access-Requests that were new and are or were decided on. */
  accessRequests = 0
  /** Status-Servers that were answered. */
  statusServers = 0
  /** Retransmissions of a request in progress, which get silence. */
  duplicatesInProgress = 0
  /** Retransmissions that got the reply again. */
  duplicatesAnswered = 0
  /** Answers that were not sent because another request had taken the Identifier. */
  superseded = 0
  /** Source addresses of which `auto` requires a Message-Authenticator now. */
  latched = 0
  accepts = 0
  rejects = 0
  challenges = 0
  /** Requests that could not be decided on and were rejected. */
  failures = 0
  /** Requests that were rejected at once because too many were in progress. */
  overload = 0
  sendErrors = 0
  /** Datagrams that the kernel dropped because the receive buffer was full. */
  kernelDrops = 0
  readonly dropped: Record<DropReason, number> = {
    'unknown-client': 0,
    malformed: 0,
    'unexpected-code': 0,
    'unsigned-but-required': 0,
    'unsigned-after-signed': 0,
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

  /** Counts a reply that is sent. */
  count(code: number): void {
    if (code === Code.AccessAccept) this.accepts++
    else if (code === Code.AccessReject) this.rejects++
    else this.challenges++
  }
}
