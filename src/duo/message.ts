import { isRecord } from './envelope.ts'

/** Capabilities of devices, as the API names them. */
export const capabilities = ['auto', 'push', 'sms', 'phone', 'mobile_otp'] as const
export type Capability = (typeof capabilities)[number]

/** A device as preauth lists it (duo.com/docs/authapi, /preauth). */
export interface Device {
  readonly device: string
  readonly type: 'phone' | 'token'
  readonly name: string
  /** Masked: `XXX-XXX-4788`; phones only. */
  readonly number?: string
  readonly display_name?: string
  /** Phones only. */
  readonly capabilities?: readonly Capability[]
  readonly sms_nextcode?: string
}

export type PreauthAnswer =
  | { readonly result: 'auth'; readonly status_msg: string; readonly devices: readonly Device[] }
  | { readonly result: 'allow' | 'deny'; readonly status_msg: string }
  | { readonly result: 'enroll'; readonly status_msg: string; readonly enroll_portal_url: string }

export interface AuthAnswer {
  readonly result: 'allow' | 'deny'
  /** `allow`, `deny`, `timeout`, `fraud`, `sent`, `bypass`, `locked_out`, … */
  readonly status: string
  readonly status_msg: string
  /** Where a user without a device enrols; only from our service, in answers to `prompt`. */
  readonly enroll_portal_url?: string
  /** What the user typed: `passcode` or a factor; only in answers to `auth_response`. */
  readonly factor?: string
  /** `S=…` of MS-CHAPv2 (RFC 2759 §5); only in answers to `auth_response` that allow. */
  readonly authenticator_response?: string
}

export interface CheckAnswer {
  /** Seconds since 1970. */
  readonly time: number
  /** Extensions that this server supports; the vendor's cloud returns none. */
  readonly capabilities: readonly string[]
}

/**
 * Capabilities that our service announces in `check`: `auth` includes the decision of preauth, and accepts
 * the word that the user typed (`factor=prompt`), so that one call is enough.
 */
export const oneCall = ['auth_without_preauth', 'prompt_as_typed'] as const

/**
 * Clients that poll until they have a result may say so (`polled=1`): `auth` with `async=1` then returns an
 * outcome that is known already in place of a txid, and `auth_status` may be asked any number of times.
 */
export const polledResults = 'polled_results'

/**
 * The status of a polled denial that decided nothing: another request competes with this one for a sign-in, so
 * each asks for its own. Only with `joined_sign_ins` and `polled=1`; the client repeats `auth`.
 */
export const askAgainStatus = 'ask_again'

/** Calls that wait for their user may share connections (HTTP/2). */
export const sharedConnections = 'http2'

/**
 * `auth_response` takes the proof of what the user typed in place of the text (CHAP, MS-CHAPv1,
 * MS-CHAPv2), finds what it is, and goes on as `auth` does.
 */
export const challengeResponses = 'challenge_response'

/** Messages to users. Those of the vendor's API are verbatim, as recorded from it. */
export const statusMessage = {
  active: 'Account is active',
  success: 'Success. Logging you in...',
  denied: 'Login request denied.',
  timedOut: 'Login timed out.',
  incorrectPasscode: 'Incorrect passcode. Please try again.',
  typeAFactor: 'Type push, phone, sms or your passcode.',
  passcodeUsed:
    'This passcode has already been used. Please generate a new passcode and try again.',
  noKeypress: 'No keypress detected. Please try again.',
  smsSending: 'Sending new SMS passcodes...',
  smsSent: 'New SMS passcodes sent.',
  fraud: 'Login request reported as fraudulent.',
  lockedOut: 'Your account is locked out. Please contact your administrator.',
  disabled: 'Your account is disabled. Please contact your administrator.',
  bypass: 'Bypass mode: no second factor is required.',
  enroll: 'Enroll an authentication device to proceed',
  unknownUserAllowed: 'Allowing unknown user',
  usernameRefused:
    'This username is not accepted. Type it exactly as your administrator gave it to you.',
  unknownUserDenied: 'Your account is not permitted to use this application.',
  networkDenied: 'Access is not allowed from this network.',
  outsideHours: 'Access is not allowed at this time.',
  trustedNetwork: 'Access from a trusted network: no second factor is required.',
  methodBlocked: 'This way to log in is not allowed here. Please try another way.',
  methodsBlocked:
    'None of your ways to log in are allowed here. Please contact your administrator.',
  pushed: 'Pushed a login request to your device...',
  pushFailed: 'The login request did not reach your device. Open the app to answer it.',
  codeShown: 'Open the app on your device, then log in with the code it shows.',
  codeExpired: 'The verification code has expired. Please try again.',
  codeIncorrect: 'Incorrect verification code. Please try again.',
  smsFailed: 'The passcodes could not be sent. Please use another method.',
  passcodeSpoken: 'You will receive a call with a passcode. Log in with that passcode.',
  callUnderWay: 'A call to your phone is in progress. Answer it, or try again in a minute.',
  callFailed: 'Your phone could not be called. Please use another method.',
  noCapableDevice: 'None of your devices supports this method.',
  telephonyLimit: 'Too many messages or calls. Try again later, or use another method.',
} as const

