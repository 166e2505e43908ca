import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser'

import type { OrganisationView } from '../parts/organisation.tsx'

export interface Session {
  readonly kind: 'none' | 'sign_in' | 'enrollment' | 'self_service'
  readonly username?: string
  readonly realname?: string
  /** Whether the enrolment has added a device. */
  readonly finished?: boolean
  readonly enrolled?: Enrolled
  readonly organisation: OrganisationView
  /** The methods that the service supports. */
  readonly ways: {
    readonly push: boolean
    readonly sms: boolean
    /** Whether users may add authenticator apps; only for signed-in users and enrolments. */
    readonly authenticator?: boolean
  }
  /** Whether a report of fraud is mailed to an administrator; only for signed-in users. */
  readonly fraudMailed?: boolean
  /** Test mode: the outbox keeps messages and email instead of sending them. */
  readonly testMode: boolean
}

export interface Enrolled {
  /** Devices added in this enrolment. */
  readonly devices: readonly Device[]
  /** Unused recovery codes, new or old. */
  readonly recoveryCodes: number
}

export type Way = 'push' | 'phone' | 'sms' | 'passcode'

export interface Device {
  readonly id: string
  /** `app`: an authenticator app. */
  readonly kind: 'phone' | 'app' | 'token'
  readonly name: string
  /** The last digits of the phone number, or empty. */
  readonly number: string
  readonly platform: string
  readonly ways: readonly Way[]
  /** What to type at a sign-in to use this device. */
  readonly typed: readonly string[]
  readonly removable: boolean
  readonly created: number | null
}

export interface Passkey {
  readonly id: string
  readonly name: string
  readonly created: number
  readonly used: number | null
  readonly removable: boolean
}

export interface Belongings {
  readonly devices: readonly Device[]
  readonly passkeys: readonly Passkey[]
  readonly recoveryCodes: number
}

export interface PastSignIn {
  readonly timestamp: number
  readonly txid: string | null
  readonly application: string
  readonly factor: string
  readonly result: 'success' | 'denied' | 'fraud'
  readonly reason: string
  readonly ipaddr: string
  readonly place: string
  readonly hostname: string
  readonly reported: boolean
}

export interface Activation {
  readonly code: string
  readonly link: string
  readonly expires: number
  /** The QR code as SVG. */
  readonly picture: string
}

/** The key of an authenticator app that is not confirmed yet. */
export interface AuthenticatorSetup {
  /** In base32. */
  readonly secret: string
  readonly uri: string
  /** The QR code as SVG. */
  readonly picture: string
}

/** The progress of a test push. */
export interface TestPushStatus {
  readonly kind: 'waiting' | 'approved' | 'refused' | 'timeout'
  /** Whether the phone is notified while its app is closed. */
  readonly notified: boolean
}

/** An error response of the service, with a message for the user. */
export class PortalError extends Error {
  override readonly name = 'PortalError'
  readonly status: number
  readonly code: string
  readonly field: string | undefined

  constructor(status: number, code: string, message: string, field: string | undefined) {
    super(message)
    this.status = status
    this.code = code
    this.field = field
  }
}

/** The message to show for any error. */
export function errorMessage(error: unknown): string {
  return error instanceof PortalError ? error.message : unreachable
}

/** The message, unless the error belongs to a field of the form. */
export function formProblem(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined
  return error instanceof PortalError && error.field !== undefined ? undefined : errorMessage(error)
}

/** The message, if the error belongs to this field. */
export function fieldProblem(error: unknown, field: string): string | undefined {
  return error instanceof PortalError && error.field === field ? error.message : undefined
}

const unreachable = 'Can’t reach the service. Check your connection and try again.'

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`/portal/api/${path}`, {
    method,
    ...(method === 'GET'
      ? {}
      : { body: JSON.stringify(body ?? {}), headers: { 'content-type': 'application/json' } }),
  })
  const json = await answer.json()
  if (answer.ok) return json
  throw new PortalError(answer.status, String(json.code), String(json.message), json.field)
}

const post = <Answer>(path: string, body?: object): Promise<Answer> =>
  call<Answer>('POST', path, body)

function devicePath(kind: Device['kind']): string {
  return kind === 'app' ? 'authenticator-apps' : 'devices'
}

/** The portal API. */
export const portal = {
  session: () => call<Session>('GET', 'session'),
  openInvitation: (code: string) => post<Session>('invitation', { code }),
  signOut: () => post<object>('sign-out'),
  finishEnrolment: () => post<object>('enrolment/finish'),

  sendTestPush: (device: string) => post<{ readonly code: string }>('test-push', { device }),
  testPushStatus: () => post<TestPushStatus>('test-push/status'),

  beginSignIn: (username: string) => post<Session>('sign-in', { username }),
  passcode: (passcode: string) => post<object>('sign-in/passcode', { passcode }),
  push: () => post<{ readonly code: string }>('sign-in/push'),
  pushStatus: () =>
    post<{ readonly kind: 'waiting' | 'refused' | 'timeout' | 'signed_in' }>('sign-in/push/status'),
  sms: () => post<object>('sign-in/sms'),
  passkeySignInOptions: () =>
    post<PublicKeyCredentialRequestOptionsJSON>('sign-in/passkey/options'),
  passkeySignIn: (assertion: AuthenticationResponseJSON) =>
    post<object>('sign-in/passkey', { assertion }),

  belongings: () => call<Belongings>('GET', 'devices'),
  sendNumberCode: (number: string) => post<object>('numbers', { number }),
  checkNumber: (code: string) => post<{ readonly device: string }>('numbers/check', { code }),
  activation: () => post<Activation>('activations'),
  activationStatus: (code: string) =>
    post<{
      readonly kind: 'success' | 'waiting' | 'invalid'
      readonly device?: string
      readonly name?: string
    }>('activations/status', { code }),
  beginAuthenticator: () => post<AuthenticatorSetup>('authenticator-apps/begin'),
  confirmAuthenticator: (code: string, name: string) =>
    post<{ readonly device: string }>('authenticator-apps', { code, name }),
  rename: ({ id, kind }: Pick<Device, 'id' | 'kind'>, name: string) =>
    call<object>('PATCH', `${devicePath(kind)}/${id}`, { name }),
  reorder: (order: readonly string[]) => call<Belongings>('PUT', 'devices', { order }),
  remove: ({ id, kind }: Device) => call<Belongings>('DELETE', `${devicePath(kind)}/${id}`),
  recoveryCodes: () => post<{ readonly codes: readonly string[] }>('recovery-codes'),

  passkeyOptions: () => post<PublicKeyCredentialCreationOptionsJSON>('passkeys/options'),
  addPasskey: (attestation: RegistrationResponseJSON, name: string) =>
    post<object>('passkeys', { attestation, name }),
  renamePasskey: (id: string, name: string) => call<object>('PATCH', `passkeys/${id}`, { name }),
  removePasskey: (id: string) => call<Belongings>('DELETE', `passkeys/${id}`),

  history: () => call<{ readonly signIns: readonly PastSignIn[] }>('GET', 'history'),
  report: (txid: string) => post<{ readonly locked: boolean }>('history/report', { txid }),
  signOutElsewhere: () => post<{ readonly ended: number }>('sign-out-elsewhere'),
}
