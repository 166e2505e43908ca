import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import { webauthnProblem } from '../../parts/webauthn_problem.ts'
import { api, formProblem } from '../api.ts'
import type { Session } from '../session.ts'

/** Proves a factor with a passkey: the second factor of a sign-in, or a step-up. */
export async function provePasskey(path: 'sign-in' | 'step-up'): Promise<Session> {
  const optionsJSON = await api.post<PublicKeyCredentialRequestOptionsJSON>(
    `${path}/passkey/options`,
  )
  const assertion = await startAuthentication({ optionsJSON })
  return await api.post<Session>(`${path}/passkey`, { assertion })
}

/** Makes a passkey for this account. */
export async function makePasskey(): Promise<Session> {
  const optionsJSON =
    await api.post<PublicKeyCredentialCreationOptionsJSON>('factors/passkey/options')
  const attestation = await startRegistration({ optionsJSON })
  return await api.post<Session>('factors/passkey', { attestation, name: passkeyName() })
}

/** Why a passkey could not be used or made. */
export function passkeyProblem(error: unknown): string | undefined {
  return webauthnProblem(error) ?? formProblem(error)
}

function passkeyName(): string {
  const machines = ['iPhone', 'iPad', 'Android', 'Mac', 'Windows', 'Linux']
  const found = machines.find((name) => navigator.userAgent.includes(name))
  return `Passkey on ${found ?? 'this computer'}`
}