/** Reads the response of `/auth/v2/preauth`; `undefined` if it is not a known one. */
export function parsePreauthAnswer(response: unknown): PreauthAnswer | undefined {
  if (!isRecord(response)) return undefined
  const status_msg = textOr(response.status_msg, '')
  switch (response.result) {
    case 'auth': {
      const listed: readonly unknown[] = Array.isArray(response.devices) ? response.devices : []
      return { result: 'auth', status_msg, devices: listed.flatMap(parseDevice) }
    }
    case 'allow':
    case 'deny':
      return { result: response.result, status_msg }
    case 'enroll':
      return {
        result: 'enroll',
        status_msg,
        enroll_portal_url: textOr(response.enroll_portal_url, ''),
      }
    default:
      return undefined
  }
}

/** Reads the response of a synchronous `/auth/v2/auth`; `undefined` if it is not a known one. */
export function parseAuthAnswer(response: unknown): AuthAnswer | undefined {
  if (!isRecord(response)) return undefined
  const { result } = response
  if (result !== 'allow' && result !== 'deny') return undefined
  return {
    result,
    status: textOr(response.status, result),
    status_msg: textOr(response.status_msg, ''),
    ...optionalTexts(response, ['enroll_portal_url', 'factor', 'authenticator_response']),
  }
}

/** The start of an `auth` with `async=1`: to be polled, or already over. */
export type AsyncAuthAnswer =
  | ({ readonly txid: string } & Pick<AuthAnswer, 'factor' | 'authenticator_response'>)
  | AuthAnswer

/** Reads the response of `/auth/v2/auth` with `async=1`; `undefined` if it is not a known one. */
export function parseAsyncAuthAnswer(response: unknown): AsyncAuthAnswer | undefined {
  const answer = parseAuthAnswer(response)
  if (answer !== undefined || !isRecord(response)) return answer
  const { txid } = response
  if (typeof txid !== 'string' || txid === '') return undefined
  return { txid, ...optionalTexts(response, ['factor', 'authenticator_response']) }
}

/** Reads the response of `/auth/v2/auth_status`; `undefined` if it is not a known one. */
export function parseStatusAnswer(response: unknown): AuthAnswer | 'waiting' | undefined {
  if (isRecord(response) && response.result === 'waiting') return 'waiting'
  return parseAuthAnswer(response)
}

/** Reads the response of `/auth/v2/check`; `undefined` if it is not one. */
export function parseCheckAnswer(response: unknown): CheckAnswer | undefined {
  if (!isRecord(response) || typeof response.time !== 'number') return undefined
  const named: readonly unknown[] = Array.isArray(response.capabilities)
    ? response.capabilities
    : []
  return {
    time: response.time,
    capabilities: named.filter((name): name is string => typeof name === 'string'),
  }
}

function parseDevice(device: unknown): Device[] {
  if (!isRecord(device) || typeof device.device !== 'string') return []
  const type = device.type === 'token' ? 'token' : 'phone'
  const named: readonly unknown[] = Array.isArray(device.capabilities) ? device.capabilities : []
  return [
    {
      device: device.device,
      type,
      name: textOr(device.name, ''),
      ...(typeof device.number === 'string' ? { number: device.number } : {}),
      ...(typeof device.display_name === 'string' ? { display_name: device.display_name } : {}),
      ...(type === 'phone'
        ? { capabilities: capabilities.filter((capability) => named.includes(capability)) }
        : {}),
    },
  ]
}

function optionalTexts<Name extends string>(
  response: Record<string, unknown>,
  names: readonly Name[],
): { readonly [Key in Name]?: string } {
  const texts: { [Key in Name]?: string } = {}
  for (const name of names) {
    const value = response[name]
    if (typeof value === 'string') texts[name] = value
  }
  return texts
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
