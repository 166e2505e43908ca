import { AuthApiFailure, AuthApiUnavailable, parseEnvelope } from '../index.ts'
import type { RawAnswer } from './exchange.ts'

/**
 * Extracts the response from an answer.
 *
 * @throws {AuthApiFailure} if the API rejected the request.
 * @throws {AuthApiUnavailable} if the answer is HTTP 5xx, or is not an envelope.
 */
export function parseResponse(answer: RawAnswer): unknown {
  const { status, body } = answer
  if (status >= 500) throw unavailableByStatus(answer)
  const { envelope = parseEnvelope(body) } = answer
  if (envelope?.stat === 'OK' && status >= 200 && status < 300) return envelope.response
  if (envelope?.stat === 'FAIL') {
    throw new AuthApiFailure({ ...envelope, status }, envelope.message_detail)
  }
  if (status >= 400) {
    throw new AuthApiFailure({ code: status * 100, status, message: `HTTP ${status}` })
  }
  throw malformed(`HTTP ${status} without an envelope`)
}

/** The error of an answer with HTTP 5xx. */
export function unavailableByStatus({ status }: RawAnswer): AuthApiUnavailable {
  const reason = isGateway(status) ? 'gateway' : 'http_5xx'
  return new AuthApiUnavailable(reason, `HTTP ${status}`, { mayHaveBeenReceived: true })
}

/** Statuses of gateways in front of the API: 502, 504, and from 520 on those of Cloudflare. */
function isGateway(status: number): boolean {
  return status === 502 || status === 504 || status >= 520
}

/** @throws {AuthApiUnavailable} if the response is not a documented one. */
export function parsed<Answer>(
  response: unknown,
  parse: (response: unknown) => Answer | undefined,
): Answer {
  const answer = parse(response)
  if (answer === undefined) throw malformed('an answer without a known result')
  return answer
}

function malformed(message: string): AuthApiUnavailable {
  return new AuthApiUnavailable('malformed', message, { mayHaveBeenReceived: true })
}
