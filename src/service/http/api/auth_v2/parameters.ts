import { isIP } from 'node:net'
import {
  AuthApiFailure,
  failures,
  fingerprintPattern,
  maxRequestAgeMs,
  parseEncodedParameters,
  requestAge,
  requestUnread,
} from '../../../../duo/index.ts'
import type { ChosenFactor } from '../../../sign_in/chosen_factor.ts'
import type { AuthRequest } from '../../../sign_in/subject_reads.ts'
import type { AdmittedCall, Received } from '../../gate/signed_request.ts'

/** The parameters of one call. */
export class CallParameters {
  readonly #parameters: ReadonlyMap<string, string>

  constructor(parameters: ReadonlyMap<string, string>) {
    this.#parameters = parameters
  }

  /** An empty value counts as absent. */
  text(name: string): string | undefined {
    const value = this.#parameters.get(name)
    return value === '' ? undefined : value
  }

  /** @throws {AuthApiFailure} 40001 if it is absent. */
  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new AuthApiFailure(failures.missingParameters, name)
    return value
  }

  /** Whether a value is `1`, `true` or `yes`. */
  yes(name: string): boolean {
    const value = this.text(name)?.trim().toLowerCase()
    return value === '1' || value === 'true' || value === 'yes'
  }

  /** @throws {AuthApiFailure} 40002 if it is not an integer in the range. */
  integer(
    name: string,
    {
      min,
      max,
      otherwise,
    }: { readonly min: number; readonly max: number; readonly otherwise: number },
  ): number {
    const value = this.text(name)
    if (value === undefined) return otherwise
    const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    throw new AuthApiFailure(failures.invalidParameters, name)
  }
}

/**
 * Reads the application and the user of a sign-in. Address and host name may be any text: old clients
 * send whole lines of their environment, and deny the sign-in if the request fails.
 *
 * @throws {AuthApiFailure} 40001 for neither, 40002 for both `username` and `user_id`.
 */
export function readAuthRequest(
  { integration, received }: Pick<AdmittedCall, 'integration' | 'received'>,
  parameters: CallParameters,
): AuthRequest {
  const username = parameters.text('username')
  const userId = parameters.text('user_id')
  if (username === undefined && userId === undefined) {
    throw new AuthApiFailure(failures.missingParameters, 'username')
  }
  if (username !== undefined && userId !== undefined) {
    throw new AuthApiFailure(failures.invalidParameters, 'username')
  }
  return {
    integration,
    user: userId === undefined ? { username: username ?? '' } : { userId },
    ipaddr: readAddress(parameters),
    hostname: parameters.text('hostname') ?? '',
    shown: readShown(parameters),
    radius: readRadius(parameters, received),
  }
}

/**
 * Reads what a proxy says of its RADIUS request (capability `joined_sign_ins`); other proxies say nothing.
 *
 * @throws {AuthApiFailure} 40002
 */
function readRadius(
  parameters: CallParameters,
  received: Received,
): NonNullable<AuthRequest['radius']> {
  const fingerprint = parameters.text('request_fingerprint')
  const source = parameters.text('radius_source')
  if (fingerprint !== undefined && !fingerprintPattern.test(fingerprint)) {
    throw new AuthApiFailure(failures.invalidParameters, 'request_fingerprint')
  }
  if (source !== undefined && isIP(source) === 0) {
    throw new AuthApiFailure(failures.invalidParameters, 'radius_source')
  }
  const range = { min: 0, max: maxRequestAgeMs, otherwise: 0 }
  const requested = received.at - parameters.integer(requestAge, range)
  const unreadMs = received.unreadMs + parameters.integer(requestUnread, range)
  return { fingerprint, source: source ?? '', requested, unreadMs }
}

/**
 * Reads the user's address. For IPv6, Duo Unix up to 2.2.3 sends the whole description of the connection
 * from sshd, which begins with the address: `2001:db8::1 50000 2001:db8::2 22`.
 */
export function readAddress(parameters: CallParameters): string {
  const sent = parameters.text('ipaddr') ?? ''
  const [first = ''] = sent.split(' ', 1)
  return isIP(first) === 0 ? sent : first
}

/** The same call, for a sign-in that begins now instead of when its request was sent. */
export function begunAt(now: number, call: AdmittedCall): [AdmittedCall, CallParameters] {
  const parameters = new Map(call.parameters)
  parameters.delete(requestAge)
  parameters.delete(requestUnread)
  const received = { at: now, unreadMs: 0 }
  return [{ ...call, parameters, received }, new CallParameters(parameters)]
}

const maxPairs = 20
const maxShownLength = 255

/** Reads what the user sees with the request; long text is cut. */
export function readShown(parameters: CallParameters): NonNullable<AuthRequest['shown']> {
  const type = parameters.text('type')
  const displayUsername = parameters.text('display_username')
  const pairs = parseEncodedParameters(utf8Octets(parameters.text('pushinfo') ?? ''))
    .map(({ name, value }) => [cut(shownText(name)), cut(shownText(value))] as const)
    .filter(([name]) => name !== '')
    .slice(0, maxPairs)
  return {
    ...(type === undefined ? {} : { type: cut(type) }),
    ...(displayUsername === undefined ? {} : { displayUsername: cut(displayUsername) }),
    ...(pairs.length === 0 ? {} : { pushinfo: pairs }),
  }
}

function utf8Octets(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Decodes a value. A command line may contain any bytes; those that are not UTF-8 stay encoded. */
function shownText(encoded: string): string {
  try {
    const text = decodeURIComponent(encoded)
    return text.includes('\0') ? encoded : text
  } catch {
    return encoded
  }
}

/** Cuts, but never within a surrogate pair. */
function cut(text: string): string {
  return text.slice(0, maxShownLength).replace(/[\uD800-\uDBFF]$/, '')
}

/** @throws {AuthApiFailure} 40001, 40002 */
export function readFactor(parameters: CallParameters): ChosenFactor {
  const factor = parameters.required('factor')
  switch (factor) {
    case 'passcode':
      return { factor, passcode: parameters.required('passcode') }
    case 'prompt':
      return { factor, prompt: parameters.required('prompt'), txid: parameters.text('txid') }
    case 'auto':
    case 'push':
    case 'phone':
    case 'sms':
      return {
        factor,
        device: parameters.text('device') ?? 'auto',
        txid: parameters.text('txid'),
      }
    default:
      throw new AuthApiFailure(failures.invalidParameters, 'factor')
  }
}
