import { Code } from '../index.ts'

/** Why a datagram got silence. */
export type DropReason =
  | 'unknown-client'
  | 'malformed'
  | 'unexpected-code'
  | 'missing-message-authenticator'
  | 'wrong-message-authenticator'
  | 'unsigned-proxy-state'
  | 'overload'

/** What a server has seen since it began. */
export class ServerCounters {
  received = 0
  accessRequests = 0
  statusServers = 0
  duplicatesInProgress = 0
  duplicatesAnswered = 0
  accepts = 0
  rejects = 0
  challenges = 0
  sendErrors = 0
  /** Datagrams that the kernel dropped because the receive buffer was full. */
  kernelDrops = 0
  readonly dropped: Record<DropReason, number> = {
    'unknown-client': 0,
    malformed: 0,
    'unexpected-code': 0,
    'missing-message-authenticator': 0,
    'wrong-message-authenticator': 0,
    'unsigned-proxy-state': 0,
    overload: 0,
  }

  drop(reason: DropReason): void {
    this.dropped[reason]++
  }

  count(code: number): void {
    if (code === Code.AccessAccept) this.accepts++
    else if (code === Code.AccessReject) this.rejects++
    else this.challenges++
  }
}
