import type { Clock } from '../../host/clock.ts'
import type { Secret } from '../../host/secret.ts'
import { Code, encodeAccessRequest, type Packet, SharedSecret, Type } from '../../radius/index.ts'
import { exchange } from '../../radius/udp/exchange.ts'

/** A request to an authentication proxy, as a RADIUS client of the application sends it. */
export interface RadiusTestRequest {
  readonly host: string
  readonly port: number
  readonly secret: Secret
  readonly username: string
  /** The password field: `push`, `phone`, `sms` or a passcode. */
  readonly password: string
}

/** What came of it. */
export interface RadiusTestResult {
  readonly result: 'accept' | 'reject' | 'challenge' | 'no_reply' | 'wrong_secret' | 'unreachable'
  /** Reply-Message of the proxy; empty if it sent none. */
  readonly message: string
  /** What the result means, and what to do. */
  readonly explanation: string
  readonly ms: number
}

/** Longer than a push waits for its user. */
const maxWaitMs = 65_000

/** Sends one Access-Request to an authentication proxy, and explains the reply. */
export async function radiusTest(
  { host, port, secret, username, password }: RadiusTestRequest,
  clock: Clock,
): Promise<RadiusTestResult> {
  const began = clock.now()
  const shared = new SharedSecret(secret.reveal())
  let refused = 0
  const place = `${host}:${port}`
  const done = (
    result: RadiusTestResult['result'],
    explanation: string,
    message = '',
  ): RadiusTestResult => ({ result, explanation, message, ms: clock.now() - began })
  try {
    const reply = await exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, shared, {
          username,
          password: new TextEncoder().encode(password),
        }),
      { host, port, secret: shared, timeoutMs: maxWaitMs, onInvalidReply: () => refused++ },
    )
    if (reply !== undefined) return explained(reply, done)
    if (refused > 0) {
      return done(
        'wrong_secret',
        `${place} replied, but not with this application’s RADIUS secret. Copy radius_secret_1 again, and restart the proxy.`,
      )
    }
    return done(
      'no_reply',
      `${place} did not reply. The proxy is silent if this machine’s address is in no radius_ip_N of its file, or if the secret differs. Otherwise a firewall drops UDP ${port}, or the proxy is not running.`,
    )
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return done(
      'unreachable',
      reason === 'ECONNREFUSED'
        ? `Nothing listens on UDP ${place}. Start the proxy, or correct its address or port.`
        : `${place} can’t be reached (${reason}). Check the address, and the network between.`,
    )
  }
}

function explained(
  reply: Packet,
  done: (
    result: RadiusTestResult['result'],
    explanation: string,
    message?: string,
  ) => RadiusTestResult,
): RadiusTestResult {
  const message = reply.attributes
    .filter(({ type }) => type === Type.ReplyMessage)
    .map(({ value }) => new TextDecoder().decode(value))
    .join('')
  switch (reply.code) {
    case Code.AccessAccept:
      return done('accept', 'Access-Accept: the proxy let the user in.', message)
    case Code.AccessChallenge:
      return done('challenge', 'Access-Challenge: the proxy asks for more input.', message)
    default:
      return done(
        'reject',
        'Access-Reject: the proxy is reached and the secret is right. The message, and the authentication log, have the reason.',
        message,
      )
  }
}
