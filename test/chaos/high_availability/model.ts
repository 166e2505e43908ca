import type { LoginResult } from './controllers.ts'

/** What a login tries, and with it what may become of it. */
export const kinds = {
  'right passcode': { mayAccept: true },
  'wrong passcode': { mayAccept: false },
  'used passcode': { mayAccept: false },
  'unknown user': { mayAccept: false },
  'push, approved': { mayAccept: true },
  'push, denied': { mayAccept: false },
  'push, ignored': { mayAccept: false },
} as const
export type Kind = keyof typeof kinds

/** A login of the run, as all sides have seen it. */
export interface LoginRecord {
  readonly kind: Kind
  readonly username: string
  /** By `performance.now()`. */
  readonly began: number
  readonly resend: 'same-packet' | 'new-packet'
  readonly result: LoginResult
  /** The pushes that the phone has received for it. */
  readonly pushes: number
  /** Whether the phone sent an approval, acknowledged or not. */
  readonly hasApproved: boolean
  /** When the service acknowledged it. */
  readonly approvedAt: number | undefined
}

/** A span of time in which a proxy could reach no node that works, by `performance.now()`. */
export interface Outage {
  readonly server: number
  readonly from: number
  readonly to: number
}

export interface Rules {
  readonly failmode: 'safe' | 'secure'
  readonly timeoutMs: number
  readonly deadlineMs: number
  readonly outages: readonly Outage[]
}

export type Violation = 'wrong accept' | 'duplicate push' | 'lost approval'

/** Time for the service to become usable again after an outage; failmode may still apply to a login. */
const recoveryMs = 10_000
/** A reply needs this long at most once everything works. */
const replyMs = 3_000

/** What must never happen. */
export function violations(login: LoginRecord, rules: Rules): Violation[] {
  const found: Violation[] = []
  const { kind, result } = login
  const accepted = result.verdict === 'accept'
  if (accepted && !isAllowed(login) && !isFailOpen(login, rules)) found.push('wrong accept')
  if (login.pushes > 1) found.push('duplicate push')
  if (kind === 'push, approved' && !accepted && isInTime(login, rules)) found.push('lost approval')
  return found
}

/** Whether failmode=safe let a user in while its proxy could reach no node. */
export function isFailOpen({ began, result }: LoginRecord, rules: Rules): boolean {
  const ended = began + result.tookMs
  return (
    rules.failmode === 'safe' &&
    rules.outages.some(
      ({ server, from, to }) => server === result.server && from < ended && to + recoveryMs > began,
    )
  )
}

function isAllowed({ kind, hasApproved }: LoginRecord): boolean {
  return kind === 'push, approved' ? hasApproved : kinds[kind].mayAccept
}

/** Whether one more whole attempt of the directory followed the approval. */
function isInTime({ approvedAt, began }: LoginRecord, rules: Rules): boolean {
  if (approvedAt === undefined) return false
  return approvedAt + rules.timeoutMs + replyMs < began + rules.deadlineMs
}
